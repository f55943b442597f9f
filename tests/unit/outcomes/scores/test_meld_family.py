"""MELD and its relatives against a second implementation, patient by patient, and at their thresholds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.outcomes import scores

BILIRUBIN = st.floats(0.05, 60)
CREATININE = st.floats(0.1, 12)
INR = st.floats(0.6, 15)
SODIUM = st.floats(100, 180)


def clip(x, low, high):
    return low if x < low else high if x > high else x


def points(x, rounded):
    return clip(math.floor(x + 0.5) if rounded else x, 6.0, 40.0)


def naive_meld(b, c, i, dialysis=False, cause=False, rounded=False):
    c = 4.0 if dialysis else clip(c, 1.0, 4.0)
    x = 9.57 * math.log(c) + 3.78 * math.log(max(b, 1.0)) + 11.2 * math.log(max(i, 1.0))
    return points(x + (0.0 if cause else 6.43), rounded)


def naive_meld_na(b, c, i, na, dialysis=False, rounded=False):
    m = naive_meld(b, c, i, dialysis, rounded=rounded)
    if m > 11:
        m = m + 1.32 * (137 - clip(na, 125, 137)) - 0.033 * m * (137 - clip(na, 125, 137))
    return points(m, rounded)


def naive_meld3(b, c, i, na, alb, female, dialysis, age):
    b, i, c = math.log(max(b, 1)), math.log(max(i, 1)), math.log(3.0 if dialysis else clip(c, 1, 3))
    na, alb = 137 - clip(na, 125, 137), 3.5 - clip(alb / 10, 1.5, 3.5)
    x = 1.33 * (female or age < 18) + 4.56 * b + 0.82 * na - 0.24 * na * b + 9.09 * i + 11.14 * c
    return points(x + 1.85 * alb - 1.83 * alb * c + 6, False)


@given(b=BILIRUBIN, c=CREATININE, i=INR, d=st.booleans(), cause=st.booleans(), rounded=st.booleans())
def test_meld(b, c, i, d, cause, rounded):
    got = scores.meld(bilirubin=b, creatinine=c, inr=i, dialysis=d, cholestatic_or_alcoholic=cause, rounded=rounded)
    assert got == pytest.approx(naive_meld(b, c, i, d, cause, rounded), abs=1 if rounded else 1e-9)


@given(b=BILIRUBIN, c=CREATININE, i=INR, na=SODIUM, d=st.booleans())
def test_meld_na(b, c, i, na, d):
    got = scores.meld_na(bilirubin=b, creatinine=c, inr=i, sodium=na, dialysis=d)
    assert got == pytest.approx(naive_meld_na(b, c, i, na, d), abs=1e-9)


def test_sodium_does_not_count_at_a_meld_of_exactly_11():
    at_11 = {"bilirubin": math.exp((11 - 6.43) / 3.78), "creatinine": 1.0, "inr": 1.0}
    assert scores.meld(**at_11, rounded=True) == 11
    assert scores.meld_na(**at_11, sodium=125, rounded=True) == 11
    at_12 = {"bilirubin": math.exp((12 - 6.43) / 3.78), "creatinine": 1.0, "inr": 1.0}
    assert scores.meld_na(**at_12, sodium=125, rounded=True) == math.floor(12 + 12 * (1.32 - 0.033 * 12) + 0.5)
    assert scores.meld_na(**at_12, sodium=137, rounded=True) == scores.meld_na(**at_12, sodium=150, rounded=True) == 12


@given(b=BILIRUBIN, c=CREATININE, i=INR, na=SODIUM, d=st.booleans())
def test_meld_na_as_first_published(b, c, i, na, d):
    m, deficit = naive_meld(b, c, i, d), 140 - clip(na, 125, 140)
    got = scores.meld_na_kim2008(bilirubin=b, creatinine=c, inr=i, sodium=na, dialysis=d)
    assert got == pytest.approx(points(m + deficit - 0.025 * m * deficit, False), abs=1e-9)


@given(
    b=BILIRUBIN,
    c=CREATININE,
    i=INR,
    na=SODIUM,
    alb=st.floats(8, 60),
    female=st.booleans(),
    d=st.booleans(),
    age=st.sampled_from([0, 17.99, 18, 50]),
)
def test_meld3(b, c, i, na, alb, female, d, age):
    labs = {"bilirubin": b, "creatinine": c, "inr": i, "sodium": na, "albumin": alb, "dialysis": d, "age": age}
    got = scores.meld3(**labs, female=female)
    assert got == pytest.approx(naive_meld3(b, c, i, na, alb, female, d, age), abs=1e-9)


def test_the_points_of_the_female_sex_go_to_everyone_below_18():
    labs = {"bilirubin": 5, "creatinine": 2, "inr": 2, "sodium": 130, "albumin": 30}
    adult, child = (scores.meld3(**labs, female=False, age=a) for a in (18.0, 17.0))
    assert child - adult == pytest.approx(1.33) and scores.meld3(**labs, female=False) == adult


@given(score=st.floats(6, 40))
def test_survival_at_90_days_of_a_meld(score):
    assert scores.meld_survival_90d(score) == pytest.approx(0.98465 ** math.exp(0.1635 * (score - 10)), rel=1e-12)


@pytest.mark.parametrize(
    "day, baseline", [(0, 1.0), (15, 0.991), (30, 0.981), (45, 0.971), (60, 0.963), (75, 0.955), (90, 0.946)]
)
def test_meld3_survival_at_published_days(day, baseline):
    assert scores.meld3_survival(25, days=day) == pytest.approx(baseline ** math.exp(0.17698 * 25 - 3.56), rel=1e-12)


def test_between_published_days_the_hazard_is_constant():
    a, b, c = (-math.log(scores.meld3_survival(25, days=d)) for d in (30, 37.5, 45))
    assert b == pytest.approx((a + c) / 2, rel=1e-12)
    assert scores.meld3_survival(25) == scores.meld3_survival(25, days=90)


@pytest.mark.parametrize("days", [-1, 91, [30, np.nan]])
def test_meld3_survival_is_published_to_day_90(days):
    with pytest.raises(InputError, match="days"):
        scores.meld3_survival(20, days=days)


@given(bilirubin=st.floats(0.1, 30), sodium=st.floats(110, 150), drop=st.floats(0, 30))
def test_meld3_rises_as_sodium_falls_while_bilirubin_is_below_30(bilirubin, sodium, drop):
    labs = {"bilirubin": bilirubin, "creatinine": 1.4, "inr": 2.1, "albumin": 28.0, "female": True}
    before, after = scores.meld3(**labs, sodium=np.array([sodium, sodium - drop]))
    assert after >= before - 1e-9


@given(score=st.floats(6, 40), days=st.lists(st.floats(0, 90), min_size=2, max_size=2))
def test_meld3_survival_falls_with_time(score, days):
    early, late = scores.meld3_survival(score, days=sorted(days))
    assert 1 >= early >= late >= 0


@given(b=BILIRUBIN, c=CREATININE, i=INR, na=SODIUM, alb=st.floats(8, 60), w=st.floats(0.5, 60), age=st.floats(18, 90))
def test_meld_plus7(b, c, i, na, alb, w, age):
    log = math.log10
    x = 8.53499496 + 2.5967965 * log(1 + c) + 2.06503238 * log(1 + b) + 2.99724802 * log(1 + i)
    x += -6.47834101 * log(1 + na) - 6.34990436 * log(1 + alb / 10) + 1.92811726 * log(1 + w) + 0.04070442 * age
    labs = {"bilirubin": b, "creatinine": c, "inr": i, "sodium": na, "albumin": alb, "white_cells": w, "age": age}
    assert scores.meld_plus7_survival(**labs) == pytest.approx(1 / (1 + math.exp(x)), rel=1e-9)
