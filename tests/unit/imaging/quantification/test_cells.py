"""From label to cells: intervals, tracers, hypotheses, repeatable."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.imaging.quantification.cells import Efflux, LabelledCells, count_cells, draw_rates, least_cells
from hepatica.imaging.quantification.organ_label import OrganLabel
from hepatica.imaging.readers.faults import ImageError
from hepatica.study import HYPOTHESES
from hepatica.therapy import TRACERS

SHARES = {"lung": (0.30, 0.20, 0.037), "liver": (0.014, 0.08, 0.152), "spleen": (0.061, 0.2, 0.36)}
DAYS = (0.05, 2.0, 10.0)


def seen(sd=0.01, shares=SHARES):
    return [OrganLabel(o, t, s, sd, 0.05, 0.002) for o, row in shares.items() for t, s in zip(DAYS, row, strict=True)]


@pytest.mark.parametrize("tracer", sorted(TRACERS))
def test_each_tracer(tracer):
    found = count_cells(seen(), LabelledCells(tracer=tracer, number=1.5e8), draws=100)
    low, middle, high = (found.cells.isel(quantile=k) for k in range(3))
    assert (low <= middle).all() and (middle <= high).all() and np.isfinite(found.cells).all()
    assert list(found.hypothesis.values) == list(HYPOTHESES)
    assert (found.living_share <= 1).all() and (found.cells_limit > 0).all()
    # more label leaks, so more cells must be there to be seen
    assert (found.cells_limit.isel(time=2) >= found.cells_limit.isel(time=0)).all()


def test_human_series_means_other_cells_under_each_hypothesis():
    """Label of the liver grows tenfold (Gholamrezanezhad 2011), and by day 10 viable cells may be many or none."""
    found = count_cells(seen(), LabelledCells(tracer="Zr89", number=1.5e8), draws=300)
    late = found.living_share.sel(organ="liver", time=10.0, quantile=0.5)
    assert float(late.sel(hypothesis="label_is_cells")) > 3 * float(late.sel(hypothesis="lung_only"))
    np.testing.assert_allclose(found.label.sel(organ="liver", quantile=0.5), [1.4, 8.0, 15.2], rtol=0.15)


def test_division_makes_more_cells_of_the_same_label():
    given = {"tracer": "Zr89", "number": 1e8}
    still, dividing = (count_cells(seen(), LabelledCells(**given, division=d), draws=50) for d in (0.0, 0.2))
    ratio = (dividing.cells / still.cells).isel(quantile=1).sel(hypothesis="label_is_cells", organ="lung")
    np.testing.assert_allclose(ratio, np.exp(0.2 * np.array(DAYS)), rtol=1e-6)


def test_repeatable_and_wider_with_error():
    given = LabelledCells(tracer="In111", number=1e8)
    first, second = (count_cells(seen(), given, draws=80) for _ in range(2))
    assert first.identical(second)
    wide = count_cells(seen(0.05), given, draws=80)
    spread = [float((d.label.isel(quantile=2) - d.label.isel(quantile=0)).mean()) for d in (first, wide)]
    assert spread[1] > 2 * spread[0]


def test_efflux_by_hypothesis_or_by_tracer():
    by_hypothesis = draw_rates(LabelledCells(tracer="In111", number=1.0), "label_is_cells", draws=5, seed=3)
    assert not by_hypothesis.efflux.any()
    given = LabelledCells(tracer="In111", number=1.0, efflux=Efflux.TRACER)
    assert (draw_rates(given, "label_is_cells", draws=5, seed=3).efflux > 0.3).all()


def test_rates_are_those_of_the_table():
    rates = draw_rates(LabelledCells(tracer="F18", number=1.0), "lung_only", draws=2000, seed=3)
    assert np.median(rates.efflux) == pytest.approx(TRACERS["F18"]["efflux"].internal_value, rel=0.1)
    assert (rates.to_liver + rates.to_spleen <= 1).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"tracer": ""},
        {"tracer": "Po210"},
        {"number": 0.0},
        {"route": "by mouth"},
        {"viability": 2.0},
        {"division": -1.0},
    ],
)
def test_refuses(wrong):
    with pytest.raises(InputError):
        LabelledCells(**({"tracer": "Zr89", "number": 1e8} | wrong))
    with pytest.raises(ImageError, match="no spleen"):
        count_cells(
            seen(shares={k: v for k, v in SHARES.items() if k != "spleen"}), LabelledCells(tracer="Zr89", number=1.0)
        )


def test_least_cells_are_the_limit_of_detection_in_cells_that_still_hold_label() -> None:
    given = LabelledCells(tracer="In111", number=1e8, division=0.1)
    seen = [OrganLabel(o, d, 0.1, 0.01, 0.0, 0.004) for o in ("lung", "liver", "spleen") for d in (0.1, 3.0)]
    counted = count_cells(seen, given, draws=4000)
    for h in counted.hypothesis.values.tolist():
        expected = counted.cells_limit.sel(hypothesis=h, organ="liver").values
        np.testing.assert_allclose(least_cells(0.004, given, h, [0.1, 3.0]), expected, rtol=0.15)
