from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, multivariate_t

from hepatica.imaging.biodistribution.proposal import (
    DEGREES,
    PRIOR_SHARE,
    Proposal,
    Rounds,
    adapted,
    at_mode,
    informed,
)


def tilted() -> Proposal:
    """Two directions of four, at an angle to the axes."""
    basis = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 2)))[0]
    return Proposal(basis, np.array([1.0, -0.5]), np.array([[0.4, 0.0], [0.2, 0.3]]))


def test_its_density_is_that_of_a_student_t_beside_a_normal() -> None:
    """Second implementation: the density in a full basis by scipy."""
    one = tilted()
    whole = np.linalg.svd(one.basis)[0]
    rest = whole[:, 2:]
    z = np.random.default_rng(2).standard_normal((50, 4))
    inside = multivariate_t(one.centre, one.factor @ one.factor.T, df=DEGREES).pdf(z @ one.basis)
    density = inside * multivariate_normal(np.zeros(2)).pdf(z @ rest)
    prior = multivariate_normal(np.zeros(4)).pdf(z)
    expected = np.log(((1 - PRIOR_SHARE) * density + PRIOR_SHARE * prior) / prior)
    assert one.log_ratio(z) == pytest.approx(expected)


def test_its_points_follow_its_density() -> None:
    """The mean of prior over proposal is 1, and weighted moments are those of the prior."""
    one = tilted()
    z = one.draw(40_000, 3, "test")
    weight = np.exp(-one.log_ratio(z))
    assert weight.max() <= 1.0 / PRIOR_SHARE + 1e-9
    assert weight.mean() == pytest.approx(1.0, abs=0.03)
    assert (weight @ z / len(z)) == pytest.approx(np.zeros(4), abs=0.05)


def test_rounds_are_weighed_by_the_mixture_of_their_proposals() -> None:
    """Second implementation: the mixture by its definition, in each round's share of the points."""
    one, other, rounds = tilted(), at_mode(np.zeros(4), np.eye(4)), Rounds(4)
    rng = np.random.default_rng(5)
    first, second = rng.standard_normal((30, 4)), rng.standard_normal((90, 4))
    rounds.add(one, first, np.full(30, -1.0))
    rounds.add(other, second, np.full(90, np.nan))
    density = 0.25 * np.exp(one.log_ratio(rounds.points)) + 0.75 * np.exp(other.log_ratio(rounds.points))
    assert rounds.log_weights()[:30] == pytest.approx(-1.0 - np.log(density[:30]))
    assert (rounds.log_weights()[30:] == -np.inf).all()


def test_directions_without_information_are_left_to_the_prior() -> None:
    jacobian = np.array([[2.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.1, 0.0]])
    assert informed(jacobian.T @ jacobian, np.zeros(4)).T == pytest.approx(np.array([[0.5, 0.5, 0, 0]]) * 2**0.5)
    with_mode = informed(jacobian.T @ jacobian, np.array([0.0, 0.0, 3.0, 0.0]))
    assert with_mode[:, 1] == pytest.approx([0.0, 0.0, 1.0, 0.0])
    assert informed(np.zeros((3, 3)), np.zeros(3)).shape == (3, 1)


def test_it_adapts_to_weighted_moments_and_trusts_few_points_little() -> None:
    information = np.diag([99.0, 0.0, 0.0])
    z = np.random.default_rng(4).standard_normal((4000, 3)) * [0.3, 1.0, 1.0] + [2.0, 0.0, 0.0]
    many = adapted(z, np.full(4000, 1 / 4000), information)
    assert many.centre[0] == pytest.approx(2.0, abs=0.05) and many.factor[0, 0] == pytest.approx(0.3, rel=0.05)
    few = adapted(z[:2], np.array([0.5, 0.5]), information)
    assert abs(few.factor[0, 0] - at_mode(np.zeros(3), information).factor[0, 0]) < 0.15
