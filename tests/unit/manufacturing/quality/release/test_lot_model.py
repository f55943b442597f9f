"""From a lot file to the model: which attributes act, in which units, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.basis import Coordinate
from hepatica.manufacturing.quality.release.lot_file import check_lot
from hepatica.manufacturing.quality.release.lot_model import assess_lot, lot_values, unit_of

POTENCY = {
    "name": "p", "role": "potency", "scale": "log", "values": [1.4], "assay_sd": 0.1, "acts_on": "potency",
    "reference": 2.0,
}  # fmt: skip
VIABILITY = {"name": "v", "unit": "%", "values": [80.0], "assay_sd": 2.0, "acts_on": "viability"}
ASKED = {"study": "s.toml", "linked": 1.0, "rejection": 2.0, "source": "a belief"}


def lot(*attributes, largest=2e6, **asked):
    dose = {"planned": 1e6, "largest": largest}
    return check_lot(
        {"title": "t", "lot": "1", "dose": dose, "attribute": list(attributes), "model_loss": ASKED | asked}
    )


def test_values_are_relative_to_the_reference_lot():
    values = lot_values(lot(POTENCY, VIABILITY), 1)
    assert np.log(values[Coordinate.POTENCY]).mean() == pytest.approx(np.log(0.7), abs=0.01)
    assert values[Coordinate.VIABILITY].mean() == pytest.approx(0.8, abs=0.002)
    assert [unit_of(a) for a in lot(POTENCY, VIABILITY).attribute] == [2.0, 100.0]


def test_an_assessment_by_hand(surface_of):
    found = assess_lot(lot(POTENCY, VIABILITY), surface_of(4.0), study="a study")
    assert found.planned.mean == pytest.approx(-4 * np.log(0.7 * 0.8 / 0.9), abs=0.03)
    assert found.factor == pytest.approx(0.9 / 0.56, rel=0.04) and found.adjusted.mean < found.planned.mean
    assert found.limits[0].true_limit == pytest.approx(2.0 * np.exp(-0.5)) and found.study == "a study"


def test_what_is_refused(surface_of):
    with pytest.raises(InputError, match="at most 3 times"):
        assess_lot(lot(POTENCY, largest=4e6), surface_of())
    stated = check_lot({"title": "t", "lot": "1", "dose": {"planned": 1e6, "largest": 1e6},
                        "attribute": [POTENCY | {"lower": 1.0}]})  # fmt: skip
    with pytest.raises(InputError, match="model_loss"):
        assess_lot(stated, surface_of())


def test_no_limit_is_stated_above_all_that_can_be_measured(surface_of):
    """Tissue factor in percent of cells: the model's limit may lie at more than all of them."""
    shares = {"name": "t", "unit": "%", "values": [12.0], "assay_sd": 2.0, "acts_on": "tissue_factor"}

    def limit(**changes):
        surface = surface_of(0.0)
        acting = surface.acting.copy()
        acting[..., 7] = -1.0  # a day for each procoagulant load
        return assess_lot(lot(shares | changes, rejection=2.7), replace(surface, acting=acting)).limits[0]

    assert limit(unit="units", reference=50.0).true_limit == pytest.approx(200.0)
    assert limit(reference=50.0).true_limit is None is limit(reference=50.0).result_limit
    assert limit(reference=10.0).true_limit == pytest.approx(40.0)
