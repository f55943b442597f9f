"""Constrained proportions against a grid search, power against simulated trials."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size import proportions as pr
from hepatica.trials.confirmatory.sample_size.size import Errors

CASES = [
    (0.75, 0.70, 1.0, -0.1, pr.Scale.DIFFERENCE),
    (0.75, 0.70, 2.0, 0.3, pr.Scale.DIFFERENCE),
    (0.30, 0.20, 0.5, 0.8, pr.Scale.RISK_RATIO),
    (0.60, 0.70, 1.0, 1.2, pr.Scale.RISK_RATIO),
    (0.30, 0.20, 3.0, 0.7, pr.Scale.ODDS_RATIO),
]


@pytest.mark.parametrize(("p1", "p2", "ratio", "margin", "scale"), CASES)
def test_constrained_proportions_are_the_best_of_a_grid(p1, p2, ratio, margin, scale):
    control = np.linspace(1e-6, 1 - 1e-6, 1_000_001)
    if scale is pr.Scale.DIFFERENCE:
        treated = control + margin
    elif scale is pr.Scale.RISK_RATIO:
        treated = control * margin
    else:
        treated = margin * control / (1 - control + margin * control)
    inside = (treated > 0) & (treated < 1)
    q, p = treated[inside], control[inside]
    likelihood = ratio * (p1 * np.log(q) + (1 - p1) * np.log(1 - q)) + p2 * np.log(p) + (1 - p2) * np.log(1 - p)
    found = pr.constrained(p1, p2, ratio, margin, scale)
    assert found == pytest.approx((q[likelihood.argmax()], p[likelihood.argmax()]), abs=3e-6)


@pytest.mark.parametrize("pooled", [True, False])
def test_power_is_that_of_simulated_trials(pooled):
    n1, n0, p1, p0 = 120, 60, 0.62, 0.40
    rng = np.random.default_rng(3)
    a, b = rng.binomial(n1, p1, 200_000) / n1, rng.binomial(n0, p0, 200_000) / n0
    mean = (n1 * a + n0 * b) / (n1 + n0)
    variance = mean * (1 - mean) * (1 / n1 + 1 / n0) if pooled else a * (1 - a) / n1 + b * (1 - b) / n0
    rate = ((a - b) / np.sqrt(variance) >= norm.isf(0.025)).mean()
    found = pr.power_proportions(p1, p0, n1, n0, comparison=pr.Comparison(pooled=pooled))
    assert found == pytest.approx(rate, abs=0.012)  # the normal approximation's own error


@pytest.mark.parametrize("scale", list(pr.Scale))
@pytest.mark.parametrize("ratio", [1.0, 2.5])
def test_size_has_the_power(scale, ratio):
    comparison = pr.Comparison(scale, {"difference": -0.05}.get(scale.value, 0.9))
    size = pr.sample_size_proportions(0.6, 0.5, ratio=ratio, comparison=comparison, errors=Errors(0.05, 0.1, True))
    power = pr.power_proportions(
        0.6, 0.5, size.treated, size.control, comparison=comparison, errors=Errors(0.05, 0.1, True)
    )
    assert power == pytest.approx(0.9)


def test_direction_does_not_matter_without_a_margin():
    assert pr.sample_size_proportions(0.2, 0.4).total == pytest.approx(pr.sample_size_proportions(0.4, 0.2).total)


@pytest.mark.parametrize(
    ("p1", "p2", "comparison", "match"),
    [
        (0.0, 0.5, pr.Comparison(), "p1"),
        (0.5, 0.5, pr.Comparison(), "boundary"),
        (0.5, 0.4, pr.Comparison(pr.Scale.RISK_RATIO, 0.0), "margin"),
        (0.5, 0.4, pr.Comparison(margin=1.0), "margin"),
    ],
)
def test_impossible_comparisons_are_refused(p1, p2, comparison, match):
    with pytest.raises(InputError, match=match):
        pr.sample_size_proportions(p1, p2, comparison=comparison)
