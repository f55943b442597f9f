"""Recovery of both arms on the days of the table and of the curves, and what is read off it."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dose_summary.courses import first_course
from hepatica.dose_summary.recovery import (
    CURVE_POINTS,
    curve_days,
    functions_of,
    largest_gain,
    order_of_return,
    recovery_by_arm,
    table_days,
)
from hepatica.outcomes.recovery import FUNCTIONS, recovery


def test_each_arm_is_that_of_its_course(found):
    care, *cells = recovery_by_arm(found)
    assert care.hypothesis is None and [r.hypothesis for r in cells] == list(found.courses)
    assert functions_of([care]) == [f.name for f in FUNCTIONS]
    for r, arm in ((care, 0), *((c, 1) for c in cells)):
        ds = found.courses[r.hypothesis] if r.hypothesis else first_course(found)
        for part in (r.table, r.curve):
            plain = recovery(ds, days=part["day"].values.tolist()).isel(arm=arm)
            np.testing.assert_array_equal(part["share_recovered"].values, plain["share_recovered"].values)
            np.testing.assert_array_equal(part["median_day"].values, plain["median_day"].values)


def test_days_lie_within_the_horizon(found):
    assert table_days(found) == [7.0, 28.0, 90.0]
    days = curve_days(found)
    assert len(days) == CURVE_POINTS and (days[0], days[-1]) == (0.0, 90.0) and days == sorted(set(days))
    short = {h: ds.isel(time=slice(0, 4)) for h, ds in found.courses.items()}
    a = replace(found, courses=short)
    assert table_days(a) == [3.0] and curve_days(a) == [0.0, 1.0, 2.0, 3.0]


def test_functions_return_in_the_order_of_their_days(found):
    care = recovery_by_arm(found)[0]
    order = order_of_return(care)
    when = dict(zip(functions_of([care]), care.table["median_day"].values, strict=True))
    assert {f for f, _ in order} == {f for f, day in when.items() if np.isfinite(day)}
    assert [day for _, day in order] == sorted(day for _, day in order)


def test_the_largest_gain_is_found_by_looking_at_all(found):
    care, cells, *_ = recovery_by_arm(found)
    best = largest_gain(care, cells)
    every = [
        (float(cells.table["share_recovered"][k, d] - care.table["share_recovered"][k, d]), f, float(day))
        for k, f in enumerate(functions_of([care]))
        for d, day in enumerate(care.table["day"].values)
    ]
    share, function, day = max(x for x in every if np.isfinite(x[0]))
    assert (best.function, best.day) == (function, day) and best.share == pytest.approx(share)
