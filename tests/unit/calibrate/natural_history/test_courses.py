"""Untreated courses: typical draws, output times, labs beside those published, and what is read from a work folder."""

import numpy as np
import pytest

from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.error_model.spread import SDS_BETWEEN_QUARTILES
from hepatica.calibrate.natural_history.courses import (
    YEAR,
    Target,
    follow,
    lab_rows,
    mean_or_median,
    output_times,
    targets,
    typical_draws,
)
from hepatica.patients import load_population, populations
from hepatica.patients.population import Published


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


def test_targets_are_the_publications_numbers_each_person_once(system, population):
    rows = targets(population.fit.targets[0], system)
    assert {(t.variable, t.time) for t in rows} >= {("bilirubin", 0.0), ("inr", 28.0), ("meld", 0.0)}
    assert len({(t.variable, t.time) for t in rows}) == len(rows)
    source = Published(publication="correa2016", arm="decompensated", variables=("inr", "meld"))
    assert {t.variable for t in targets(source, system)} == {"inr", "meld"}


def test_a_median_is_weighted_and_its_spread_is_that_of_quartiles():
    target = Target("inr", 0.0, 2.0, median=True, quartiles=(1.0, 3.0))
    met = mean_or_median(target, np.array([1.0, 2.0, 3.0, np.nan]), np.array([1.0, 1.0, 1.0, 1.0]))
    assert met.simulated == 2.0 and met.published_spread == pytest.approx(2 / SDS_BETWEEN_QUARTILES)
    heavy = mean_or_median(target, np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.1, 5.0]))
    assert heavy.simulated > 2.5
    mean = mean_or_median(Target("alt", 0.0, 5.0, sd=1.0), np.array([2.0, 6.0]), np.array([3.0, 1.0]))
    assert (mean.simulated, mean.spread, mean.published_spread) == (3.0, 2.0, 1.0)


def test_every_target_of_every_population_exists(system):
    for key in populations():
        for source in load_population(key).fit.targets:
            assert targets(source, system), (key, source)
