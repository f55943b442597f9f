"""Monotone, unimodal and smooth regression, against naive implementations."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from hepatica.dosing.window.shape import Shape, choose_penalty, fit_curve, isotonic, smoother, unimodal
from hepatica.errors import InputError

RNG = np.random.Generator(np.random.Philox(1))


def pool_adjacent_violators(y, w):
    """Isotonic regression, one block merged after the other."""
    blocks = []
    for value, weight in zip(y, w, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            v, u, n = blocks.pop()
            blocks[-1] = [
                (blocks[-1][0] * blocks[-1][1] + v * u) / (blocks[-1][1] + u),
                blocks[-1][1] + u,
                blocks[-1][2] + n,
            ]
    return np.concatenate([[v] * n for v, _, n in blocks])


def test_isotonic_is_that_of_pooled_adjacent_violators():
    values, weights = RNG.normal(size=(50, 9)), RNG.uniform(0.5, 2.0, size=9)
    expected = np.stack([pool_adjacent_violators(y, weights) for y in values])
    assert isotonic(values, weights) == pytest.approx(expected)
    assert isotonic(np.array([2.0])).tolist() == [2.0]


def test_unimodal_is_the_best_of_all_modes():
    """For every mode: rise to it and fall after it, by pooling; the least error wins."""
    for y in RNG.normal(size=(40, 7)):
        w = np.ones(7)
        fits = [
            np.concatenate(
                [
                    pool_adjacent_violators(y[:m], w[:m]) if m else [],
                    pool_adjacent_violators(y[m:][::-1], w[m:])[::-1] if m < 7 else [],
                ]
            )
            for m in range(8)
        ]
        least = min(((f - y) ** 2).sum() for f in fits)
        found = unimodal(y)
        assert ((found - y) ** 2).sum() == pytest.approx(least)
        top = int(np.argmax(found))
        assert (np.diff(found[: top + 1]) >= -1e-12).all() and (np.diff(found[top:]) <= 1e-12).all()


def test_shapes_are_kept_where_they_hold_already():
    for y in itertools.chain([np.array([0.0, 1.0, 4.0, 2.0, -1.0])], [np.sort(RNG.normal(size=6))]):
        assert unimodal(y) == pytest.approx(y)


def test_smoother_minimises_its_criterion():
    y, penalty = RNG.normal(size=8), 0.7
    best = minimize(lambda f: ((y - f) ** 2).sum() + penalty * (np.diff(f, 2) ** 2).sum(), np.zeros(8), tol=1e-10)
    assert smoother(8, penalty) @ y == pytest.approx(best.x, abs=1e-4)


def test_penalty_follows_the_noise():
    x = np.linspace(0, 1, 12)
    smooth = np.sin(6 * x)
    noisy = [choose_penalty(smooth + 0.5 * RNG.normal(size=12)) for _ in range(40)]
    assert choose_penalty(smooth) < np.median(noisy)


def test_curve_passes_its_nodes_starts_at_nothing_and_keeps_its_shape():
    logs = np.arange(4.0, 8.1, 0.5)
    values = np.stack([np.minimum(logs - 3.5, 2.0) - 0.8 * np.maximum(logs - 6.5, 0.0), logs - 3.5])
    curve = fit_curve(logs, values, Shape.UNIMODAL, penalty=0.0)
    assert curve.nodes == pytest.approx(values)
    assert (curve.fine[:, 0] == 0).all() and curve.fine[:, 40::40] == pytest.approx(values)
    top = np.argmax(curve.fine[0])
    assert (np.diff(curve.fine[0, : top + 1]) >= -1e-12).all() and (np.diff(curve.fine[0, top:]) <= 1e-12).all()
    falls = fit_curve(logs, -values, Shape.MONOTONE)
    assert (falls.nodes == 0).all()


def test_shape_lowers_the_error_of_noisy_curves():
    logs = np.linspace(4, 8, 9)
    truth = 10 / (1 + np.exp(-3 * (logs - 5.8))) - 2.0 * np.exp(2 * (logs - 8))
    noisy = truth + 1.5 * RNG.normal(size=(200, 9))
    fitted = fit_curve(logs, noisy, Shape.UNIMODAL).nodes
    assert ((fitted - truth) ** 2).mean() < 0.75 * ((noisy - truth) ** 2).mean()


@pytest.mark.parametrize("logs", [[5.0, 6.0], [5.0, 6.0, 8.0], [7.0, 6.0, 5.0]])
def test_doses_that_are_not_equally_spaced_are_refused(logs):
    with pytest.raises(InputError, match="doses"):
        fit_curve(np.array(logs), np.zeros(len(logs)), Shape.MONOTONE)
