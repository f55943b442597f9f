"""Summary statistics of labs: lognormal means, measurement error, paired changes."""

import numpy as np
import pytest

from hepatica.individual.as_evidence.lab_summaries import MIN_MEASURED, lab_observations
from hepatica.individual.weights import MEASUREMENT_SD


def test_day_0_tells_how_people_differ_without_the_error_of_measurement():
    rng = np.random.default_rng(1)
    true = 10 * np.exp(0.3 * rng.standard_normal(20000))
    seen = true * np.exp(MEASUREMENT_SD["ammonia"] * rng.standard_normal(20000))
    first, later = (next(lab_observations("a", "ammonia", day, seen, baseline=seen)) for day in (0.0, 1.0))
    assert first.value == pytest.approx(true.mean(), rel=0.02) and first.sd == pytest.approx(true.std(), rel=0.03)
    assert later.sd > 1.15 * first.sd


def test_albumin_is_told_as_the_paired_change():
    rng = np.random.default_rng(2)
    start = 30 + 5 * rng.standard_normal(12)
    now = start - 2 + 0.5 * rng.standard_normal(12)
    now[0], start[1] = np.nan, np.nan
    found = {o.kind: o for o in lab_observations("a", "albumin", 3.0, now, baseline=start)}
    assert set(found) == {"mean_sd", "change"} and found["mean_sd"].n == 11 and found["change"].n == 10
    assert found["change"].value == pytest.approx(np.nanmean(now - start), rel=1e-5)
    assert found["change"].sd < 0.3 * found["mean_sd"].sd


def test_the_median_is_shown_and_not_used():
    x = np.array([1.0, 2.0, 4.0, 8.0, np.nan])
    median = next(o for o in lab_observations("a", "inr", 1.0, x, baseline=x) if o.kind == "median")
    assert (median.value, median.q1, median.q3, median.n) == (3.0, 1.75, 5.0, 4) and not median.usable and median.note


def test_a_reason_makes_the_mean_unusable():
    x = np.array([1.0, 2.0, 4.0])
    first = next(lab_observations("a", "inr", 1.0, x, baseline=x, unusable="washed out"))
    assert not first.usable and first.note == "washed out"


@pytest.mark.parametrize("values", [np.full(5, 2.0), np.append(np.arange(1.0, MIN_MEASURED), np.nan), np.empty(0)])
def test_too_few_or_equal_values_have_no_summary(values):
    assert not list(lab_observations("a", "inr", 1.0, values, baseline=values))
