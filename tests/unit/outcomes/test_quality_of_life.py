"""Utilities are the published ones, and a quality-adjusted day is no longer than a day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE, VISUAL_ANALOGUE, Utilities, quality_adjusted_life_days


def test_classes_without_encephalopathy() -> None:
    points = np.arange(5, 16)
    for utilities, a, b, c in (
        (Utilities(), 0.68, 0.63, 0.59),
        (STANDARD_GAMBLE, 0.85, 0.78, 0.78),
        (VISUAL_ANALOGUE, 0.70, 0.61, 0.55),
    ):
        assert_allclose(utilities.of(points, 0), [a] * 2 + [b] * 3 + [c] * 6)


def test_grades_count_relative_to_grade_0() -> None:
    relative = np.array([0.962, 0.912, 0.828, 0.691, 0.429]) / 0.962
    assert_allclose(Utilities().of(5, np.arange(5)), 0.68 * relative)
    assert Utilities().of(5, 1.9) == Utilities().of(5, 1)


def test_dead_and_transplanted() -> None:
    got = Utilities().of([12, 12, np.nan, 12], [4, 4, np.nan, 4], dead=[1, 0, 1, 1], transplanted=[0, 1, 0, 1])
    assert got.tolist() == [0.0, 0.80, 0.0, 0.0]


def test_failed_patient_is_nan() -> None:
    assert np.isnan(Utilities().of([5, np.nan, 5], [0, 0, np.nan])).tolist() == [False, True, True]


@given(points=st.floats(5, 15), grade=st.floats(0, 4), worse=st.floats(0, 4))
def test_worse_is_never_worth_more(points: float, grade: float, worse: float) -> None:
    utilities = Utilities()
    here = utilities.of(points, grade)
    assert utilities.of(points + worse, grade) <= here
    assert utilities.of(points, min(grade + worse, 4)) <= here <= 1


@pytest.mark.parametrize("wrong", [{"child_a": 1.2}, {"encephalopathy": (1.0, 0.9)}, {"transplanted": float("nan")}])
def test_what_is_no_utility_is_refused(wrong: dict) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        Utilities(**wrong)


def test_grade_beyond_4_is_refused() -> None:
    with pytest.raises(InputError, match="West-Haven"):
        Utilities().of(5, 5)


def test_life_days_are_the_area_by_hand() -> None:
    alive, worth, days = [1.0, 0.8, 0.6], [0.5, 0.5, 1.0], [0.0, 10.0, 30.0]
    assert quality_adjusted_life_days(alive, worth, days) == pytest.approx(10 * 0.45 + 20 * 0.5)
    both = quality_adjusted_life_days([alive, [1, 1, 1]], worth, days)
    assert_allclose(both, [14.5, 5 + 15])
