"""Functions of time: interpolation between knots, what is held at their ends, and products by hand."""

import numpy as np
import pytest

from hepatica.individual.learning.learn import BASES
from hepatica.individual.learning.time_basis import INTERACTION_SD, LATEST, TimeBasis, make_knots, regressors

KNOTS = np.array([1.0, 4.0])


def test_smooth():
    functions = TimeBasis.SMOOTH.functions(np.array([1.0, 4.0, 0.1]), np.array([0.0, 1.0, 9.0]), KNOTS)
    log = np.log([1.0, 4.0, 0.5])  # held under half a day
    since = np.log([1.0, 2.0, 2.0])  # later labs count as those of the latest day that taught
    np.testing.assert_allclose(functions, np.column_stack([np.ones(3), log, since, since * log]))
    assert max(day for days in BASES.values() for day in days) == LATEST


def test_knots():
    functions = TimeBasis.KNOTS.functions(np.array([0.5, 2.0, 4.0, 90.0]), np.array([0.0, 1.0, 0.0, 0.0]), KNOTS)
    np.testing.assert_allclose(functions[:, 0], [1, 0.5, 0, 0], atol=1e-12)
    np.testing.assert_allclose(functions[:, :2].sum(axis=1), 1.0)  # what is constant in time can be said
    np.testing.assert_allclose(functions[:, 2:], np.log([1, 2, 1, 1])[:, None] * functions[:, :2])


@pytest.mark.parametrize(
    "ahead, knots",
    [([1, 2, 3, 6, 7], [1, 6**0.5, 42**0.5]), ([7, 14, 28], [7, 14, 28]), ([3, 3, 3], [3]), ([0.25, 0.5, 1], [0.5, 1])],
)
def test_neighbouring_days_share_a_knot(ahead, knots):
    np.testing.assert_allclose(make_knots(np.array(ahead, float)), knots)


def test_priors_and_products():
    relative = np.array([1.0, 0.0])
    smooth, knots = (basis.prior(relative, 2) for basis in TimeBasis)
    assert smooth.shape == (4, 3) and knots.shape == (4, 3)
    assert (smooth[:, 2] == 0).all() and (knots[:, 2] == 0).all() and (smooth[:, 0] == 1).all()
    assert smooth[:, 1].tolist() == [1, INTERACTION_SD, INTERACTION_SD, 0] and knots[0, 1] == 1
    x, f = np.array([[2.0, 3.0]]), np.array([[1.0, 10.0]])
    assert regressors(x, f).tolist() == [[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]]
