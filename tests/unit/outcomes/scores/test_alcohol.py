"""Scores of alcoholic hepatitis against a second implementation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.outcomes import scores

UMOL = 10 / 584.66 * 1000  # umol/L of bilirubin in a mg/dL


@given(t=st.floats(6, 100), b=st.floats(0.1, 60), control=st.floats(8, 16))
def test_maddrey(t, b, control):
    got = scores.maddrey_df(prothrombin_time=t, bilirubin=b, control_time=control)
    assert got == pytest.approx(4.6 * (t - control) + b, abs=1e-9)


def test_the_control_of_the_laboratory_is_12_seconds_unless_given():
    assert scores.maddrey_df(prothrombin_time=20, bilirubin=5) == pytest.approx(4.6 * 8 + 5)


@given(age=st.floats(18, 90), b=st.floats(0.1, 60), c=st.floats(0.3, 9), i=st.floats(0.8, 9))
def test_abic(age, b, c, i):
    expected = 0.1 * age + 0.08 * b + 0.3 * c + 0.8 * i
    assert scores.abic(age=age, bilirubin=b, creatinine=c, inr=i) == pytest.approx(expected, abs=1e-9)


@given(
    age=st.floats(18, 90),
    alb=st.floats(10, 50),
    b=st.floats(0.5, 50),
    b7=st.floats(0.5, 50),
    kidney=st.booleans(),
    t=st.floats(10, 60),
)
def test_lille(age, alb, b, b7, kidney, t):
    r = 3.19 - 0.101 * age + 0.147 * alb + 0.0165 * UMOL * (b - b7) - 0.206 * kidney - 0.0065 * UMOL * b - 0.0096 * t
    labs = {"age": age, "albumin": alb, "bilirubin": b, "bilirubin_day7": b7, "prothrombin_time": t}
    got = scores.lille(**labs, renal_insufficiency=kidney)
    assert got == pytest.approx(math.exp(-r) / (1 + math.exp(-r)), rel=1e-9)


@given(score=st.floats(6, 40))
def test_mortality_by_meld(score):
    expected = math.exp(-4.3 + 0.16 * score) / (1 + math.exp(-4.3 + 0.16 * score))
    assert scores.alcoholic_hepatitis_mortality_90d(score) == pytest.approx(expected, rel=1e-12)
