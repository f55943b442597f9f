"""Stopping probabilities against the multivariate normal distribution of scipy, and against simulation."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.recursion import SubDensity, panels, stopping_probabilities


def by_multivariate_normal(information, upper, lower, theta):
    """First crossings as differences of rectangle probabilities of the joint normal distribution."""
    information = np.asarray(information, float)
    mean = theta * np.sqrt(information)
    covariance = np.sqrt(np.minimum.outer(information, information) / np.maximum.outer(information, information))
    up, low = [], []
    for k in range(len(information)):
        joint = multivariate_normal(mean[: k + 1], covariance[: k + 1, : k + 1])
        inside = (np.array(lower[:k]), np.array(upper[:k]))
        box = {"abseps": 1e-9, "releps": 1e-9, "maxpts": 200_000}
        frozen = multivariate_normal(mean[: k + 1], covariance[: k + 1, : k + 1], **box) if k else joint
        low_of = lambda a, b, frozen=frozen: frozen.cdf(b, lower_limit=a)  # noqa: E731
        up.append(low_of(np.append(inside[0], upper[k]), np.append(inside[1], 40.0)))
        low.append(low_of(np.append(inside[0], -40.0), np.append(inside[1], lower[k])))
    return np.array(up), np.array(low)


@pytest.mark.parametrize("theta", [0.0, 2.5, -1.0])
@pytest.mark.parametrize("information", [[0.5, 1.0], [0.2, 0.25, 1.0], [1.0, 30.0, 31.0]])
def test_stopping_probabilities_agree_with_the_joint_normal_distribution(information, theta):
    theta = theta / np.sqrt(information[-1])
    upper, lower = [2.6, 2.2, 2.0][: len(information)], [-0.5, 0.4, 2.0][-len(information) :]
    found = stopping_probabilities(information, upper, lower, theta)
    up, low = by_multivariate_normal(information, upper, lower, theta)
    np.testing.assert_allclose(found.upper, up, atol=2e-6)
    np.testing.assert_allclose(found.lower, low, atol=2e-6)


def test_all_trials_stop_at_the_last_look_when_the_boundaries_meet():
    found = stopping_probabilities([1, 2, 3, 4], [2.5, 2.4, 2.3, 2.2], [-1, 0, 1, 2.2], 0.8)
    assert found.upper.sum() + found.lower.sum() == pytest.approx(1, abs=1e-12)


def test_very_close_looks_and_many_looks_keep_the_total():
    information = np.array([1e-4, 1.0, 1.0 + 1e-4])
    found = stopping_probabilities(information, [3, 2, 1.9], [-3, -2, 1.9])
    assert found.upper.sum() + found.lower.sum() == pytest.approx(1, abs=1e-9)
    many = np.arange(1, 41) / 40
    found = stopping_probabilities(many, np.full(40, 2.5), np.append(np.full(39, -2.5), 2.5), 3.0)
    assert found.upper.sum() + found.lower.sum() == pytest.approx(1, abs=1e-10)


def test_bounds_invert_their_probabilities():
    now = SubDensity.start(1.2).advance(-1.0, 2.5, 0.4, 0.7)
    high, low = now.upper_bound(0.03, 0.7), now.lower_bound(0.02, 0.7)
    assert now.above(high, 0.7) == pytest.approx(0.03, abs=1e-12)
    assert now.below(low, 0.7) == pytest.approx(0.02, abs=1e-12)
    assert (now.upper_bound(0.0, 0.7), now.upper_bound(1.0, 0.7)) == (np.inf, -np.inf)
    assert (now.lower_bound(0.0, 0.7), now.lower_bound(1.0, 0.7)) == (-np.inf, np.inf)
    assert now.above(np.inf, 0.7) == now.below(-np.inf, 0.7) == 0


def test_a_region_that_is_empty_holds_nothing():
    assert SubDensity.start().advance(2.0, 1.0, 0.5).mass.sum() == 0


def test_panels_integrate_a_narrow_normal_density():
    nodes, weights = panels(-9, 9, 0.2)
    assert weights @ norm.pdf(nodes, 0.3, 0.2) == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize(
    ("information", "upper", "lower", "match"),
    [
        ([1, 1], [2, 2], [0, 2], "increase"),
        ([0, 1], [2, 2], [0, 2], "increase"),
        ([1, 2], [2], [0], "one for each look"),
        ([1, 2], [2, 2], [3, 2], "above the upper"),
    ],
)
def test_impossible_looks_are_refused(information, upper, lower, match):
    with pytest.raises(InputError, match=match):
        stopping_probabilities(information, upper, lower)
