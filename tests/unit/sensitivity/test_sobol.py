"""Sobol' indices and the screen on functions whose values are known, beside other estimators and SALib's Morris."""

import numpy as np
import pytest
from SALib.analyze import morris
from SALib.sample import morris as trajectories

from hepatica.errors import InputError
from hepatica.model.spread import Spread
from hepatica.patients import DrawKey, Draws
from hepatica.sensitivity.morris import Movable, effect_statistics
from hepatica.sensitivity.morris import design as around
from hepatica.sensitivity.sobol import at_quantiles, design, indices, posterior_quantiles

A = (0.0, 1.0, 4.5, 9.0)


def ishigami(u):
    x = (2 * u - 1) * np.pi
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def ishigami_exactly():
    """Ishigami & Homma 1990, a = 7, b = 0.1: first-order and total indices, in closed form."""
    a, b = 7.0, 0.1
    v1, v2, v13 = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    return np.array([v1, v2, 0.0]) / whole, np.array([v1 + v13, v2, v13]) / whole


def g_function(u):
    return np.prod([(np.abs(4 * u[..., i] - 2) + a) / (1 + a) for i, a in enumerate(A)], axis=0)


def g_exactly():
    """Saltelli & Sobol' 1995: V_i = 1 / (3 (1 + a_i)^2), and products of these."""
    v = 1 / (3 * (1 + np.array(A)) ** 2)
    whole = np.prod(1 + v) - 1
    return v / whole, v / (1 + v) * np.prod(1 + v) / whole


def second(values):
    """Another estimator: Jansen 1999, of both orders."""
    a, ab, b = values[:, 0], values[:, 1:-1], values[:, -1]
    whole = np.concatenate([a, b]).var()
    return 1 - ((b[:, None] - ab) ** 2).mean(axis=0) / 2 / whole, ((a[:, None] - ab) ** 2).mean(axis=0) / 2 / whole


@pytest.mark.parametrize("function, exactly, k", [(ishigami, ishigami_exactly, 3), (g_function, g_exactly, 4)])
def test_indices_are_the_analytic_ones(function, exactly, k):
    y = function(design(k, 4096, seed=3))
    found, (first, total) = indices(y[..., None], seed=3, resamples=100), exactly()
    assert found.first[:, 0] == pytest.approx(first, abs=0.02) and found.total[:, 0] == pytest.approx(total, abs=0.02)
    other_first, other_total = second(y)
    assert found.first[:, 0] == pytest.approx(other_first, abs=0.03) and found.total[:, 0] == pytest.approx(
        other_total, abs=0.01
    )
    assert (found.first_low <= first[:, None]).all() and (first[:, None] <= found.first_high).all()


def test_the_interval_covers_about_what_it_says():
    """Blocks of a Sobol' sequence are more even than the bootstrap thinks, so the interval may cover more than 90 %."""
    first, total = g_exactly()
    hits = []
    for seed in range(40):
        found = indices(g_function(design(4, 128, seed=seed))[..., None], seed=seed, resamples=150)
        hits.append(
            [
                (found.first_low[:, 0] <= first) & (first <= found.first_high[:, 0]),
                (found.total_low[:, 0] <= total) & (total <= found.total_high[:, 0]),
            ]
        )
    covered = np.mean(hits, axis=0)
    assert (covered.mean(axis=1) > 0.85).all() and covered.min() > 0.7


def test_the_same_seed_gives_the_same_and_zero_is_a_seed():
    u = design(3, 64, seed=0)
    assert (u == design(3, 64, seed=0)).all() and (u != design(3, 64, seed=1)).any()
    one, two = (indices(ishigami(u)[..., None], seed=0, resamples=50) for _ in range(2))
    assert one.first_low.tobytes() == two.first_low.tobytes()


def test_a_block_with_a_hole_goes_whole():
    y = ishigami(design(3, 128, seed=1))[..., None]
    holed = y.copy()
    holed[5, 2], holed[77, 0] = np.nan, np.nan
    found, without = indices(holed, resamples=50), indices(np.delete(y, [5, 77], axis=0), resamples=50)
    assert (found.blocks, found.lost) == (126, 2) and (found.first == without.first).all()
    holed[:65, 1] = np.nan
    with pytest.raises(InputError, match="62 of 128|63 of 128"):
        indices(holed)


def test_what_nothing_moves_has_no_indices():
    y = np.stack([ishigami(design(3, 32, seed=1)), np.full((32, 5), 42.0)], axis=-1)
    found = indices(y, resamples=20)
    assert (found.total[:, 1] == 0).all() and found.sd[1] == 0 and found.mean[1] == 42 and found.total[:, 0].max() > 0.3


@pytest.mark.parametrize("samples", [0, 1, 48, 100])
def test_samples_are_a_power_of_two(samples):
    with pytest.raises(InputError, match="power of two"):
        design(3, samples, seed=1)


def test_places_among_learnt_draws():
    draws = Draws(
        {
            DrawKey.coordinate("x", "a"): np.array([0.0, 1.0]),
            DrawKey.coordinate("x", "b"): np.array([-1.0, 2.0]),
            DrawKey.coordinate("s"): np.array([0.0, 0.0]),
            DrawKey.spike("s"): np.array([0.1, 0.9]),
        }
    )
    both = posterior_quantiles("x", Spread(kind="lognormal", cv=1.0), draws, ("a", "b"))
    assert both == pytest.approx([0.1587, 0.5, 0.8413, 0.9772], abs=1e-4)
    spike = Spread(kind="spike", weight=0.4, cv=1.0)
    found = posterior_quantiles("s", spike, draws)
    assert found == pytest.approx([0.1, 0.7])
    assert spike.quantile(np.array(3.0), found[0]) == 0 and spike.quantile(np.array(3.0), found[1]) == pytest.approx(3)
    assert posterior_quantiles("nothing", spike, draws) is None
    u = np.linspace(0.01, 0.99, 9)
    assert (
        (at_quantiles(u, None) == u).all()
        and (np.diff(at_quantiles(u, both)) >= 0).all()
        and at_quantiles(u, both).max() <= both.max()
    )


@pytest.mark.parametrize("function, k", [(ishigami, 3), (g_function, 4)])
def test_statistics_of_the_screen_are_those_of_salib(function, k):
    """SALib's own trajectories, its statistics beside ours of the same elementary effects."""
    problem = {"num_vars": k, "names": [f"x{i}" for i in range(k)], "bounds": [[0.0, 1.0]] * k}
    x = trajectories.sample(problem, 25, num_levels=4, seed=3)
    y = function(x)
    theirs = morris.analyze(problem, x, y, num_levels=4, num_resamples=10, seed=1)
    rows, values = x.reshape(25, k + 1, k), y.reshape(25, k + 1)
    effects = np.empty((25, k))
    for t, (points, at) in enumerate(zip(rows, values, strict=True)):
        for step, rise in zip(np.diff(points, axis=0), np.diff(at), strict=True):
            i = int(np.argmax(np.abs(step)))
            effects[t, i] = rise / step[i]
    ours = effect_statistics(effects[..., None], resamples=10)
    for name in ("mu", "mu_star", "sigma"):
        assert getattr(ours, name)[:, 0] == pytest.approx(np.asarray(theirs[name]), rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("function, k", [(ishigami, 3), (g_function, 4)])
def test_the_screen_s_own_design_in_salib(function, k):
    """Our points around a base are trajectories of two points in one parameter to SALib, which must say the same."""
    moved = [Movable(f"x{i}", "none", Spread(kind="normal", sd=1.0), False, "from history on") for i in range(k)]
    base, after = around(moved, np.arange(30), seed=2)
    y = function(base)
    for i in range(k):
        there = base.copy()
        there[:, i] = after[:, i]
        z = function(there)
        ours = effect_statistics(((z - y) / (after[:, i] - base[:, i]))[:, None, None], resamples=10)
        x = np.stack([base[:, i], after[:, i]], axis=1).reshape(-1, 1)
        alone = {"num_vars": 1, "names": ["x"], "bounds": [[0.0, 1.0]]}
        theirs = morris.analyze(alone, x, np.stack([y, z], axis=1).ravel(), num_levels=4, num_resamples=10, seed=1)
        for name in ("mu", "mu_star", "sigma"):
            assert getattr(ours, name)[0, 0] == pytest.approx(float(theirs[name][0]), rel=1e-9, abs=1e-12), name
