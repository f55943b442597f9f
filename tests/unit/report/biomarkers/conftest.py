"""Made-up potential outcomes with known markers, and a small simulated study."""

import numpy as np
import pytest

from hepatica.biomarkers.measurables import LANDMARKS, measurables
from hepatica.biomarkers.potential import Potential
from hepatica.study import check_study
from hepatica.therapy import Regimen

DRAWS, EACH = 60, 12


@pytest.fixture(scope="session")
def made():
    """Markers 0 (prognostic), 1 (predictive), 2 (of the draw alone); the rest is noise."""
    rng = np.random.default_rng(11)
    every = measurables()
    n = DRAWS * EACH
    draw = np.repeat(np.arange(DRAWS), EACH)
    values = rng.normal(size=(n, len(every)))
    odds = 1.5 * values[:, 0] + 0.5 * rng.normal(size=n)
    risk = 1 / (1 + np.exp(-odds))
    effect = rng.normal(size=DRAWS)[draw]
    values[:, 2] = effect + 0.1 * rng.normal(size=n)
    gain = 2 * risk + 3 * values[:, 1] + 2 * effect + rng.normal(size=n)
    later = np.stack([np.stack([gain / 2, gain / 2]), np.zeros((2, n))])
    return Potential(
        measurables=every,
        values=values,
        untreated_change=np.full(len(every), -0.1),
        treated_change=np.full(len(every), -0.2),
        risk=risk,
        gains=np.stack([gain, gain]),
        later_gains=later,
        alive=np.stack([np.full(n, 0.9)] * len(LANDMARKS)),
        later=(True, False),
        draw=draw,
        hypotheses=("label_is_cells", "lung_only"),
        null_effect=(0.0, 0.0),
        regimen=Regimen(1e6, infusions=2),
        horizon=90.0,
        responders=np.stack([risk, np.clip(risk - 0.05 - 0.1 * (values[:, 1] > 0), 0.01, 0.99)]),
    )


@pytest.fixture(scope="session")
def question():
    grid = {"dose": ["1e6 cells/kg"], "infusions": [1, 2], "route": ["peripheral_vein"]}
    return check_study(
        {"title": "t", "patients": 100, "draws": 40, "horizon": "30 d", "grid": grid, "posterior": "prior"}
    )


@pytest.fixture(scope="session")
def found(made, question):
    from hepatica.biomarkers.study import evaluate

    return evaluate(question, made, {"model_hash": "m"})
