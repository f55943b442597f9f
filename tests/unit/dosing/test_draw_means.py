"""Means of draws for several arms: moments kept, noise gone, and the same as one arm at a time where there is one."""

import numpy as np
import pytest

from hepatica.dosing.draw_means import shrink_draw_means
from hepatica.dosing.variance_components import variance_ratio

BETWEEN = np.array([[25.0, 20.0, 15.0], [20.0, 25.0, 20.0], [15.0, 20.0, 25.0]])
WITHIN = np.array([[90.0, 80.0, 70.0], [80.0, 90.0, 80.0], [70.0, 80.0, 90.0]])


def sample(rng, draws, each):
    truth = rng.multivariate_normal([5.0, 6.0, 5.5], BETWEEN, draws)
    draw = np.repeat(np.arange(draws), each)
    return truth, truth[draw] + rng.multivariate_normal(np.zeros(3), WITHIN, draws * each), draw


def test_the_scatter_is_that_of_the_truth_and_not_of_few_patients():
    rng, shrunk, raw, best, naive = np.random.default_rng(0), [], [], [], []
    for _ in range(60):
        truth, values, draw = sample(rng, 100, 4)
        m = shrink_draw_means(values.T, draw)
        shrunk.append(np.cov(m.shrunk.T))
        raw.append(np.cov(m.raw.T))
        perfect = truth.max(axis=1).mean() - truth.mean(axis=0).max()
        best.append(m.shrunk.max(axis=1).mean() - m.shrunk.mean(axis=0).max() - perfect)
        naive.append(m.raw.max(axis=1).mean() - m.raw.mean(axis=0).max() - perfect)
    assert np.mean(shrunk, axis=0) == pytest.approx(BETWEEN, rel=0.15)
    assert np.mean(raw, axis=0)[0, 0] > 1.7 * BETWEEN[0, 0]
    assert abs(np.mean(best)) < 0.25 < np.mean(naive)  # a largest of noisy means is too large


def test_one_arm_is_the_scalar_formula():
    rng = np.random.default_rng(1)
    draw = np.repeat(np.arange(30), 3)
    values = rng.normal(0, 2, 30)[draw] + rng.normal(0, 3, 90)
    m = shrink_draw_means(values[None], draw)
    means = values.reshape(30, 3).mean(axis=1)
    within = ((values.reshape(30, 3) - means[:, None]) ** 2).sum() / 60
    ratio = 3 * ((means - means.mean()) ** 2).sum() / 29 / within
    b = (float(variance_ratio(ratio, 30)) - 1) / 3
    expected = means.mean() + np.sqrt(b / (b + 1 / 3)) * (means - means.mean())
    np.testing.assert_allclose(m.shrunk[:, 0], expected, rtol=1e-9)


def test_units_do_not_matter():
    _, values, draw = sample(np.random.default_rng(2), 40, 3)
    units = np.array([2.0, 0.1, 30.0])
    a, b = shrink_draw_means(values.T, draw), shrink_draw_means(units[:, None] * values.T + 4.0, draw)
    np.testing.assert_allclose(a.shrunk * units + 4.0, b.shrunk, rtol=1e-8)


def test_no_noise_one_draw_and_failures():
    exact = shrink_draw_means(np.array([[0.0] * 4, [1.0, 1.0, 3.0, 3.0]]), np.array([0, 0, 1, 1]))
    np.testing.assert_array_equal(exact.shrunk, exact.raw)
    one = shrink_draw_means(np.array([[0.0, 1.0], [1.0, 2.0]]), np.array([7, 7]))
    np.testing.assert_array_equal(one.shrunk, [[0.5, 1.5]])
    failed = shrink_draw_means(np.array([[0.0, np.nan, 2.0], [1.0, 1.0, 3.0]]), np.array([0, 0, 1]))
    assert failed.count.tolist() == [1, 1] and failed.raw.tolist() == [[0.0, 1.0], [2.0, 3.0]]


def test_a_bootstrap_sample_is_shrunk_as_data_in_which_draws_stand_as_often():
    rng = np.random.default_rng(5)
    draw = np.repeat(np.arange(12), rng.integers(2, 6, 12))
    values = rng.multivariate_normal([5.0, 6.0, 5.5], BETWEEN, 12)[draw] + rng.normal(0, 9, (len(draw), 3))
    times = rng.multinomial(12, np.full(12, 1 / 12))
    again = shrink_draw_means(values.T, draw).resampled(times)
    copies = [(values[draw == k], k) for k in range(12) for _ in range(times[k])]
    as_data = shrink_draw_means(
        np.concatenate([rows for rows, _ in copies]).T, np.repeat(np.arange(12), [len(rows) for rows, _ in copies])
    )
    np.testing.assert_allclose(again.shrunk[[k for _, k in copies]], as_data.shrunk)
    np.testing.assert_array_equal(again.raw, shrink_draw_means(values.T, draw).raw)
