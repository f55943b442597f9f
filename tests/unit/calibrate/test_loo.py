"""Leaving one out by weighing anew: against leaving it out in truth, and the Pareto fit against SciPy's."""

import numpy as np
import pytest
from scipy.stats import genpareto, norm

from hepatica.calibrate.loo import fit, resampled, smoothed


@pytest.mark.parametrize("shape", [-0.2, 0.1, 0.4, 0.8])
def test_the_shape_of_a_tail_is_found(shape):
    x = genpareto.rvs(shape, scale=2.0, size=4000, random_state=np.random.default_rng(3))
    found, scale = fit(np.sort(x))
    own, _, width = genpareto.fit(x, floc=0)
    assert (
        found == pytest.approx(own, abs=0.05)
        and found == pytest.approx(shape, abs=0.08)
        and scale == pytest.approx(width, rel=0.08)
    )


def test_weighing_anew_is_leaving_out():
    """Normal mean with known error, five data: the posterior without one of them in closed form."""
    rng = np.random.default_rng(5)
    y = np.array([0.3, -0.2, 0.8, 1.1, 0.4])
    post = rng.normal(y.sum() / 6, np.sqrt(1 / 6), 4000)  # prior N(0, 1), errors 1
    w, k = smoothed(-norm.logpdf(y[3], post, 1.0))
    without = np.delete(y, 3).sum() / 5
    assert k < 0.7 and (w * post).sum() == pytest.approx(without, abs=0.03)
    assert np.sqrt((w * (post - without) ** 2).sum()) == pytest.approx(np.sqrt(1 / 5), rel=0.06)
    assert post[resampled(w, 0.5)].mean() == pytest.approx(without, abs=0.03)


def test_a_draw_that_carries_all_is_told():
    rng = np.random.default_rng(2)
    _, k = smoothed(3.0 * rng.standard_exponential(400))
    assert k > 0.7


def test_resampling_keeps_proportions():
    rows = resampled(np.array([0.5, 0.25, 0.25, 0.0]), 0.3)
    assert np.bincount(rows, minlength=4).tolist() == [2, 1, 1, 0]
