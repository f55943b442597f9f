"""One small question of the model, of which sensitivity reports are made."""

import numpy as np
import pytest

from hepatica.dosing import Utility
from hepatica.sensitivity.evaluate import Question, rising_doses
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

ARMS = (Arm("standard care"), *(Arm(f"{d:g}", Regimen(d, infusions=2, interval=7.0)) for d in (1e5, 1e6)))


@pytest.fixture(scope="session")
def question(system, population):
    times = np.array([0.0, 7.0, 28.0, 60.0])
    hypotheses = ("label_is_cells", "lung_only")
    return Question(system, population, rising_doses(ARMS, 1), hypotheses, Utility(), times, 5, patients=8, workers=1)
