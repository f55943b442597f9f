"""Therapeutic window: a column for each route, every interval of benefit in sight, limits of harm where they are."""

import numpy as np

from hepatica.dose_summary.dose_response import regimen_table
from hepatica.report.dose.window import _reach, rows_of, window


def test_a_column_for_each_route_and_a_row_for_each_harm_that_occurs(found):
    frame, harms = regimen_table(found), found.study.utility.utility().harms
    rows, routes = rows_of(frame, harms), frame["route"].nunique()
    made = window(found, "en")
    assert len(made.axes) == len(rows) * routes and rows[0][0] == "gain"
    assert all(h.loss > 0 or np.isfinite(h.limit) for _, h, _ in rows if h is not None)
    for ax in made.axes:
        assert ax.get_xscale() == "log"
    low, high = made.axes[0].get_ylim()
    assert low < frame["gain_low"].min() and high > frame["gain_high"].max()


def test_a_row_of_harm_reaches_past_its_limit(found):
    frame = regimen_table(found)
    assert _reach(frame, "excess_thrombosis", 4.0)[1] >= 10.0
    low, high = _reach(frame, "survival_gain", None)
    assert low < 100 * frame["survival_gain_low"].min() and high > 100 * frame["survival_gain_high"].max()


def test_the_shown_regimen_is_marked_once(found):
    made = window(found, "en")
    rings = [line for ax in made.axes for line in ax.get_lines() if line.get_markersize() == 15]
    frame = regimen_table(found)
    shown = frame[frame["arm"] == found.decision.arms[found.decision.top].name]
    assert sorted(float(r.get_ydata()[0]) for r in rings) == sorted(shown["gain"])
