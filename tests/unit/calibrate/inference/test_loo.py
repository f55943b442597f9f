"""Pareto-smoothed importance sampling: against leaving out in truth, a second implementation, and SciPy's fit of tails."""

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import genpareto, norm

from hepatica.calibrate.inference.loo import pareto_smoothed_weights, resample_systematically


def naive_smoothed(log_ratios: np.ndarray) -> tuple[np.ndarray, float]:
    """Pareto-smoothed weights as the paper has them, written out."""
    x = log_ratios - log_ratios.max()
    n = len(x)
    tail = int(min(0.2 * n, 3 * np.sqrt(n)))
    order = np.argsort(x, kind="stable")
    cut = x[order[-tail - 1]] if tail >= 5 else 0.0
    over = np.exp(x[order[-tail:]]) - np.exp(cut)
    shape = 0.0
    if tail >= 5 and over[-1] - over[0] > 1e-12 and over[0] >= 0:
        shape, scale = naive_fit(np.maximum(over, 1e-300))
        p = (np.arange(tail) + 0.5) / tail
        quantile = scale * (np.expm1(-shape * np.log1p(-p)) / shape if abs(shape) > 1e-12 else -np.log1p(-p))
        x = x.copy()
        x[order[-tail:]] = np.minimum(np.log(quantile + np.exp(cut)), 0.0)
    w = np.exp(x - x.max())
    return w / w.sum(), float(shape)


def naive_fit(over: np.ndarray) -> tuple[float, float]:
    """Shape and scale of exceedances by the profile posterior of Zhang & Stephens (2009), weakly drawn to 0.5."""
    x, n = np.sort(over), len(over)
    m = 30 + int(np.sqrt(n))
    theta = 1 / x[-1] + (1 - np.sqrt(m / (np.arange(1, m + 1) - 0.5))) / (3 * x[int(n / 4 + 0.5) - 1])
    k = np.log1p(-theta[:, None] * x).mean(axis=1)
    best = float((theta * softmax(n * (np.log(-theta / k) - k - 1))).sum())
    shape = float(np.log1p(-best * x).mean())
    return (shape * n + 0.5 * 10) / (n + 10), -shape / best


@pytest.mark.parametrize("shape", [-0.2, 0.1, 0.4, 0.8])
def test_the_second_implementation_finds_the_shape_of_a_tail(shape):
    x = genpareto.rvs(shape, scale=2.0, size=4000, random_state=np.random.default_rng(3))
    found, scale = naive_fit(np.sort(x))
    own, _, width = genpareto.fit(x, floc=0)
    assert (
        found == pytest.approx(own, abs=0.05)
        and found == pytest.approx(shape, abs=0.08)
        and scale == pytest.approx(width, rel=0.08)
    )


@pytest.mark.parametrize("n, width", [(40, 0.3), (100, 1.0), (400, 1.5), (2000, 0.5), (4000, 4.0)])
def test_weights_and_shape_are_those_of_the_second_implementation(n, width):
    x = np.random.default_rng(n).normal(0, width, n)
    weights, shape = pareto_smoothed_weights(x)
    naive, own = naive_smoothed(x)
    assert weights.sum() == pytest.approx(1) and shape == pytest.approx(own, abs=1e-9)
    assert weights == pytest.approx(naive, abs=1e-9)


def test_a_flat_tail_is_not_smoothed():
    weights, shape = pareto_smoothed_weights(np.log(np.repeat([1.0, 3.0], 100)))
    assert shape == 0.0 and weights == pytest.approx(np.repeat([1 / 400, 3 / 400], 100))


def test_weighing_anew_is_leaving_out():
    """Normal mean with known error, five data: the posterior without one of them in closed form."""
    rng = np.random.default_rng(5)
    y = np.array([0.3, -0.2, 0.8, 1.1, 0.4])
    post = rng.normal(y.sum() / 6, np.sqrt(1 / 6), 4000)  # prior N(0, 1), errors 1
    w, k = pareto_smoothed_weights(-norm.logpdf(y[3], post, 1.0))
    without = np.delete(y, 3).sum() / 5
    assert k < 0.7 and (w * post).sum() == pytest.approx(without, abs=0.03)
    assert np.sqrt((w * (post - without) ** 2).sum()) == pytest.approx(np.sqrt(1 / 5), rel=0.06)
    assert post[resample_systematically(w, 0.5)].mean() == pytest.approx(without, abs=0.03)


def test_a_draw_that_carries_all_is_told():
    rng = np.random.default_rng(2)
    _, k = pareto_smoothed_weights(3.0 * rng.standard_exponential(400))
    assert k > 0.7


def test_resampling_keeps_proportions():
    rows = resample_systematically(np.array([0.5, 0.25, 0.25, 0.0]), 0.3)
    assert np.bincount(rows, minlength=4).tolist() == [2, 1, 1, 0]
