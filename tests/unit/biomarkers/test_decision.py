"""Decisions: information against a conjugate truth, cuts against all cuts, panels and curves against direct means."""

import numpy as np
import pytest

from hepatica.biomarkers.decision import (
    MIN_SHARE,
    _mean_gain,
    benefit_curve,
    best_cut,
    gain_at,
    information_value,
    panels,
    policy_value,
    ranking,
    reference,
)


def test_information_is_that_of_a_normal_truth():
    rng = np.random.default_rng(3)
    signal = rng.normal(0.3, 1.0, 200_000)
    expected = 0.3 * 0.61791 + 0.38139 - 0.3  # E max(0, N(0.3, 1)) = m Phi(m) + phi(m)
    assert information_value(signal, np.ones(200_000)) == pytest.approx(expected, abs=0.01)
    assert information_value(np.full(5, 2.0), np.ones(5)) == 0 and reference(np.full(3, -1.0), np.ones(3)) == 0


def test_policy_is_measured_by_own_gains():
    predicted, gain = np.array([1.0, 1.0, -1.0, -1.0]), np.array([2.0, -1.0, -3.0, 1.0])
    found = policy_value(predicted, gain, np.arange(4), np.ones(4))
    assert found.value == pytest.approx((2 - 1) / 4 - 0.0) and found.treated == 0.5
    weighted = policy_value(predicted, gain, np.arange(4), np.array([3.0, 1.0, 1.0, 1.0]))
    assert weighted.value == pytest.approx((6 - 1) / 6 - max(0.0, (6 - 1 - 3 + 1) / 6))


def test_ranking_and_panels(made):
    table = ranking(made)
    names = [m.name for m in made.measurables]
    assert table["marker"].iloc[0] == names[1] and table["policy"].iloc[0] > 0.5
    assert len(table) == len(made.baseline())
    one, two, three = panels(made)
    assert one.markers == (1,) and {1, 2} <= set(two.markers) and two.policy.value > one.policy.value
    assert len(three.markers) == 3
    gain, weight = gain_at(made, 3.0)
    np.testing.assert_allclose(gain, made.gain / 2)
    assert (weight == 0.9).all() and len(ranking(made, 3.0)) > len(table)


def test_the_cut_is_the_best_of_all(made):
    marker, gain = made.values[:, 1], made.gain - made.gain.mean()
    cut = best_cut(marker, gain, made.draw)
    edges = np.quantile(marker, np.linspace(MIN_SHARE, 1 - MIN_SHARE, 300))
    best = max(_mean_gain(marker, gain, e, side) for e in edges for side in (True, False))
    assert cut.apparent >= best - 1e-3 and cut.above and cut.gain_treated > 0 > cut.gain_others
    noise = np.random.default_rng(1).normal(size=len(gain))
    useless = best_cut(noise, gain, made.draw)
    assert useless.corrected < useless.apparent and useless.corrected < 0.5 * cut.corrected


def test_curve(made):
    curve = benefit_curve(made.values[:, 1], made.gain, made.draw)
    order = np.argsort(made.values[:, 1])
    np.testing.assert_allclose(curve["gain"].iloc[0], made.gain[order[: len(order) // 10]].mean())
    assert curve["gain"].is_monotonic_increasing and (curve["low"] <= curve["gain"]).all()
