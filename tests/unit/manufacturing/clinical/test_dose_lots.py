"""Lots at one regimen: no variation costs nothing, units by hand, and the value of an assay against its closed form."""

import numpy as np
import pytest

from hepatica.engine import shipped_system
from hepatica.errors import InputError
from hepatica.manufacturing.clinical.dose_lots import dose_lots, policy_value
from hepatica.patients.streams import normals
from hepatica.simulation import lots_in_patients
from hepatica.study import check_study

STUDY = {
    "title": "t",
    "patients": 16,
    "draws": 8,
    "horizon": "7 d",
    "posterior": "prior",
    "hypotheses": ["label_is_cells"],
    "grid": {"dose": ["5e6 cells/kg"], "infusions": [1]},
}


@pytest.fixture(scope="module")
def patients():
    from hepatica.dose_study import admit_patients

    few = check_study(STUDY | {"draws": 40, "patients": 40}).model_copy(update={"patients": 16, "draws": 8})
    return admit_patients(few, shipped_system())


def found_of(patients, lots):
    study = check_study(STUDY | {"product": {"lots": lots}})
    return study, dose_lots(study, patients, study.product.product(), study.grid.regimens()[0])


def test_lots_that_do_not_vary_cost_nothing(patients):
    same = {"potency_sd": 0.0, "viability_sd": 0.0, "tissue_factor_sd": 0.0}
    _, found = found_of(patients, same)
    effect = found.effects[0]
    assert effect.variation.mean == effect.thrombosis.mean == effect.pooling.mean == 0.0
    assert found.feasible == pytest.approx((5e6, 5e6)) and found.potency_units == pytest.approx((4.5e6,) * 3)


def test_units_and_feasible_doses_by_hand(patients):
    study, found = found_of(patients, {"potency_sd": 0.8})
    lots = lots_in_patients(patients.cohort, study.product.product())
    units = 5e6 * lots.potency * lots.viability
    assert found.potency_units == pytest.approx(np.quantile(units, [0.5, 0.05, 0.95]))
    assert found.feasible == pytest.approx(np.quantile(5e6 * 4.5e6 / units, [0.05, 0.95]))
    assert found.effects[0].variation.mean != 0.0 and found.failed == 0


def test_value_of_an_assay_is_what_its_variance_explains():
    """Gain of two doses apart by x: choosing by x + error gains E max(0, E(x | result))."""
    n = 40_000
    x, e = normals(1, np.arange(n), "x")[:, 0], normals(1, np.arange(n), "e")[:, 0]
    gain = np.stack([np.zeros(n), x])
    draw = np.arange(n) // 4
    for error in (1e-9, 1.0):
        expected = 1 / np.sqrt(2 * np.pi * (1 + error**2))
        value = policy_value(gain, x + error * e, draw)
        assert value.mean == pytest.approx(expected, abs=4 * value.error) and value.error < 0.01
    noise = policy_value(gain, e, draw)  # a result that says nothing has no value, and is not flattered
    assert abs(noise.mean) < 3 * noise.error + 1e-12


def test_too_few_draws_have_no_value_and_a_product_needs_lots(patients):
    assert np.isnan(policy_value(np.zeros((2, 4)), np.zeros(4), np.arange(4)).error)
    study = check_study(STUDY)
    with pytest.raises(InputError, match="lots"):
        dose_lots(study, patients, study.product.product(), study.grid.regimens()[0])
