"""Bayesian margin from clinical loss: quadrature against draws, and the edges of the link."""

import numpy as np
import pytest
from scipy import stats

from hepatica.errors import InputError
from hepatica.manufacturing.quality.equivalence import Summary
from hepatica.manufacturing.quality.margins import (
    LossSlope,
    compare_pairs_within_loss,
    compare_within_loss,
    margin_of_loss,
    probability_within,
)

BEFORE, AFTER = Summary(1.0, 0.15, 8), Summary(0.9, 0.2, 5)


def test_a_known_slope_gives_the_probability_within_a_fixed_margin():
    found = compare_within_loss(BEFORE, AFTER, LossSlope(4.0, 4.0, 4.0), 1.0)
    assert found.margin == (0.25, 0.25, 0.25) and margin_of_loss(4.0, 1.0) == 0.25
    exact = probability_within(BEFORE, AFTER, 0.25)
    assert abs(found.probability - exact) < 4 * found.error
    assert found.difference[0] == pytest.approx(0.1, abs=0.01) and found.n == (8, 5)
    assert found.expected_loss == pytest.approx(4.0 * 0.125, rel=0.25)


def test_an_uncertain_slope_moves_the_probability_and_a_missing_link_makes_every_change_harmless():
    wide = compare_within_loss(BEFORE, AFTER, LossSlope(4.0, 0.5, 7.5), 1.0)
    assert wide.margin[1] < wide.margin[0] < wide.margin[2]
    none = compare_within_loss(BEFORE, AFTER, LossSlope(4.0, 4.0, 4.0, linked=0.0), 1.0)
    assert none.probability == 1.0 and none.expected_loss == 0.0 and none.margin[0] == np.inf
    half = compare_within_loss(BEFORE, AFTER, LossSlope(4.0, 4.0, 4.0, linked=0.5), 1.0)
    full = compare_within_loss(BEFORE, AFTER, LossSlope(4.0, 4.0, 4.0), 1.0)
    assert half.expected_loss == pytest.approx(0.5 * full.expected_loss, rel=0.05)


def test_more_lots_narrow_the_difference():
    few, many = (compare_within_loss(Summary(1, 0.2, n), Summary(1, 0.2, n), LossSlope(4, 4, 4), 1.0) for n in (3, 30))
    assert many.probability > few.probability
    assert many.difference[2] - many.difference[1] < few.difference[2] - few.difference[1]


def test_it_is_repeatable_and_refuses_what_makes_no_sense():
    slope = LossSlope(4.0, 1.0, 7.0)
    assert compare_within_loss(BEFORE, AFTER, slope, 1.0) == compare_within_loss(BEFORE, AFTER, slope, 1.0)
    for call in (
        lambda: compare_within_loss(Summary(1, 0.1, 2), AFTER, slope, 1.0),
        lambda: compare_within_loss(BEFORE, AFTER, LossSlope(4, 5, 7), 1.0),
        lambda: compare_within_loss(BEFORE, AFTER, LossSlope(4, 1, 7, linked=1.5), 1.0),
        lambda: compare_within_loss(BEFORE, AFTER, slope, 0.0),
        lambda: margin_of_loss(0.0, 1.0),
    ):
        with pytest.raises(InputError):
            call()


def test_pairs_have_one_t_distribution():
    found = compare_pairs_within_loss(Summary(0.1, 0.2, 6), LossSlope(4.0, 4.0, 4.0), 1.0)
    z = stats.t(5, 0.1, 0.2 / np.sqrt(6))
    assert abs(found.probability - (z.cdf(0.25) - z.cdf(-0.25))) < 4 * found.error and found.n == (6, 6)
    with pytest.raises(InputError, match="pairs"):
        compare_pairs_within_loss(Summary(0.1, 0.2, 2), LossSlope(4.0, 4.0, 4.0), 1.0)
