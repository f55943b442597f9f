"""EWMA: plain recursion, run length by simulation, a weight of 1 is a Shewhart chart."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts.ewma import ewma_chart, ewma_run_length, ewma_width


def test_plain_sum():
    x = np.array([1.0, 3.0, 2.0, 5.0])
    chart = ewma_chart(x, 2.0, 1.5, weight=0.3, size=4)
    naive = [sum(0.3 * 0.7 ** (i - j) * x[j] for j in range(i + 1)) + 0.7 ** (i + 1) * 2.0 for i in range(4)]
    np.testing.assert_allclose(chart.points, naive)
    variance = [0.75**2 * sum((0.3 * 0.7**j) ** 2 for j in range(i + 1)) for i in range(4)]
    np.testing.assert_allclose(chart.upper - chart.centre, 3 * np.sqrt(variance))
    assert ewma_chart(x, 2.0, 1.0, weight=0.3, start=0.0).points[0] == pytest.approx(0.3)


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.5])
def test_weight_of_one_is_a_shewhart_chart(shift):
    alarm = norm.sf(3 - shift) + norm.cdf(-3 - shift)
    assert ewma_run_length(shift, weight=1.0, width=3.0) == pytest.approx(1 / alarm, rel=1e-6)


def test_run_length_by_simulation():
    rng = np.random.Generator(np.random.Philox(1))
    lengths, h = [], 2.5 * np.sqrt(0.25 / 1.75)
    for _ in range(1500):
        z, n = 0.0, 0
        while abs(z) <= h:
            z, n = 0.25 * (rng.standard_normal() + 0.75) + 0.75 * z, n + 1
        lengths.append(n)
    exact = ewma_run_length(0.75, weight=0.25, width=2.5)
    assert abs(np.mean(lengths) - exact) < 3.5 * np.std(lengths) / np.sqrt(1500)


@pytest.mark.parametrize(
    ("weight", "width", "at_half", "at_one"),
    [(0.4, 3.054, 71.2, 14.3), (0.25, 2.998, 48.2, 11.1), (0.2, 2.962, 41.8, 10.5), (0.1, 2.814, 31.3, 10.3)],
)
def test_designs_of_500(weight, width, at_half, at_one):
    """Lucas and Saccucci 1990, Technometrics 32:1: in-control run length about 500."""
    assert ewma_run_length(0.0, weight=weight, width=width) == pytest.approx(500, abs=1)
    assert ewma_run_length(0.5, weight=weight, width=width) == pytest.approx(at_half, abs=0.1)
    assert ewma_run_length(1.0, weight=weight, width=width) == pytest.approx(at_one, abs=0.06)
    assert ewma_width(ewma_run_length(0.0, weight=weight, width=width), weight=weight) == pytest.approx(width, abs=1e-6)


def test_bad_input_is_refused():
    for call in (
        lambda: ewma_chart([1.0], 0.0, 1.0, weight=0.0),
        lambda: ewma_chart([1.0], 0.0, 0.0),
        lambda: ewma_run_length(0.0, weight=1e-4),
        lambda: ewma_width(1.0),
    ):
        with pytest.raises(InputError):
            call()


def test_run_length_from_another_start_by_simulation():
    rng, runs, h = np.random.Generator(np.random.Philox(5)), 6000, 2.7 * np.sqrt(0.2 / 1.8)
    z, length, going = np.full(runs, 0.5 * h), np.zeros(runs), np.ones(runs, bool)
    while going.any():
        z = 0.8 * z + 0.2 * (rng.standard_normal(runs) + 1.0)
        length += going
        going &= np.abs(z) <= h
    exact = ewma_run_length(1.0, weight=0.2, width=2.7, start=0.5 * h)
    assert abs(length.mean() - exact) < 3.5 * length.std() / np.sqrt(runs)
    assert exact < ewma_run_length(1.0, weight=0.2, width=2.7)
    with pytest.raises(InputError, match="inside the limits"):
        ewma_run_length(0.0, start=5.0)
