"""Ignorance and spread taken apart: by hand, by a naive second implementation, and unbiased in repetition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.dosing.variance_components import decompose_mixture, decompose_variance, variance_ratio


def posterior_mean_ratio(ratio, draws):
    """Posterior mean of v = 1 + n B / W on a grid: likelihood v^-a exp(-a F / v), uniform prior on 1 / v."""
    x = np.linspace(-60.0, 0.0, 30_001)  # logarithm of u, so that a ratio of thousands has its grid
    a, u = (draws - 1) / 2, np.exp(x)
    log = (a + 1) * x - a * ratio * u
    w = np.exp(log - log.max())
    return float((w / u).sum() / w.sum())


def naive(values, draw):
    """One-way random effects by the textbook (Searle), with loops; the variance ratio on a grid."""
    groups = [[v for v, d in zip(values, draw, strict=True) if d == e] for e in sorted(set(draw))]
    n, k = sum(map(len, groups)), len(groups)
    grand = sum(map(sum, groups)) / n
    within = sum((v - sum(g) / len(g)) ** 2 for g in groups for v in g) / max(n - k, 1)
    between_groups = sum(len(g) * (sum(g) / len(g) - grand) ** 2 for g in groups) / max(k - 1, 1)
    n0 = (n - sum(len(g) ** 2 for g in groups) / n) / max(k - 1, 1)
    return (
        sum(sum(g) / len(g) for g in groups) / k,
        within**0.5,
        ignorance(between_groups, within, n0, k) ** 0.5,
    )


def ignorance(between, within, size, k):
    if k < 2:
        return 0.0
    if within <= 0:
        return between / size
    return within * (posterior_mean_ratio(between / within, k) - 1) / size


def test_a_balanced_example_by_hand():
    """Three draws of two: 1, 3 | 5, 7 | 9, 11. SSW = 6 on 3; SSB = 64 on 2; by moments ignorance (32 - 2) / 2 = 15.

    The ratio of mean squares is 16; its posterior mean, 16 P(1, 16) / P(2, 16), is one part in a million less.
    """
    s = decompose_variance(np.array([1.0, 3.0, 5.0, 7.0, 9.0, 11.0]), np.array([0, 0, 1, 1, 2, 2]))
    assert (
        s.mean == 6.0
        and s.between_patients_sd == pytest.approx(2**0.5)
        and s.parameter_uncertainty_sd == pytest.approx(15**0.5, rel=1e-5)
        and s.above_zero == 1.0
    )
    assert s.low < 6.0 < s.high


def test_draws_that_agree_by_luck_leave_some_ignorance():
    """Two draws of the same mean are no proof that nothing is uncertain."""
    s = decompose_variance(np.array([1.0, 3.0, 1.0, 3.0]), np.array([0, 0, 1, 1]))
    assert s.mean == 2.0 and s.between_patients_sd == pytest.approx(2**0.5) and s.parameter_uncertainty_sd > 1.0


@pytest.mark.parametrize("draws", [2, 5, 40, 200])
@pytest.mark.parametrize("ratio", [0.0, 0.5, 0.97, 1.3, 4.0])
def test_the_variance_ratio_is_a_posterior_mean(ratio, draws):
    assert float(variance_ratio(ratio, draws)) == pytest.approx(posterior_mean_ratio(ratio, draws), rel=2e-3)


def test_patients_who_agree_on_an_event_are_no_proof():
    """Infection of two patients each: an interval from -100 to 0 points would be that of two patients."""
    rng = np.random.default_rng(3)
    draw = np.repeat(np.arange(100), 2)
    values = -(rng.random(200) < 0.175).astype(float)  # every draw has the same 17.5 %
    s = decompose_variance(values, draw)
    assert -0.35 < s.low < s.mean < s.high < -0.02 and s.error == pytest.approx(0.028, abs=0.006)
    apart = decompose_variance(values, draw, event=False)
    assert apart.high == 0.0 > s.high  # taken as continuous, draws of two alike would stay where they are


def test_monte_carlo_errors_cover():
    """Of 400 small studies, 90 % intervals of Monte-Carlo error hold the long-run mean in 86 to 94 %."""
    rng, inside = np.random.default_rng(11), 0
    draw = np.repeat(np.arange(40), 3)
    for _ in range(400):
        values = 2.0 + rng.normal(0, 3.0, 40)[draw] + rng.normal(0, 8.0, draw.size)
        s = decompose_variance(values, draw)
        inside += abs(s.mean - 2.0) < 1.645 * s.error
    assert 0.86 <= inside / 400 <= 0.94


def test_a_mixture_is_that_of_its_parts():
    rng = np.random.default_rng(5)
    draw = np.repeat(np.arange(50), 4)
    effect, null = rng.normal(5, 2, 50)[draw] + rng.normal(0, 3, 200), np.full(200, -0.5)
    mixed, alone = decompose_mixture(effect, null, draw, 0.2), decompose_variance(effect, draw)
    assert mixed.mean == pytest.approx(0.8 * alone.mean - 0.1) and mixed.above_zero == pytest.approx(
        0.8 * alone.above_zero
    )
    assert mixed.low == pytest.approx(-0.5, abs=0.8) and mixed.error == pytest.approx(0.8 * alone.error)
    sure = decompose_mixture(effect, null, draw, 0.0)
    assert (sure.mean, sure.error) == (alone.mean, alone.error)
    assert np.isnan(decompose_mixture(np.array([np.nan]), np.zeros(1), np.zeros(1, int), 0.1).mean)


@given(st.lists(st.tuples(st.integers(-1000, 1000).map(lambda k: k / 8), st.integers(0, 6)), min_size=2, max_size=40))
def test_agrees_with_the_textbook(rows):
    values, draw = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    s = decompose_variance(values, draw)
    mean, between, uncertain = naive(values.tolist(), draw.tolist())
    size = np.abs(values).max() + 1e-9
    assert s.mean == pytest.approx(mean, abs=1e-9 * size)
    assert s.between_patients_sd == pytest.approx(between, abs=1e-6 * size)
    assert s.parameter_uncertainty_sd == pytest.approx(uncertain, rel=5e-3, abs=1e-6 * size)
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
        assert known < 0.25 * between**2 / per_draw


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
    noise = within * sum(1 / len(g) for g in groups) / len(groups)
    error = 1.645 * ((between**2 + noise) / len(groups)) ** 0.5
    return min(low, mean - error), max(high, mean + error), sum(x > 0 for x in shaped) / len(shaped)


@pytest.mark.parametrize("level", [0.9, 0.5])
@pytest.mark.parametrize("seed", range(6))
def test_intervals_are_those_of_a_second_implementation(seed, level):
    rng = np.random.default_rng(seed)
    draw = rng.integers(0, 15, 60)
    values = 0.3 + rng.normal(0, [0.1, 1.0, 3.0][seed % 3], 15)[draw] + rng.normal(0, [1.0, 0.2][seed % 2], 60)
    values[draw == draw[0]] = values[0]  # one draw without spread between its patients
    s = decompose_variance(values, draw, level=level)
    assert (s.low, s.high, s.above_zero) == pytest.approx(
        naive_interval(values.tolist(), draw.tolist(), level), rel=5e-3, abs=5e-3
    )
    assert decompose_variance(values, draw) == decompose_variance(values, draw, level=0.9)
