"""Predictions of the baselines: no effect of cells, and the pooled effect, against their closed forms."""

import numpy as np
import pytest

from hepatica.calibrate.endpoints import Endpoint
from hepatica.calibrate.matching import simulated_arm
from hepatica.evidence.publications import read
from hepatica.patients import Draws
from hepatica.validation.baseline_predictions import BaselinePredictions
from hepatica.validation.baselines import Pooled
from hepatica.validation.model_predictions import ModelPredictions
from hepatica.validation.simulated import ArmSummary

SURVIVAL, INR, MELD = Endpoint("survival", 28.0), Endpoint("inr", 28.0), Endpoint("meld", 28.0)
DRAWS, N = 4000, 50


class Said:
    """Pooled evidence of chosen values."""

    def untreated(self, population, variable, time):
        return Pooled(0.4, 0.0, 3)

    def regressed(self, publication, arm, population, variable, time):
        return Pooled(0.2, 0.0, 9)

    def effect(self, variable):
        return Pooled(0.7, 0.0, 2)


@pytest.fixture
def baseline(head, row):
    p = read(
        head.format(i=9, n=N) + "".join(row(a, SURVIVAL, 50, N) + row(a, INR, 2.0, N, 0.5) for a in ("care", "cells"))
    )
    full = np.ones(DRAWS)
    summary = {SURVIVAL: (0.5 * full, full), INR: (2.0 * full, 0.5 * full), MELD: (20.0 * full, 5.0 * full)}
    model = ModelPredictions(
        publication=p,
        arms={a: simulated_arm(p, p.arm(a)) for a in ("care", "cells")},
        simulated={a: {"h": ArmSummary(summary, 1.0)} for a in ("care", "cells")},
        known=Draws({}),
        seed=1,
        draws=DRAWS,
    )
    return BaselinePredictions(Said(), model, "h")


def observed(baseline, arm, endpoint):
    return baseline.model.publication.find(arm=arm, variable=endpoint.variable)[0]


def test_only_the_pooled_effect_moves_a_treated_arm(baseline):
    for arm, pooled in (("care", 0.4), ("cells", 1.1)):
        made = baseline.arm(observed(baseline, arm, SURVIVAL), SURVIVAL, N)
        for name, odds in (("no_effect", 0.4), ("pooled_effect", pooled)):
            assert made[name].samples.mean() == pytest.approx(100 / (1 + np.exp(-odds)), abs=0.3)
        regressed = 0.2 + (pooled - 0.4)
        assert made["meta_regression"].samples.mean() == pytest.approx(100 / (1 + np.exp(-regressed)), abs=0.3)


def test_a_lab_is_multiplied_by_what_the_evidence_says(baseline):
    made = baseline.arm(observed(baseline, "cells", INR), INR, N)
    assert made["no_effect"].samples.mean() == pytest.approx(2.0 * np.exp(0.4), rel=1e-3)
    assert made["pooled_effect"].samples.mean() == pytest.approx(2.0 * np.exp(1.1), rel=1e-3)
    assert made["no_effect"].samples.std() == pytest.approx(0.5 / np.sqrt(N), rel=0.05)


def test_a_difference_without_effect_is_zero(baseline):
    o, other = observed(baseline, "cells", SURVIVAL), observed(baseline, "care", SURVIVAL)
    made = baseline.difference(o, SURVIVAL, other, N, N)
    p, q = 1 / (1 + np.exp(-0.4)), 1 / (1 + np.exp(-1.1))
    assert made["no_effect"].samples.mean() == pytest.approx(0.0, abs=1e-6)
    assert made["no_effect"].samples.std() == pytest.approx(100 * np.sqrt(2 * p * (1 - p) / N), rel=0.03)
    assert made["pooled_effect"].samples.mean() == pytest.approx(100 * (q - p), rel=1e-3)
