"""Made-up courses of which the best arm is known."""

import numpy as np
import pytest
import xarray as xr

from hepatica.dosing.utility import OUTPUTS
from hepatica.patients import Cohort
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

TIMES = np.arange(0.0, 181.0, 3.0)
DRAWS, PER_DRAW = 40, 3
WELL = {
    "bilirubin": 1.0,
    "albumin": 40.0,
    "inr": 1.0,
    "creatinine": 0.8,
    "ascites": 0.0,
    "encephalopathy": 0.0,
    "functional_mass": 1.0,
    "phagocytes": 0.0,
    "transplant_intensity": 0.0,
    "bleeding_intensity": 0.0,
    "tumour_intensity": 0.0,
}


def standard_and(*regimens):
    return [Arm("standard care"), *(Arm(r.label, r) for r in regimens)]


@pytest.fixture(scope="session")
def cohort(model, population):
    n = DRAWS * PER_DRAW
    return Cohort(model, population, 1, np.arange(n), np.arange(n) % DRAWS)


@pytest.fixture(scope="session")
def grid():
    """Standard care, then doses 1e5, 1e6, 1e7 per kg, once and four times."""
    return standard_and(*(Regimen(d, infusions=n) for n in (1, 4) for d in (1e5, 1e6, 1e7)))


@pytest.fixture(scope="session")
def courses(cohort):
    """A Dataset from the death intensity (arm, patient) and, by name, harms (arm, patient) at the horizon."""

    def make(
        intensity,
        *,
        hypothesis="label_is_cells",
        thrombosis=0.0,
        reaction=0.0,
        infected=None,
        labs=None,
        transplant=0.0,
    ):
        intensity = np.asarray(intensity, float)
        shape = (intensity.shape[0], len(cohort.patient), len(TIMES))
        values = {n: np.full(shape, v) for n, v in (WELL | (labs or {})).items()}
        values["death_intensity"] = np.broadcast_to(intensity.reshape(intensity.shape[0], -1, 1), shape)
        values["transplant_intensity"] = np.full(shape, transplant)
        for name, total in (("thrombosis_hazard", thrombosis), ("reaction_hazard", reaction)):
            total = np.broadcast_to(
                np.asarray(total, float).reshape(-1, 1) if np.ndim(total) == 1 else total, shape[:2]
            )
            values[name] = total[..., None] * TIMES / TIMES[-1]
        assert set(values) == set(OUTPUTS)
        data = {n: (("arm", "patient", "time"), v) for n, v in values.items()}
        time = np.full((*shape[:2], 8), np.nan)
        if infected is not None:
            time[..., 0] = np.where(np.broadcast_to(np.asarray(infected).reshape(-1, 1), shape[:2]), 5.0, np.nan)
        data["infection_time"] = (("arm", "patient", "infection"), time)
        data["status"] = (("arm", "patient"), np.zeros(shape[:2], int))
        return xr.Dataset(
            data, {"time": TIMES, "draw": ("patient", cohort.draw)}, {"hypothesis": hypothesis, "seed": 1}
        )

    return make
