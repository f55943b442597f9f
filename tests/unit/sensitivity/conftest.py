"""One small question of the model, and its screen."""

import numpy as np
import pytest

from hepatica.dosing import Utility
from hepatica.sensitivity.evaluate import Question, draw_base_cohort, rising_doses
from hepatica.sensitivity.screen import screen
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

ARMS = (Arm("standard care"), *(Arm(f"{d:g}", Regimen(d, infusions=2, interval=7.0)) for d in (1e5, 1e6, 5e6)))
SOME = ("efficacy_recruitment", "death_mass", "flare_kill", "icg_flow", "rate_v", "efficacy_mmp")


@pytest.fixture(scope="session")
def question(system, population):
    return Question(
        system,
        population,
        rising_doses(ARMS, 2),
        ("label_is_cells", "lung_only"),
        Utility(),
        np.array([0.0, 7.0, 28.0, 60.0]),
        5,
        patients=8,
    )


@pytest.fixture(scope="session")
def plausible(question):
    """The first base point that leaves enough patients: under some draws hardly anybody arises."""
    return next(pool for base in range(20) if (pool := draw_base_cohort(question, base, {})) is not None)


@pytest.fixture(scope="session")
def found(question):
    return screen(question, bases=2, patterns=SOME)
