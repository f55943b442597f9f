"""Suitability: which way each requirement points, which rule decides, margins, refusals."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.assay.suitability import CheckKey, Criteria, Parallelism, by_equivalence, by_significance


@pytest.mark.parametrize("name", ["non_linearity", "non_parallelism", "blanks", "intersection"])
@pytest.mark.parametrize("p, passed", [(0.05, True), (0.049, False), (np.nan, False)])
def test_departures_must_not_be_significant(name, p, passed):
    (check,) = by_significance({name: (1.0, p)}, Criteria())
    assert check.passed is passed and check.key.value == name and check.sample == -1


@pytest.mark.parametrize("p, passed", [(0.049, True), (0.05, False), (np.nan, False)])
def test_a_regression_must_be(p, passed):
    assert by_significance({"regression": (1.0, p), "blocks": (1.0, 0.5)}, Criteria())[0].passed is passed


@pytest.mark.parametrize(
    "rule, by_p, by_margin", [("significance", True, False), ("equivalence", False, True), ("both", True, True)]
)
def test_the_rule_says_which_judgement_of_shape_decides(rule, by_p, by_margin):
    criteria = Criteria(parallelism=Parallelism(rule))
    shape, fit = by_significance({"non_parallelism": (1.0, 0.5), "non_linearity": (1.0, 0.5)}, criteria)
    assert shape.decides is by_p and fit.decides
    assert by_equivalence(CheckKey.EQUAL_SLOPE, 0.9, 1.1, 1, criteria).decides is by_margin


@pytest.mark.parametrize(
    "low, high, passed", [(0.8, 1.25, True), (0.79, 1.1, False), (0.9, 1.26, False), (np.nan, np.nan, False)]
)
def test_an_interval_lies_within_its_margins(low, high, passed):
    assert by_equivalence(CheckKey.EQUAL_SLOPE, low, high, 2, Criteria()).passed is passed


def test_asymptotes_have_margins_of_their_own():
    check = by_equivalence(CheckKey.EQUAL_UPPER, -0.05, 0.2, 1, Criteria(asymptote_margin=0.3))
    assert check.passed and (check.margin_low, check.margin_high) == (-0.3, 0.3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"alpha": 0.0},
        {"slope_margin": (1.1, 1.2)},
        {"slope_margin": (0.8, 0.9)},
        {"asymptote_margin": 1.0},
        {"level": 1.0},
    ],
)
def test_impossible_criteria_are_refused(wrong):
    with pytest.raises(InputError):
        Criteria(**wrong)
