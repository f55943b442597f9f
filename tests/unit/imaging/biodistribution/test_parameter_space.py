from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.parameter_space import Coordinate, CoordinateKind, ParameterSpace
from hepatica.imaging.biodistribution.submodel import submodel
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification import Efflux, LabelledCells
from hepatica.therapy import TRACERS, Product


def column(p: np.ndarray, name: str) -> np.ndarray:
    return p[:, submodel().parameters.index(name)]


def test_the_middle_of_the_prior_is_the_table(infusion: Infusion, around: Surroundings) -> None:
    space = ParameterSpace("label_is_cells", infusion, around)
    p, typical = space.parameters(np.zeros((1, space.size)))[0], submodel().typical("label_is_cells")
    k = [submodel().parameters.index(n) for n in ("arrest_lung", "death_lung", "homing_max", "label_to_liver")]
    assert p[k] == pytest.approx(typical[k])


@pytest.mark.parametrize("name", ["arrest_lung", "death_organ", "nk_activity"])
def test_each_coordinate_moves_its_parameter_by_the_tables_spread(
    name: str, infusion: Infusion, around: Surroundings
) -> None:
    space = ParameterSpace("lung_only", infusion, around)
    z = np.zeros((2, space.size))
    k = next(i for i, c in enumerate(space.coordinates) if c.name == name)
    z[1, k] = 1.5
    p = space.parameters(z)
    changed = np.flatnonzero(p[0] != p[1])
    assert [submodel().parameters[i] for i in changed] == [name]
    entry = submodel().model.parameters[name].entry
    spread = entry.prior if entry.prior.varies else entry.between
    assert p[1, changed[0]] == pytest.approx(float(spread.apply(p[0, changed], np.array([1.5]), np.ones(1))[0]))


def test_label_leaks_at_the_tracers_rate_where_the_hypothesis_says(infusion: Infusion, around: Surroundings) -> None:
    rate = TRACERS["Zr89"]["efflux"].internal_value
    for hypothesis, rule, efflux in (
        ("label_is_cells", Efflux.HYPOTHESIS, 0.0),
        ("lung_only", Efflux.HYPOTHESIS, rate),
        ("label_is_cells", Efflux.TRACER, rate),
    ):
        given = Infusion(replace(infusion.labelled, efflux=rule))
        space = ParameterSpace(hypothesis, given, around)
        assert column(space.parameters(np.zeros((1, space.size))), "label_efflux")[0] == pytest.approx(efflux)


def test_product_and_surroundings_reach_the_model(around: Surroundings) -> None:
    given = Infusion(LabelledCells(tracer="Zr89", number=1e8), Product(cxcr4=4.0, diameter=15.1, donor="autologous"))
    space = ParameterSpace("lung_only", given, around)
    z = np.zeros((1, space.size))
    place = space.coordinates.index(Coordinate(CoordinateKind.SURROUNDINGS, around.names[0]))
    z[0, place] = 2.0
    p = space.parameters(z)
    assert column(p, "cxcr4")[0] == 4.0
    assert column(p, "diameter")[0] == 15.1
    assert column(p, "nk_recognition")[0] < 1.0
    moved = np.zeros((1, len(around.names)))
    moved[0, 0] = 2.0
    assert column(p, around.names[0])[0] == pytest.approx(around.values(moved)[0, 0])


def test_freed_label_is_never_taken_up_twice(infusion: Infusion, around: Surroundings) -> None:
    space = ParameterSpace("lung_only", infusion, around)
    p = space.parameters(6.0 * np.random.default_rng(1).standard_normal((500, space.size)))
    assert (column(p, "label_to_liver") + column(p, "label_to_spleen") <= 1.0 + 1e-12).all()
