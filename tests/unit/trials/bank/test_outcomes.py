"""Potential outcomes of a simulated Dataset, against integrals by hand."""

import numpy as np
import pytest
import xarray as xr

from hepatica.simulation import Arm
from hepatica.therapy import Regimen
from hepatica.trials.bank.outcomes import join, potential_outcomes, procedure_hazard
from hepatica.trials.bank.plan import CUMULATIVE, INTENSITIES
from hepatica.trials.definition.latent import LABS

ARMS = [Arm("care"), Arm("cells", Regimen(1e6, infusions=3, route="hepatic_artery"))]
TIMES = np.arange(31.0)


@pytest.fixture
def ds():
    shape = (2, 4, len(TIMES))
    flat = {name: np.full(shape, 0.01 * (k + 1)) for k, name in enumerate(INTENSITIES)}
    flat |= {name: np.broadcast_to(0.02 * TIMES, shape).copy() for name in CUMULATIVE}
    flat |= {name: np.full(shape, 2.0) for name in LABS}
    data = {name: (("arm", "patient", "time"), values) for name, values in flat.items()}
    data["status"] = (("arm", "patient"), np.array([[0, 0, 0, 0], [0, 0, 3, 0]]))
    data["infection_time"] = (("arm", "patient", "infection"), np.full((2, 4, 8), np.nan))
    data["infection_time"][1][0, 1, 0] = 12.5
    return xr.Dataset(data, {"time": TIMES, "draw": ("patient", [0, 1, 0, 1])}, {"seed": 1})


def test_hazards_are_integrals(ds):
    o = potential_outcomes(ds, ARMS, ("bilirubin", "meld"))
    for k, name in enumerate(INTENSITIES[:7]):
        assert o.hazards[name][0, 0, -1] == pytest.approx(0.01 * (k + 1) * 30, rel=1e-6)
    assert o.hazards["transplant"][0, 0, 10] == pytest.approx(0.08 * 10, rel=1e-6)
    clotted = 1 - np.exp(-0.6)
    assert np.exp(-o.hazards["death_by_embolism"][0, 0, -1]) == pytest.approx(1 - 0.05 * clotted, rel=1e-6)
    assert o.labs["bilirubin"][0, 0, 5] == 2.0 and o.labs["meld"].shape == (2, 4, 31)


def test_liver_volume_is_made_of_hepatocytes_and_collagen(ds):
    for name, value in (("hepatocytes", 0.5), ("collagen", 10.0)):
        ds[name] = ("arm", "patient", "time"), np.full(ds["bilirubin"].shape, value)
    o = potential_outcomes(ds, ARMS, ("liver_volume",))
    assert o.labs["liver_volume"][0, 0] == pytest.approx(np.full(31, 100 * 0.61 * 0.98 / 0.9))


def test_a_failed_course_leaves_the_patient_out(ds):
    o = potential_outcomes(ds, ARMS, ())
    assert o.solved.tolist() == [True, True, False, True] and np.isnan(o.infection[1, 2])
    assert o.infection[0, 1] == 12.5 and np.isinf(o.infection[0, 0])


def test_procedures_harm_at_infusions_alone(ds):
    hazard = procedure_hazard(ds, ARMS)
    assert (hazard[0] == 0).all()
    steps = np.flatnonzero(np.diff(hazard[1, 0]))
    assert steps.tolist() == [0, 7, 14]


def test_blocks_are_joined_in_order(ds):
    o = potential_outcomes(ds, ARMS, ("bilirubin",))
    both = join([o, o])
    assert both.infection.shape == (2, 8) and both.hazards["transplant"].shape == (2, 8, 31)
    assert both.solved.tolist() == [*o.solved, *o.solved]
