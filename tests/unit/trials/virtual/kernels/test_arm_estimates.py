"""Estimates of several arms: against least squares, the package's Cox model and binomial counts, trial by trial."""

import numpy as np
import pytest

from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.virtual.kernels import survival, values
from hepatica.trials.virtual.kernels.arm_estimates import ArmEstimates, adjusted_means, arm_proportions, log_hazards

RNG = np.random.default_rng(3)
ARM = RNG.integers(0, 4, (5, 120))
C = np.array([[-1.0, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1], [0.5, 0.5, -0.5, -0.5]])


def variances(made: ArmEstimates, trial: int):
    return np.diag(C @ made.covariance()[trial] @ C.T)


def test_adjusted_means_are_those_of_least_squares():
    present, baseline = RNG.random(ARM.shape) < 0.9, RNG.normal(2, 1, ARM.shape)
    value = 0.3 * ARM + 0.7 * baseline + RNG.normal(size=ARM.shape)
    made = adjusted_means(np.where(present, value, 0.0), baseline, ARM, present, 4)
    for t in range(5):
        rows = present[t]
        x = np.column_stack([ARM[t, rows, None] == np.arange(4), baseline[t, rows]]).astype(float)
        b, rss = np.linalg.lstsq(x, value[t, rows], rcond=None)[:2]
        covariance = np.linalg.inv(x.T @ x) * rss[0] / (rows.sum() - 5)
        assert C @ made.estimate[t] == pytest.approx(C @ b[:4])
        assert variances(made, t) == pytest.approx(np.diag(C @ covariance[:4, :4] @ C.T))


def test_proportions_and_their_variances():
    hit, present = RNG.random(ARM.shape) < 0.3 + 0.1 * ARM, np.ones(ARM.shape, bool)
    made = arm_proportions(hit, ARM, present, 4)
    n = np.array([(ARM[0] == a).sum() for a in range(4)])
    x = np.array([(hit[0] & (ARM[0] == a)).sum() for a in range(4)])
    p = (x + 0.5) / (n + 1)
    assert made.estimate[0] == pytest.approx(x / n)
    assert variances(made, 0) == pytest.approx(C**2 @ (p * (1 - p) / n))


def test_log_hazards_are_those_of_the_cox_model():
    time = RNG.exponential(np.exp(0.3 * ARM))
    event = RNG.random(ARM.shape) < 0.8
    made = log_hazards(time, event, ARM, 4)
    for t in range(2):
        own = cox(time[t], event[t], (ARM[t, :, None] == np.arange(1, 4)).astype(float), ties="breslow")
        assert made.estimate[t, 1:] == pytest.approx(own.coefficients, abs=1e-5) and made.estimate[t, 0] == 0
        assert np.sqrt(variances(made, t)[:3]) == pytest.approx(own.std_error, rel=1e-4)


def test_one_step_gives_the_log_rank_statistic_and_pooled_variances_that_of_proportions():
    arm, contrast = ARM % 2, np.array([[-1.0, 1.0]])
    time, hit = RNG.exponential(size=ARM.shape), RNG.random(ARM.shape) < 0.4
    event = np.ones(ARM.shape, bool)
    one = log_hazards(time, event, arm, 2, steps=1)
    z = (one.estimate @ contrast[0]) / np.sqrt(np.einsum("a,tab,b->t", contrast[0], one.covariance(), contrast[0]))
    assert z == pytest.approx(-survival.log_rank(survival.risk_sets(time, event, arm == 1)).z, abs=1e-3)
    both = arm_proportions(hit, arm, event, 2, pooled=True)
    z = (both.estimate @ contrast[0]) / np.sqrt(np.einsum("a,tab,b->t", contrast[0], both.covariance(), contrast[0]))
    assert z == pytest.approx(values.proportions(hit, arm == 1, event)[1], rel=0.01)


def test_an_arm_without_patients_or_events_stays_finite():
    arm = np.where(ARM == 3, 0, ARM)
    event = np.zeros(ARM.shape, bool)
    for made in (
        log_hazards(RNG.exponential(1, ARM.shape), event, arm, 4),
        arm_proportions(event, arm, np.ones(ARM.shape, bool), 4),
        adjusted_means(np.zeros(ARM.shape), np.zeros(ARM.shape), arm, np.ones(ARM.shape, bool), 4),
    ):
        assert np.isfinite(made.estimate).all() and np.isfinite(made.covariance()).all()
