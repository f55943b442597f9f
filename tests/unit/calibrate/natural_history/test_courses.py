"""Untreated courses: typical draws, output times, labs beside those published, and what is read from a work folder."""

import numpy as np
import pytest

from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.natural_history.courses import YEAR, follow, lab_rows, output_times, typical_draws
from hepatica.patients import load_population


def test_typical_draws_leave_every_parameter_at_its_value(system):
    draws = typical_draws(system)
    population = load_population("hbv_aclf")
    cohort = follow(system, population, n=2, seed=1).cohort
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
    row = next(r for r in lab_rows(course, system) if (r.variable, r.time) == ("inr", 28.0))
    inr, alive = course.at("inr", 28.0), course.outcomes({}).each("transplant_free_survival", 28.0)
    assert row.simulated == pytest.approx((inr * alive).sum() / alive.sum()) and row.published == 1.7
    assert course.times[-1] <= YEAR and course.draws.tolist() == [0] * 8


def test_a_finished_course_is_read_and_is_the_same(system, tmp_path, monkeypatch):
    """The second time nobody is admitted; of other draws it would be another file."""
    from hepatica.calibrate.natural_history import courses as module

    kept = Execution(tmp_path, 1)
    size = {"n": 4, "seed": 5, "horizon": 30.0, "kept": kept}
    population = load_population("compensated_cirrhosis")
    first = follow(system, population, **size)
    monkeypatch.setattr(module, "simulate", None)
    again = follow(system, population, **size)
    assert all(np.array_equal(first.outputs[n], again.outputs[n]) for n in first.outputs)
    assert np.array_equal(first.outcomes({}).free, again.outcomes({}).free) and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(TypeError):
        follow(system, population, **size | {"seed": 6})
