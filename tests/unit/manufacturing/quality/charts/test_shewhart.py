"""Shewhart charts: plain formulas, phases apart, unequal groups, exclusions."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts import shewhart
from hepatica.manufacturing.quality.charts.constants import mean_range, mean_sd, sd_range

X = np.array([9.0, 10.0, 11.0, 9.5, 10.5, 10.0, 20.0, 10.0])
G = np.array([[9.0, 10.0, 11.0], [10.0, 10.5, 9.0], [11.0, 12.0, np.nan], [9.0, 9.5, 10.0]])


def test_phase_2_does_not_move_the_limits():
    chart = shewhart.individuals(X, phase_1=6)
    sigma = np.abs(np.diff(X[:6])).mean() / 1.1283791670955126
    assert chart.sigma == pytest.approx(sigma) and chart.centre[0] == X[:6].mean()
    assert chart.upper[7] == pytest.approx(X[:6].mean() + 3 * sigma) and chart.beyond.tolist() == [6]
    assert shewhart.individuals(np.append(X, 1e6), phase_1=6).upper[0] == chart.upper[0]
    assert chart.z[6] == pytest.approx((20 - X[:6].mean()) / sigma)


def test_excluded_points_are_plotted_and_named():
    chart = shewhart.individuals(X, exclude=(6,))
    left = np.delete(X, 6)
    assert chart.centre[0] == pytest.approx(left.mean()) and chart.points.size == 8 and chart.excluded == (6,)
    assert chart.sigma == pytest.approx(np.abs(np.diff(left)).mean() / mean_range(2)) and 6 in chart.beyond


def test_moving_range_chart():
    chart = shewhart.moving_range(X, phase_1=6)
    centre = np.abs(np.diff(X[:6])).mean()
    assert chart.points.size == 7 and chart.centre[0] == pytest.approx(centre) and chart.lower[0] == 0.0
    assert chart.upper[0] == pytest.approx(
        centre * (1 + 3 * sd_range(2) / mean_range(2))
    ) and chart.beyond.tolist() == [5, 6]


@pytest.mark.parametrize("how", ["range", "sd", "pooled"])
def test_groups_of_unequal_size(how):
    chart = shewhart.group_means(G, sigma=how)
    rows = [row[~np.isnan(row)] for row in G]
    naive = {
        "range": np.mean([np.ptp(r) / mean_range(r.size) for r in rows]),
        "sd": np.mean([r.std(ddof=1) / mean_sd(r.size) for r in rows]),
        "pooled": np.sqrt(sum((r.size - 1) * r.var(ddof=1) for r in rows) / sum(r.size - 1 for r in rows)),
    }[how]
    assert chart.sigma == pytest.approx(naive) and chart.centre[0] == pytest.approx(np.concatenate(rows).mean())
    assert chart.spread[2] == pytest.approx(naive / np.sqrt(2)) and chart.upper[2] > chart.upper[0]


def test_dispersion_charts():
    ranges, sds = shewhart.group_ranges(G), shewhart.group_sds(G)
    assert ranges.points[1] == 1.5 and ranges.centre[0] == pytest.approx(mean_range(3) * ranges.sigma)
    assert ranges.upper[0] == pytest.approx((mean_range(3) + 3 * sd_range(3)) * ranges.sigma)
    assert sds.upper[2] == pytest.approx((mean_sd(2) + 3 * np.sqrt(1 - mean_sd(2) ** 2)) * sds.sigma)
    assert (ranges.lower == 0).all() and (sds.lower == 0).all()


def test_monitoring_uses_what_stands():
    chart = shewhart.monitor([10.0, 14.0], 10.0, 2.0, size=4)
    assert chart.beyond.tolist() == [1] and chart.phase_1 == 0
    assert shewhart.monitor([10.0, 14.0], 10.0, 2.0).beyond.tolist() == []


def test_bad_input_is_refused():
    for call in (
        lambda: shewhart.individuals([1.0]),
        lambda: shewhart.individuals([1.0, 1.0]),
        lambda: shewhart.individuals(X, phase_1=1),
        lambda: shewhart.individuals(X, phase_1=9),
        lambda: shewhart.individuals(X, exclude=(8,)),
        lambda: shewhart.individuals(X, phase_1=3, exclude=(0, 1)),
        lambda: shewhart.individuals(X, sigma="guess"),
        lambda: shewhart.individuals(X, width=0),
        lambda: shewhart.group_means([[1.0, np.nan], [1.0, 2.0]]),
        lambda: shewhart.group_means([1.0, 2.0]),
        lambda: shewhart.group_means([[1.0, 2.0], [1.0]]),
        lambda: shewhart.group_means(G, sigma="guess"),
        lambda: shewhart.monitor([1.0], 0.0, 0.0),
    ):
        with pytest.raises(InputError):
            call()
