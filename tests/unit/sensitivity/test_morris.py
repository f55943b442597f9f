"""The screen's arithmetic: analytic functions, a naive second implementation, and figures of another package."""

import itertools

import numpy as np
import pytest

from hepatica.dosing.utility import OUTPUTS
from hepatica.errors import InputError
from hepatica.model.spread import Spread
from hepatica.sensitivity.morris import (
    Movable,
    controls,
    design,
    effect_statistics,
    movable,
    parameter_uncertainty,
    quantile,
)


def columns(k):
    return [Movable(f"x{i}", "none", Spread(kind="normal", sd=1.0), False, "from history on") for i in range(k)]


def effects(function, k, r, seed=1):
    base, after = design(columns(k), np.arange(r), seed)
    y = function(base)
    rows = []
    for i in range(k):
        moved = base.copy()
        moved[:, i] = after[:, i]
        rows.append((function(moved) - y) / (after[:, i] - base[:, i]))
    return np.stack(rows, axis=1)[..., None]


def ishigami(u):
    x = (2 * u - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def g_function(u, a=(0.0, 1.0, 9.0)):
    return np.prod([(np.abs(4 * u[:, i] - 2) + a[i]) / (1 + a[i]) for i in range(len(a))], axis=0)


def naive(function, k):
    """Mean absolute effect over every point of the grid, one by one."""
    found = np.zeros(k)
    for point in itertools.product((0, 1 / 3, 2 / 3, 1), repeat=k):
        for i in range(k):
            there = list(point)
            step = 2 / 3 if there[i] < 0.5 else -2 / 3
            there[i] += step
            found[i] += abs(function(np.array([there]))[0] - function(np.array([point]))[0]) / abs(step) / 4**k
    return found


def test_a_straight_line_gives_its_slopes():
    s = effect_statistics(effects(lambda u: 3 * u[:, 0] - 2 * u[:, 1], 3, 6))
    assert s.mu_star[:, 0] == pytest.approx([3, 2, 0]) and s.mu[:, 0] == pytest.approx([3, -2, 0])
    assert (
        s.sigma[:, 0] == pytest.approx([0, 0, 0], abs=1e-12) and (s.low == s.high).all() or np.allclose(s.low, s.high)
    )


def test_an_interaction_shows_in_sigma():
    s = effect_statistics(effects(lambda u: u[:, 0] * u[:, 1], 3, 2000), resamples=10)
    assert s.mu[:2, 0] == pytest.approx([0.5, 0.5], abs=0.02)
    assert s.sigma[:2, 0] == pytest.approx([np.sqrt(5) / 6] * 2, abs=0.02)  # SD of the other's four levels
    assert s.sigma[2, 0] == 0


def test_ishigami_as_in_salib():
    """SALib, tests/test_regression.py, test_regression_morris_vanilla: 10 000 trajectories of four levels."""
    s = effect_statistics(effects(ishigami, 3, 10_000), resamples=2)
    assert s.mu_star[:, 0] == pytest.approx([7.767792, 7.875, 6.308785], rel=0.02)


def test_g_function_as_by_the_naive_way():
    s = effect_statistics(effects(g_function, 3, 4_000), resamples=10)
    assert s.mu_star[:, 0] == pytest.approx(naive(g_function, 3), rel=0.03)
    assert s.mu_star[0, 0] > s.mu_star[1, 0] > s.mu_star[2, 0]


def test_the_interval_covers_about_what_it_says():
    exact = naive(g_function, 3)
    hits = [
        (s.low[:, 0] <= exact) & (exact <= s.high[:, 0])
        for s in (effect_statistics(effects(g_function, 3, 30, seed=k), seed=k, resamples=400) for k in range(60))
    ]
    assert np.mean(hits) == pytest.approx(0.9, abs=0.07)


def test_missing_effects_are_left_out():
    one = np.array([1.0, np.nan, 3.0])[:, None, None]
    s = effect_statistics(np.concatenate([one, np.full_like(one, np.nan)], axis=1))
    assert s.mu_star[:, 0] == pytest.approx([2.0, np.nan], nan_ok=True) and list(s.n[:, 0]) == [2, 0]
    assert 1 <= s.low[0, 0] <= s.high[0, 0] <= 3 and np.isnan(s.low[1, 0])


def test_places_belong_to_the_parameter_and_the_base():
    two, three = design(columns(2), np.arange(5), 7), design(columns(3), np.arange(3, 5), 7)
    assert (two[0][3:] == three[0][:, :2]).all()
    assert set(np.round(3 * np.unique(two[0]))) <= {0, 1, 2, 3} and np.abs(two[1] - two[0]) == pytest.approx(2 / 3)
    nominal = [Movable("x", "none", Spread(kind="lognormal", cv=0.1), True, "from history on")]
    base, after = design(nominal, np.arange(40), 1)
    assert (base == 0.5).all() and set(after[:, 0]) == {0.0, 1.0}


def test_the_way_is_from_5_to_95_percent():
    assert (quantile(0.0), quantile(0.5), quantile(1.0)) == pytest.approx((0.05, 0.5, 0.95))
    s, value = Spread(kind="lognormal", cv=0.5), np.array(2.0)
    z = np.random.default_rng(1).standard_normal(200_000)
    for q in (0.05, 0.5, 0.95):
        assert float(s.quantile(value, q)) == pytest.approx(np.quantile(s.apply(value, z, z), q), rel=0.01)
    spike = Spread(kind="spike", weight=0.3, sd=0.5)
    drawn = spike.apply(np.array(0.4), z, np.random.default_rng(2).uniform(size=len(z)))
    for q in (0.2, 0.5, 0.95):
        assert float(spike.quantile(np.array(0.4), q)) == pytest.approx(np.quantile(drawn, q), rel=0.01, abs=1e-9)


def test_what_is_moved_and_what_is_held(model, population):
    moved, held = movable(model, population, OUTPUTS)
    names = {m.name: m for m in moved}
    assert set(names) | set(held) == set(model.parameters) and not set(names) & set(held)
    assert {"age", "cirrhosis", "priming", "corticosteroid", "antiviral", "one_cell"} <= set(held)
    assert names["efficacy_repair"].reaches == "with cells" and not names["efficacy_repair"].nominal
    assert names["liver_rate"].reaches == "after admission" and names["flare_kill"].reaches == "from history on"
    assert names["icg_flow"].reaches == "never"
    assert all(m.nominal == (not model.parameters[m.name].entry.prior.varies) for m in moved)
    some, _ = movable(model, population, OUTPUTS, patterns=["secretome:eff*", "flare_kill"])
    assert {m.name for m in some} == {
        n for n, p in model.parameters.items() if p.module == "secretome" and n.startswith("eff")
    } | {"flare_kill"}
    with pytest.raises(InputError, match="--parameters"):
        movable(model, population, OUTPUTS, patterns=["nothing:*"])


def test_a_nominal_spread_keeps_a_share_a_share(model, population):
    for m in movable(model, population, OUTPUTS)[0]:
        p = model.parameters[m.name]
        low, high = (float(m.spread.quantile(np.array(p.value), q)) for q in (0.05, 0.95))
        assert np.isfinite([low, high]).all()
        if m.nominal and p.unit == "" and 0 < p.value < 1:
            assert 0 < low < p.value < high < 1
    assert parameter_uncertainty(model.parameters["flare_kill"])[0] == model.parameters["flare_kill"].entry.prior


def test_controls_say_why(model, population):
    found = controls(population)
    assert (
        found["body_weight"].startswith("property of the patient")
        and found["plasma_exchange"] == "established treatment"
    )
