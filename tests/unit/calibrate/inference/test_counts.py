"""Counts with random effects: against plain sums over fine grids, and gradients against differences."""

import numpy as np
import pytest
from scipy.special import expit, logsumexp
from scipy.stats import multinomial, norm

from hepatica.calibrate.inference import counts
from hepatica.calibrate.inference.counts import MAX_LOG_ODDS, best_visit, counted, integrated

GRID = np.linspace(-4, 4, 321)


def plain(odds, n, shift):
    """Multinomial log likelihood of one arm's counts at shifts (k,) of its log odds (visits,)."""
    p = expit(odds + shift[:, None])
    each = np.diff(np.concatenate([np.zeros((len(p), 1)), p, np.ones((len(p), 1))], axis=1), axis=1)
    return multinomial.logpmf(n, int(sum(n)), each)


def by_grid(odds, n, apart, common):
    """Log likelihood of arms by summing over what they share and, for each, over what each does by itself."""
    together = norm.logpdf(GRID, 0, common)
    for x, m in zip(odds, n, strict=True):
        at = plain(x, m, (GRID[:, None] + GRID[None]).ravel()).reshape(len(GRID), -1)
        together = together + logsumexp(at + norm.logpdf(GRID, 0, np.sqrt(apart)), axis=1)
    return logsumexp(together)


@pytest.mark.parametrize("arms", [1, 2])
def test_integrals_are_those_of_a_grid(arms):
    """Up to a constant: three points, counts at one and at two visits."""
    n = [np.array([4.0, 3.0, 13.0]), np.array([6.0, 14.0])][:arms]
    points = [([-1.6, -0.7], [-0.9]), ([-0.8, 0.3], [0.4]), ([-2.3, -1.9], [-1.2])]
    common, apart = np.full(3, 0.4), [np.full(3, 0.15)] * arms
    odds = [np.array([p[k] for p in points]) for k in range(arms)]
    found = integrated(odds, n, apart, common)
    naive = [by_grid([np.array(x) for x in p[:arms]], n, 0.15, 0.4) for p in points]
    assert np.diff(found.value) == pytest.approx(np.diff(naive), abs=0.02)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("n", [(3.0, 9.0), (2.0, 4.0, 1.0, 12.0)])
def test_gradients_are_those_of_the_integral_by_each_visit(n, several):
    rng, visits = np.random.default_rng(2), len(n) - 1
    odds = [np.sort(rng.normal(-1, 0.6, (40, visits)), axis=1)]
    people = [np.array(n)]
    if several:
        odds.append(rng.normal(-0.5, 0.5, (40, 1)))
        people.append(np.array([5.0, 8.0]))
    apart, common = [np.full(40, 0.09)] * len(odds), np.full(40, 0.3)
    slopes = integrated(odds, people, apart, common, slope=True).slopes
    assert len(slopes) == len(odds)
    for k in range(visits):
        step = np.zeros(visits)
        step[k] = 1e-5
        up, down = (integrated([odds[0] + s, *odds[1:]], people, apart, common).value for s in (step, -step))
        assert slopes[0][:, k] == pytest.approx((up - down) / 2e-5, rel=5e-3, abs=5e-3)


def test_the_gradient_is_asked_for():
    odds, n = [np.zeros((2, 1))] * 2, [np.array([1.0, 2.0])] * 2
    assert integrated(odds, n, [np.ones(2)] * 2, np.ones(2)).slopes == []


def test_points_beyond_the_cut_of_log_odds_have_no_slope():
    far = np.array([[MAX_LOG_ODDS + 1, MAX_LOG_ODDS + 2]])
    assert (counts._counted_slope(far, np.array([1.0, 2.0, 3.0])) == 0).all()


def test_the_best_visit_is_the_one_nearest_a_half():
    k, share, variance = best_visit(np.array([1.0, 9.0, 5.0, 5.0]))
    assert k == 1 and share == pytest.approx(10.5 / 21) and variance == pytest.approx(1 / (20 * share * (1 - share)))
    assert counted(np.zeros(1), np.array([3.0, 1.0])) == pytest.approx(4 * np.log(0.5))
