"""Next measurement: against a conjugate normal truth, nothing where nothing is resolved, and no day past the horizon."""

import numpy as np
import pytest

from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.individual.prediction.measurement import _resolved, value_of_measurements

WIDE = {lab: LabError(e.assay, 2.0, weighs=e.weighs) for lab, e in default_errors().items()}


def test_it_is_the_conjugate_normal_value():
    rng = np.random.default_rng(3)
    truth = rng.normal(size=1500)
    drawn = truth + 0.5 * rng.normal(size=1500)
    gains = np.column_stack([np.zeros(1500), truth])
    share, value = _resolved(drawn, truth, 0.5, truth, gains)
    resolved = 1 / 1.25  # variance of the posterior mean
    assert share == pytest.approx(resolved, abs=0.04)
    assert value == pytest.approx(np.sqrt(resolved) * 0.39894, abs=0.05)  # E max(0, posterior mean)
    share, value = _resolved(rng.normal(size=1500), np.zeros(1500), 1.0, truth, gains)
    assert share < 0.02 and value == pytest.approx(max(0.0, truth.mean()), abs=0.05)


def test_table(acute, observe_candidate):
    p = make_posterior(acute, observe_candidate(acute, 9), WIDE, Kernels())
    m = len(p.members)
    risk = p.probability(1 - acute.free[0, :, 15])
    table = value_of_measurements(p, risk, np.column_stack([np.zeros(m), np.ones(m)]), horizon=5.0)
    assert set(table["day"]) == {1.0, 3.0} and "crp" not in set(table["lab"])
    assert table["risk_share"].is_monotonic_decreasing and table["risk_share"].between(0, 1).all()
    assert (table["gain"] == 0).all()  # the same choice for everybody
    assert value_of_measurements(p, risk, np.ones((m, 2)), horizon=0.5).empty
