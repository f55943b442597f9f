"""Simulated standard care beside published cohorts: survivors with survivors, deaths as deaths."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from hepatica.dose_summary.courses import first_course
from hepatica.dose_summary.standard_care import (
    LABS,
    compare_deaths,
    compare_labs,
    first_survivors,
    published_deaths,
    weighted_mean_sd,
    weighted_median_iqr,
    wilson_interval,
)
from hepatica.evidence import load


def test_survivors_are_compared_with_survivors(found):
    rows = [c for c in compare_labs(found) if c.variable == "bilirubin"]
    published = {o.time for o in load("alss2019").find(variable="bilirubin", unusable=True) if o.kind == "mean_sd"}
    assert {c.day for c in rows} == published and any(not c.published.usable for c in rows)
    ds = first_course(found)
    alive = np.exp(-np.trapezoid(ds["death_intensity"].values[0, :, :29], dx=1.0, axis=-1))
    expected = np.average(ds["bilirubin"].values[0, :, 28], weights=alive)
    assert next(c for c in rows if c.day == 28).mean == pytest.approx(expected, rel=1e-6)


def test_labs_stand_in_the_order_of_the_table_and_each_once(found):
    rows = compare_labs(found)
    assert [LABS.index(c.variable) for c in rows] == sorted(LABS.index(c.variable) for c in rows)
    alone = [c.variable for c in rows if c.published is None]
    assert len(alone) == len(set(alone)) and not set(alone) & {c.variable for c in rows if c.published}


def test_a_figure_shows_a_day_once_of_the_larger_group(found):
    rows = compare_labs(found)
    shown = first_survivors(rows)
    assert len({(c.variable, c.day) for c in shown}) == len(shown)
    for c in shown:
        others = [o.alive_until for o in rows if (o.variable, o.day) == (c.variable, c.day) and o.published]
        assert c.alive_until == min(others)


def test_published_deaths_are_counted_as_deaths(found):
    rows = {(r.publication, r.day): r for r in compare_deaths(found)}
    xiao = rows["alss2019", 28]
    assert xiao.published == pytest.approx(0.41) and xiao.low < 0.41 < xiao.high and xiao.landmark == 28
    z, p, n = 1.959964, 0.41, 310  # Wilson by hand
    middle, reach = (p + z**2 / 2 / n) / (1 + z**2 / n), z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / 4 / n**2)
    assert (xiao.low, xiao.high) == pytest.approx((middle - reach, middle + reach), abs=1e-3)
    assert 0 <= xiao.simulated.low <= xiao.simulated.mean <= xiao.simulated.high <= 1
    assert {s.publication for s in found.population.external_cohorts} >= {r.publication for r in rows.values()}
    assert ("lin2017", 90) not in rows
    fitted = {r.publication for r in rows.values() if r.is_fitted}
    assert fitted == {d.publication for d in found.population.fit.deaths} & {r.publication for r in rows.values()}


def test_survival_is_turned_into_deaths_with_its_interval():
    o = next(o for o in load("lin2017").find(variable="survival") if o.low is not None)
    share, low, high = published_deaths(o, 50)
    assert (share, low, high) == pytest.approx((1 - o.value / 100, 1 - o.high / 100, 1 - o.low / 100))
    bare = o.model_copy(update={"low": None, "high": None})
    assert np.isnan(published_deaths(bare, None)[1:]).all()


def test_weights_and_gaps_count():
    mean, sd = weighted_mean_sd(np.array([1.0, 3.0, np.nan]), np.array([3.0, 1.0, 5.0]))
    assert (mean, sd) == pytest.approx((1.5, np.sqrt(0.75)))
    for summary in (weighted_mean_sd, weighted_median_iqr):
        assert all(np.isnan(summary(np.array([np.nan]), np.array([1.0]))))
        assert all(np.isnan(summary(np.array([1.0]), np.array([0.0]))))


def test_the_weighted_median_is_that_of_repeated_values():
    rng = np.random.default_rng(2)
    values, times = rng.normal(size=400), rng.integers(1, 9, 400)
    median, sd = weighted_median_iqr(values, times.astype(float))
    repeated = np.repeat(values, times)
    q1, q2, q3 = np.quantile(repeated, [0.25, 0.5, 0.75])
    assert (median, sd) == pytest.approx((q2, (q3 - q1) / 1.349), abs=0.02)


def test_a_published_spread_is_its_sd_or_that_of_its_quartiles(found):
    row = next(c for c in compare_labs(found) if c.published is not None and c.published.sd is not None)
    assert row.published_sd == row.published.sd
    quartiles = row.published.model_copy(update={"sd": None, "q1": 2.0, "q3": 4.698})
    assert replace(row, published=quartiles).published_sd == pytest.approx(2.0)
    assert np.isnan(replace(row, published=None).published_sd)


@pytest.mark.parametrize("events, n", [(0, 10), (3, 10), (10, 10), (1, 1), (517, 1000)])
def test_the_interval_of_a_proportion_is_that_of_scipy(events, n):
    known = binomtest(events, n).proportion_ci(method="wilson")
    assert wilson_interval(events, n) == pytest.approx((known.low, known.high), rel=1e-12, abs=1e-15)
