"""Ignorance and spread taken apart: by hand, by a naive second implementation, and unbiased in repetition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.dosing.variance_components import decompose_variance


def naive(values, draw):
    """One-way random effects by the textbook (Searle), with loops."""
    groups = [[v for v, d in zip(values, draw, strict=True) if d == e] for e in sorted(set(draw))]
    n, k = sum(map(len, groups)), len(groups)
    grand = sum(map(sum, groups)) / n
    within = sum((v - sum(g) / len(g)) ** 2 for g in groups for v in g) / max(n - k, 1)
    between_groups = sum(len(g) * (sum(g) / len(g) - grand) ** 2 for g in groups) / max(k - 1, 1)
    n0 = (n - sum(len(g) ** 2 for g in groups) / n) / max(k - 1, 1)
    return (
        sum(sum(g) / len(g) for g in groups) / k,
        within**0.5,
        max(0.0, (between_groups - within) / n0) ** 0.5 if k > 1 else 0.0,
    )


def test_a_balanced_example_by_hand():
    """Three draws of two: 1, 3 | 5, 7 | 9, 11. SSW = 6 on 3; SSB = 64 on 2; ignorance (32 - 2) / 2 = 15."""
    s = decompose_variance(np.array([1.0, 3.0, 5.0, 7.0, 9.0, 11.0]), np.array([0, 0, 1, 1, 2, 2]))
    assert (
        s.mean == 6.0
        and s.between_patients_sd == pytest.approx(2**0.5)
        and s.parameter_uncertainty_sd == pytest.approx(15**0.5)
        and s.above_zero == 1.0
    )
    assert s.low < 6.0 < s.high


def test_no_ignorance_where_draws_agree():
    s = decompose_variance(np.array([1.0, 3.0, 1.0, 3.0]), np.array([0, 0, 1, 1]))
    assert (s.mean, s.parameter_uncertainty_sd) == (2.0, 0.0) and s.between_patients_sd == pytest.approx(2**0.5)


@given(st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 6)), min_size=2, max_size=40))
def test_agrees_with_the_textbook(rows):
    values, draw = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    s = decompose_variance(values, draw)
    mean, between, ignorance = naive(values.tolist(), draw.tolist())
    size = np.abs(values).max() + 1e-9
    assert s.mean == pytest.approx(mean, abs=1e-9 * size)
    assert s.between_patients_sd == pytest.approx(between, abs=1e-6 * size)
    assert s.parameter_uncertainty_sd**2 == pytest.approx(ignorance**2, abs=1e-9 * size**2)
    assert s.low <= s.mean + 1e-9 * size and s.mean <= s.high + 1e-9 * size
    assert 0 <= s.above_zero <= 1


@given(
    st.lists(st.tuples(st.floats(-10, 10), st.integers(0, 4)), min_size=2, max_size=30),
    st.floats(-5, 5),
    st.floats(0.1, 5),
)
def test_shifts_and_scales(rows, shift, scale):
    values, draw = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    a, b = decompose_variance(values, draw), decompose_variance(scale * values + shift, draw)
    for name in ("mean", "low", "high"):
        assert getattr(b, name) == pytest.approx(scale * getattr(a, name) + shift, abs=1e-4)
    for name in ("between_patients_sd", "parameter_uncertainty_sd"):
        assert getattr(b, name) == pytest.approx(scale * getattr(a, name), abs=1e-4)


def test_the_order_of_patients_and_the_names_of_draws_do_not_matter():
    rng = np.random.default_rng(1)
    values, draw, order = rng.normal(size=30), rng.integers(0, 5, 30), rng.permutation(30)
    a, b = decompose_variance(values, draw), decompose_variance(values[order], 100 - 7 * draw[order])
    assert np.allclose([getattr(a, f) for f in vars(a)], [getattr(b, f) for f in vars(b)], rtol=1e-9)


def test_failed_patients_are_left_out():
    values, draw = np.array([1.0, np.nan, 3.0, 5.0]), np.array([0, 0, 1, 1])
    assert decompose_variance(values, draw) == decompose_variance(values[[0, 2, 3]], draw[[0, 2, 3]])


def test_nobody_left_is_nan():
    s = decompose_variance(np.array([np.nan, np.nan]), np.array([0, 1]))
    assert all(np.isnan(v) for v in vars(s).values())


def test_one_draw_knows_no_ignorance():
    s = decompose_variance(np.array([1.0, 2.0, 4.0]), np.zeros(3, int))
    assert s.parameter_uncertainty_sd == 0.0 and s.between_patients_sd > 0 and s.low < s.mean < s.high


@pytest.mark.parametrize("per_draw", [2, 6])
@pytest.mark.parametrize("ignorance, between", [(2.0, 3.0), (0.0, 3.0), (2.0, 0.5)])
def test_variances_are_unbiased_in_repetition(per_draw, ignorance, between):
    rng, draws, repeats = np.random.default_rng(7), 40, 300
    draw = np.repeat(np.arange(draws), per_draw)
    found = []
    for _ in range(repeats):
        values = 1.0 + rng.normal(0, ignorance, draws)[draw] + rng.normal(0, between, draw.size)
        s = decompose_variance(values, draw)
        found.append((s.mean, s.between_patients_sd**2, s.parameter_uncertainty_sd**2))
    mean, within, known = np.mean(found, axis=0)
    error = np.std(found, axis=0) / np.sqrt(repeats)
    assert abs(mean - 1.0) < 4 * error[0] and abs(within - between**2) < 4 * error[1]
    if ignorance:
        assert abs(known - ignorance**2) < 4 * error[2] + 1e-9
    else:  # cut off at zero, so a little above it
        assert known < 0.2 * between**2 / per_draw * 2


@pytest.mark.parametrize("per_draw, too_wide", [(2, 1.25), (6, 1.10), (20, 1.05)])
def test_the_interval_is_that_of_ignorance(per_draw, too_wide):
    """Its ends are near the 5 and 95 % points of the true population means: not narrower, and wider only
    where few patients per draw leave the error of their mean itself uncertain."""
    rng, draws = np.random.default_rng(9), 100
    draw = np.repeat(np.arange(draws), per_draw)
    ends = []
    for _ in range(150):
        values = rng.normal(0, 1.0, draws)[draw] + rng.normal(0, 2.0, draw.size)
        s = decompose_variance(values, draw)
        ends.append((s.low, s.high))
    low, high = np.mean(ends, axis=0)
    assert 0.95 * 1.645 < high < too_wide * 1.645 and 0.95 * 1.645 < -low < too_wide * 1.645


def test_a_draw_under_which_nothing_happens_stays_at_zero():
    """A spike at zero must not be blurred away: half the draws say that cells do nothing."""
    rng = np.random.default_rng(4)
    draw = np.repeat(np.arange(40), 6)
    effect = np.where(np.arange(40) < 20, 0.0, 5.0)
    values = effect[draw] * (1 + rng.normal(0, 0.3, draw.size))
    s = decompose_variance(values, draw)
    assert s.low <= 0.0 < s.mean and s.above_zero == pytest.approx(0.5, abs=0.01)


def naive_interval(values, draw, level):
    """Ends of the interval and share above zero, with loops: means of draws shrunk by their own standard errors."""
    groups = [[v for v, d in zip(values, draw, strict=True) if d == e] for e in sorted(set(draw))]
    mean, within_sd, between = naive(values, draw)
    within, shaped = within_sd**2, []
    for g in groups:
        m, n = sum(g) / len(g), len(g)
        own = sum((v - m) ** 2 for v in g) / max(n - 1, 1)
        trust = (n - 1) / (n + 1)
        moderated = own**trust * within ** (1 - trust) if own > 0 else within * (n < 2)
        spread = between**2 + moderated / n
        shaped.append(mean + (m - mean) * (between / spread**0.5 if spread > 0 else 0.0))
    low, high = np.quantile(shaped, [(1 - level) / 2, (1 + level) / 2])
    error = 1.645 * within_sd / len(values) ** 0.5
    return min(low, mean - error), max(high, mean + error), sum(x > 0 for x in shaped) / len(shaped)


@pytest.mark.parametrize("level", [0.9, 0.5])
@pytest.mark.parametrize("seed", range(6))
def test_intervals_are_those_of_a_second_implementation(seed, level):
    rng = np.random.default_rng(seed)
    draw = rng.integers(0, 15, 60)
    values = 0.3 + rng.normal(0, [0.1, 1.0, 3.0][seed % 3], 15)[draw] + rng.normal(0, [1.0, 0.2][seed % 2], 60)
    values[draw == draw[0]] = values[0]  # one draw without spread between its patients
    s = decompose_variance(values, draw, level=level)
    assert (s.low, s.high, s.above_zero) == pytest.approx(naive_interval(values.tolist(), draw.tolist(), level))
    assert decompose_variance(values, draw) == decompose_variance(values, draw, level=0.9)
