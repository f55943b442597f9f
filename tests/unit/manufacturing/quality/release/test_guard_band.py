"""Guard bands: risks by SciPy's bivariate normal and by simulated lots, beliefs by Bayes on a grid."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.release.guard_band import (
    Process,
    Risk,
    assay_error,
    believe,
    bivariate_cdf,
    release_limits,
    release_risks,
)

CASES = [
    (Process(1.0, 0.15), 0.1, (0.7, None)),
    (Process(1.0, 0.15), 0.1, (0.7, 1.4)),
    (Process(85.0, 8.0), 3.0, (70.0, None)),
    (Process(12.0, 8.0), 2.0, (None, 25.0)),
]


def simulate(process, error, specification, accepted, n=400_000):
    rng = np.random.Generator(np.random.Philox(21))
    x = process.mean + process.sd * rng.standard_normal(n)
    y = x + error * rng.standard_normal(n)
    low, high = (-np.inf if specification[0] is None else specification[0], specification[1] or np.inf)
    good, taken = (x >= low) & (x <= high), (y >= accepted[0]) & (y <= accepted[1])
    return good, taken


@pytest.mark.parametrize(("h", "k"), [(0.3, -0.7), (-1, -2), (0, 1.2), (-0.5, 0), (1, 2), (0, -1), (0, 0), (2, 2)])
@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.5, 0.97])
def test_bivariate_normal(h, k, rho):
    naive = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([h, k])
    assert bivariate_cdf(h, k, rho) == pytest.approx(naive, abs=1e-9)
    assert bivariate_cdf(np.inf, k, rho) == norm.cdf(k) and bivariate_cdf(h, -np.inf, rho) == 0.0


@pytest.mark.parametrize(("process", "error", "specification"), CASES)
@pytest.mark.parametrize("kind", Risk)
def test_risks_of_computed_limits_are_those_stated(process, error, specification, kind):
    """Producer's and consumer's risk of 400,000 simulated lots, within their Monte-Carlo errors."""
    stated = {Risk.AT_LIMIT: 0.05, Risk.OF_ACCEPTED: 0.004, Risk.OF_ALL: 0.003}[kind]
    found = release_limits(process, error, specification, risk=stated, kind=kind)
    good, taken = simulate(process, error, specification, (found.lower, found.upper))
    for exact, part, whole in (
        (found.risks.consumer_of_accepted, ~good & taken, taken),
        (found.risks.consumer_of_all, ~good & taken, np.ones_like(taken)),
        (found.risks.producer_of_good, good & ~taken, good),
        (found.risks.producer_of_all, good & ~taken, np.ones_like(good)),
    ):
        share, n = part.sum() / whole.sum(), whole.sum()
        assert abs(share - exact) < 4 * np.sqrt(max(exact * (1 - exact), 1 / n) / n)
    reached = {
        Risk.AT_LIMIT: found.risks.consumer_at_limit,
        Risk.OF_ACCEPTED: found.risks.consumer_of_accepted,
        Risk.OF_ALL: found.risks.consumer_of_all,
    }[kind]
    assert reached == pytest.approx(stated, rel=1e-6) if found.guard_band else reached <= stated


def test_one_sided_band_at_the_limit_is_a_quantile_of_the_error():
    found = release_limits(Process(1.0, 0.15), 0.1, (0.7, None), risk=0.05)
    assert found.guard_band == pytest.approx(norm.isf(0.05) * 0.1) and found.upper == np.inf


def test_a_better_assay_costs_the_producer_less():
    risks = [release_limits(Process(1.0, 0.15), e, (0.7, None)).risks for e in (0.15, 0.1, 0.05, 0.01)]
    costs = [r.producer_of_good for r in risks]
    assert costs == sorted(costs, reverse=True) and all(r.consumer_at_limit == pytest.approx(0.05) for r in risks)


def test_no_band_where_none_is_needed_and_none_that_would_do():
    assert release_limits(Process(2.0, 0.1), 0.05, (0.7, None), risk=0.01, kind=Risk.OF_ALL).guard_band == 0.0
    with pytest.raises(InputError, match="more precise assay"):
        release_limits(Process(1.0, 0.3), 0.3, (0.95, 1.05), risk=0.001, kind=Risk.OF_ACCEPTED)
    with pytest.raises(InputError, match="limit"):
        release_risks(Process(1.0, 0.1), 0.1, (None, None), (0.5, 1.5))
    with pytest.raises(InputError, match="error of a result"):
        release_risks(Process(1.0, 0.1), 0.0, (0.5, None), (0.5, 1.5))


def test_belief_is_that_of_bayes():
    grid = np.linspace(-1, 3, 40001)
    weight = norm.pdf(grid, 1.0, 0.2) * norm.pdf(0.7, grid, 0.1)
    weight /= weight.sum()
    found = believe(0.7, 0.1, Process(1.0, 0.2))
    assert found.mean == pytest.approx(weight @ grid) and found.sd == pytest.approx(
        np.sqrt(weight @ grid**2 - found.mean**2)
    )
    assert found.chance_within(0.7, np.inf) == pytest.approx(weight[grid >= 0.7].sum(), abs=1e-3)
    flat = believe(0.7, 0.1)
    assert (flat.mean, flat.sd) == (0.7, 0.1) and flat.quantile(0.5) == 0.7


def test_error_of_a_reported_result():
    assert assay_error(0.2, 4, run_sd=0.1) == pytest.approx(np.sqrt(0.01 + 0.01))
    assert assay_error(0.2, 4, run_sd=0.1, runs=2) == pytest.approx(0.1)
    for bad in ((0.0, 1), (0.1, 0)):
        with pytest.raises(InputError):
            assay_error(*bad)
    with pytest.raises(InputError):
        assay_error(0.1, 1, run_sd=-0.1)
