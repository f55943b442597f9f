"""The emulator against functions that are known and against leaving out each draw by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtr

from hepatica.calibrate.inference.emulate import PENALTIES, Emulator, Space, _ridge, _terms
from hepatica.model.spread import Spread
from hepatica.patients import DrawKey, Draws
from hepatica.patients.draws import VARIABILITY


def plain(k):
    return Space(tuple(DrawKey.coordinate(f"x{i}") for i in range(k)), (np.nan,) * k)


def quadratic(x):
    return 3 + x[:, 0] - 2 * x[:, 1] + 0.8 * x[:, 0] * x[:, 1] + 0.5 * (x[:, 2] ** 2 - 1)


def test_a_quadratic_with_noise_is_recovered():
    rng = np.random.default_rng(1)
    x, new = rng.standard_normal((800, 6)), rng.standard_normal((2000, 6))
    noise = 0.7**2
    y = np.stack([quadratic(x), 100 * quadratic(-x)], axis=1) + rng.standard_normal((800, 2)) * np.sqrt(noise) * [
        1,
        100,
    ]
    found = Emulator.fit(plain(6), x, y, np.tile([noise, 1e4 * noise], (800, 1)))
    assert (found.explained > 0.95).all()
    truth = np.stack([quadratic(new), 100 * quadratic(-new)], axis=1)
    assert 1 - ((found(new) - truth).var(axis=0) / truth.var(axis=0)) == pytest.approx([1, 1], abs=0.02)
    assert np.abs((found(new) - truth).mean(axis=0)).max() < 0.1 * truth.std(axis=0).max()
    at = found(np.zeros((1, 6)))[0]
    assert at == pytest.approx([2.5, 250], rel=0.05)  # the square's mean is taken off and put back


def test_what_it_cannot_say_is_unknown():
    """A cubic's part beyond a straight line has variance 6 b^2, whatever the noise of few people."""
    rng = np.random.default_rng(2)
    x, b = rng.standard_normal((3000, 4)), 0.4
    signal = x[:, 0] + b * (x[:, 1] ** 3 - 3 * x[:, 1])
    for noise in (0.0, 1.0):
        y = signal + np.sqrt(noise) * rng.standard_normal(3000)
        found = Emulator.fit(plain(4), x, y[:, None], np.full((3000, 1), noise))
        assert found.unknown[0] == pytest.approx(6 * b**2, rel=0.2)
        assert found.explained[0] == pytest.approx(1 / (1 + 6 * b**2), abs=0.06)
    nothing = Emulator.fit(plain(4), x, rng.standard_normal((3000, 1)), np.zeros((3000, 1)))
    assert nothing.unknown[0] == pytest.approx(1, rel=0.1) and abs(nothing.explained[0]) < 0.03
    blind = Emulator.fit(
        plain(4), x, y[:, None], np.zeros((3000, 1))
    )  # chance that nobody told it of counts as unknown
    assert blind.unknown[0] == pytest.approx(6 * b**2 + 1, rel=0.15)


def test_centred_it_is_right_on_average_where_it_is_asked_and_owns_what_it_misses_there():
    """A cubic far from where it was fitted; chance of few people is no error of its own."""
    rng = np.random.default_rng(4)
    x, there = rng.standard_normal((800, 3)), rng.standard_normal((4000, 3)) * [0.5, 1, 1] + [3, 0, 0]

    def cubic(points):
        return (points[:, 0] ** 3)[:, None]

    emulator = Emulator.fit(plain(3), x, cubic(x), np.zeros((800, 1)))
    y = cubic(there) + rng.standard_normal((4000, 1))
    y[:7] = np.nan  # no patient arose
    moved = emulator.centred(there, y, np.ones((4000, 1)))
    assert abs((emulator(there) - cubic(there)).mean()) > 5 > 0.2 > abs((moved(there) - cubic(there)).mean())
    assert moved.unknown[0] == pytest.approx((moved(there) - cubic(there)).var(), rel=0.1)
    assert emulator.centred(x, cubic(x), np.zeros((800, 1))).unknown[0] == emulator.unknown[0]  # never less


def test_errors_of_draws_left_out_are_those_of_refits():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((25, 7)), rng.standard_normal((25, 3))
    y[:, 0] += 4 * x[:, 0]  # outputs that want different penalties
    y[:, 1] += 0.5 * x[:, 1]
    coefficients, left = _ridge(x, y)

    def refit(rows, penalty, output):
        a = x[rows]
        return np.linalg.solve(a.T @ a + penalty * np.eye(7), a.T @ y[rows, output])

    chosen = []
    for output in range(3):
        press = []
        for penalty in PENALTIES:
            errors = [y[i, output] - x[i] @ refit([j for j in range(25) if j != i], penalty, output) for i in range(25)]
            press.append((np.mean(np.square(errors)), penalty, errors))
        _, penalty, errors = min(press, key=lambda p: p[0])
        chosen.append(penalty)
        assert left[:, output] == pytest.approx(errors)
        assert coefficients[:, output] == pytest.approx(refit(list(range(25)), penalty, output))
    assert len(set(chosen)) > 1


@pytest.mark.parametrize("n", [120, 300, 500])
def test_it_knows_how_little_few_draws_tell(n):
    """446 terms: what it says that it explains is what it explains of new draws, be there fewer draws than terms or more."""
    rng = np.random.default_rng(4)
    x, new = rng.standard_normal((n, 40)), rng.standard_normal((3000, 40))
    found = Emulator.fit(plain(40), x, 2 * x[:, :1] - x[:, 1:2], np.zeros((n, 1)))
    assert len(found.coefficients) == 446 and len(found.leading) == 28 and {0, 1} <= set(found.leading.tolist())
    truth = 2 * new[:, 0] - new[:, 1]
    error = ((found(new)[:, 0] - truth) ** 2).mean()
    assert found.explained[0] == pytest.approx(1 - error / truth.var(), abs=0.1)
    assert found.unknown[0] == pytest.approx(error, rel=0.25, abs=0.02)


def test_terms_are_all_lines_and_the_products_of_the_leading():
    x = np.array([[2.0, 3.0, 5.0]])
    assert _terms(x, np.array([0, 2])).tolist() == [[2, 3, 5, 4 - 1, 10, 25 - 1]]
    many = np.random.default_rng(5).standard_normal((200_000, 3))
    assert _terms(many, np.arange(3)).mean(axis=0) == pytest.approx(np.zeros(9), abs=0.02)


def spiked():
    rows = {"benefit": Spread(kind="spike", weight=0.3, cv=0.5), "rate": Spread(kind="lognormal", cv=0.5)}
    model = SimpleNamespace(parameters={n: SimpleNamespace(entry=SimpleNamespace(prior=p)) for n, p in rows.items()})
    rng = np.random.default_rng(6)
    n = 5000
    draws = Draws(
        {
            VARIABILITY: rng.standard_normal(n),
            DrawKey.coordinate("benefit"): rng.standard_normal(n),
            DrawKey.spike("benefit"): rng.random(n),
            DrawKey.coordinate("rate"): rng.standard_normal(n),
            DrawKey.coordinate("rate", "other"): rng.standard_normal(n),
        }
    )
    return Space.of(model, draws), draws


def test_points_and_draws_are_each_other():
    space, draws = spiked()
    assert (
        space.names
        == (VARIABILITY, DrawKey.coordinate("benefit"), DrawKey.spike("benefit"), DrawKey.coordinate("rate"))
        and space.dimension == 4
    )
    assert space.weights == pytest.approx((np.nan, np.nan, 0.3, np.nan), nan_ok=True)
    points = space.points(draws)
    assert points.shape == (5000, 4) and points.std(axis=0) == pytest.approx(np.ones(4), abs=0.05)
    back = space.draws(points)
    assert set(back.columns) == set(space.names)
    assert all(back.columns[name] == pytest.approx(draws.columns[name], abs=1e-12) for name in space.names)
    assert space.points(back) == pytest.approx(points)
    edge = space.points(
        Draws({**{n: np.zeros(2) for n in space.names}, DrawKey.spike("benefit"): np.array([0.0, 1.0])})
    )
    assert np.isfinite(edge).all() and edge[0, 2] < -6 and edge[1, 2] > 6


def test_a_spike_is_hit_or_not_and_has_no_place_where_it_is_hit():
    space, draws = spiked()
    points = space.points(draws)
    found, hit = space.features(points), draws.columns[DrawKey.spike("benefit")] < 0.3
    assert (found[:, [0, 3]] == points[:, [0, 3]]).all()
    assert (found[hit, 1] == 0).all() and (found[~hit, 1] == points[~hit, 1]).all()
    assert len(np.unique(found[:, 2])) == 2 and found[hit, 2].max() < found[~hit, 2].min()
    assert found[:, 2].mean() == pytest.approx(0, abs=0.05) and found[:, 2].std() == pytest.approx(1, abs=0.05)
    assert (ndtr(points[:, 2]) < 0.3).tolist() == hit.tolist()


def test_an_effect_with_a_spike_is_emulated_on_either_side():
    space, draws = spiked()
    points = space.points(draws)
    hit = draws.columns[DrawKey.spike("benefit")] < 0.3

    def effect(p, none):
        return np.where(none, 0.0, 2.0 + p[:, 1]) + 0.5 * p[:, 3]

    found = Emulator.fit(space, points, effect(points, hit)[:, None], np.zeros((5000, 1)))
    assert found.explained[0] > 0.99
    assert found(points[hit])[:, 0] == pytest.approx(effect(points, hit)[hit], abs=0.1)
    assert found(points[~hit])[:, 0] == pytest.approx(effect(points, hit)[~hit], abs=0.1)
