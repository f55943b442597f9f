"""Doses of a window, on curves whose answers are known in closed form."""

import numpy as np
import pytest

from hepatica.dosing.window.estimands import Estimand, estimate, first_crossing
from hepatica.dosing.window.shape import Curve, Shape, fit_curve

LOGS = np.linspace(4.0, 8.0, 17)


def curve(function):
    """A curve without smoothing, exact between the doses."""
    fine = np.linspace(3.75, 8.0, 1701)
    return Curve(LOGS, function(LOGS), fine, function(fine), 0.0)


def hill(x, ed50=6.2, largest=20.0, slope=1.5):
    return largest / (1.0 + 10.0 ** (slope * (ed50 - x)))


def test_hill_curve_has_its_own_doses():
    found = {e: float(estimate(curve(hill), e, relevant=5.0)) for e in Estimand if e is not Estimand.LIMIT}
    top = hill(8.0)
    place = lambda y: 6.2 - np.log10(20.0 / y - 1) / 1.5  # noqa: E731
    assert found[Estimand.ED50] == pytest.approx(place(0.5 * top), abs=1e-3)
    assert found[Estimand.PLATEAU] == pytest.approx(place(0.9 * top), abs=1e-3)
    assert found[Estimand.MINIMAL] == pytest.approx(place(5.0), abs=1e-3)
    assert found[Estimand.BEST] == pytest.approx(8.0) and found[Estimand.FALL] == np.inf
    assert found[Estimand.LARGEST] == pytest.approx(top)


def test_benefit_that_falls_again_is_seen():
    parabola = lambda x: 10.0 - 4.0 * (x - 6.0) ** 2  # noqa: E731
    c = curve(parabola)
    assert float(estimate(c, Estimand.BEST)) == pytest.approx(6.0, abs=0.01)
    assert float(estimate(c, Estimand.FALL)) == pytest.approx(6.5, abs=0.01)
    assert float(estimate(c, Estimand.PLATEAU)) == pytest.approx(5.5, abs=0.01)


def test_limit_of_a_harm():
    c = curve(lambda x: 1.0 - np.exp(-2e-9 * 10.0**x))
    expected = np.log10(-np.log(0.95) / 2e-9)
    assert float(estimate(c, Estimand.LIMIT, limit=0.05)) == pytest.approx(expected, abs=2e-3)
    assert float(estimate(c, Estimand.LIMIT)) == np.inf


def test_below_the_lowest_dose_and_never_are_told_apart():
    at_once = curve(lambda x: np.where(x < 3.76, 0.0, 3.0))
    assert float(estimate(at_once, Estimand.ED50)) == -np.inf
    nothing = fit_curve(LOGS, np.stack([np.zeros(17), -np.ones(17)]), Shape.UNIMODAL)
    for e in (Estimand.ED50, Estimand.PLATEAU, Estimand.BEST, Estimand.MINIMAL):
        assert (estimate(nothing, e, relevant=1.0) == np.inf).all()


def test_first_crossing_is_that_of_a_walk_along_the_points():
    rng = np.random.Generator(np.random.Philox(2))
    x, y, level = np.arange(20.0), rng.normal(size=(30, 20)).cumsum(axis=1), np.full(30, 1.0)
    for row, found in zip(y, first_crossing(x, y, level, lowest=-1.0), strict=True):
        k = next((k for k in range(20) if row[k] >= 1.0), None)
        expected = np.inf if k is None else x[0] if k == 0 else x[k - 1] + (1.0 - row[k - 1]) / (row[k] - row[k - 1])
        assert found == pytest.approx(expected)
