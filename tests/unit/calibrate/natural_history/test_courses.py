"""Untreated courses at typical values: draws, output times, and labs and deaths beside those published."""

import numpy as np
import pytest

from hepatica.calibrate.natural_history.courses import (
    COHORT_SD,
    YEAR,
    death_rows,
    follow,
    lab_rows,
    output_times,
    typical_draws,
)
from hepatica.patients import load_population


def test_typical_draws_leave_every_parameter_at_its_value(system):
    draws = typical_draws(system)
    population = load_population("hbv_aclf")
    cohort = follow(system, population, n=2, seed=1).patients.cohort
    assert draws.n == 1
    for name, values in cohort.prior_values().items():
        entry = system.model.parameters[name].entry
        expected = system.model.parameters[name].value
        assert np.allclose(values, expected, rtol=1e-9, atol=1e-12) or entry.prior.kind == "spike", name


def test_output_times_hold_every_published_day():
    times = output_times(load_population("primary_biliary_cholangitis"))
    assert {0.0, 28.0, 90.0, 180.0, 365.0, 1826.0} <= set(times) and (np.diff(times) > 0).all()


def test_labs_are_of_those_alive(system, courses):
    """A mean over patients weighted by who is still there, computed by hand."""
    course = courses["hbv_aclf"]
    row = next(r for r in lab_rows(course, system, {}) if (r.variable, r.time) == ("inr", 28.0))
    k = int(np.argmin(np.abs(course.simulated["time"].values - 28.0)))
    inr, alive = course.simulated["inr"].values[0, :, k], course.outcomes({}).each[:, k]
    assert row.simulated == pytest.approx((inr * alive).sum() / alive.sum()) and row.published == 1.7


def test_a_cohort_may_differ_by_sampling_and_beyond_it(courses):
    rows = death_rows(courses["hbv_aclf"], {})
    assert {r.source for r in rows} >= {"alss2019", "jilin"}
    assert all(r.published_spread > COHORT_SD for r in rows) and courses["hbv_aclf"].simulated["time"][-1] <= YEAR
