"""EVPI and EVPPI: closed forms, and nested Monte Carlo on a small case."""

import numpy as np
import pytest
from scipy import stats

from hepatica.dosing.information.perfect import partial_perfect_information, perfect_information


def unit_loss(mean, sd):
    """E max(0, X) - max(0, E X) of a normal X."""
    return sd * stats.norm.pdf(mean / sd) + mean * stats.norm.cdf(mean / sd) - max(mean, 0.0)


def linear_case(n, rng, noise=0.0):
    """Gain of cells 1 + 2 a + b + 0.5 c over standard care, with a, b, c standard normal."""
    theta = rng.normal(size=(n, 3))
    gain = 1 + theta @ [2.0, 1.0, 0.5] + rng.normal(0, noise, n) if noise else 1 + theta @ [2.0, 1.0, 0.5]
    return theta, np.column_stack([np.zeros(n), gain])


def test_everything_known_has_a_closed_form():
    _, gain = linear_case(200_000, np.random.default_rng(0))
    expected = unit_loss(1.0, np.sqrt(4 + 1 + 0.25))
    assert perfect_information(gain, np.full(len(gain), 1 / len(gain))) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("group, sd", [([0], 2.0), ([1], 1.0), ([0, 1], np.sqrt(5.0)), ([2], 0.5)])
def test_a_group_known_has_a_closed_form_in_the_mean_of_samples(group, sd):
    """120 draws with the noise of few patients on top, 8 times: the mean is that of the normal case."""
    rng, found = np.random.default_rng(1), []
    for _ in range(8):
        theta, gain = linear_case(120, rng, noise=1.5)
        found.append(partial_perfect_information(gain, theta[:, group], np.full(120, 1 / 120)).mean)
    assert np.mean(found) == pytest.approx(unit_loss(1.0, sd), abs=0.11)


def nested(inner, outer, rng):
    """Three choices whose gains depend on a and b, one crookedly; a is learnt, b averaged out within."""
    a = rng.normal(size=outer)
    b = rng.normal(size=(outer, inner))
    gain = np.stack(
        [np.zeros((outer, inner)), np.sin(2 * a)[:, None] + b, 0.5 * a[:, None] ** 2 - 0.4 + 0.5 * b], axis=-1
    )
    means = gain.mean(axis=1)
    return means.max(axis=1).mean() - means.mean(axis=0).max()


def test_nested_monte_carlo_agrees():
    rng, found = np.random.default_rng(2), []
    for _ in range(8):
        a, b = rng.normal(size=(2, 150))
        gain = np.column_stack([np.zeros(150), np.sin(2 * a) + b, 0.5 * a**2 - 0.4 + 0.5 * b])
        found.append(partial_perfect_information(gain, a[:, None], np.full(150, 1 / 150)).mean)
    assert np.mean(found) == pytest.approx(nested(1_000, 2_000, rng), abs=0.1)


def test_what_does_not_matter_is_worth_nothing_and_errors_are_told():
    rng = np.random.default_rng(3)
    theta, gain = linear_case(120, rng)
    w = np.full(120, 1 / 120)
    nothing = partial_perfect_information(gain, rng.normal(size=(120, 1)), w)
    assert nothing.mean < 0.1 and 0 < nothing.error < 0.3
    assert partial_perfect_information(gain, theta, w).mean <= perfect_information(gain, w) + 0.02


def test_whether_cells_do_anything_is_part_of_one_group_only():
    """Cells gain 2 or, with a chance of 0.6, lose 4: knowing which is worth 0.4 * 2, by hand."""
    gain = np.column_stack([np.zeros(50), np.full(50, 2.0)])
    told = {
        knows: partial_perfect_information(
            gain,
            np.arange(50.0)[:, None],
            np.full(50, 0.02),
            null=np.array([0.0, -4.0]),
            null_probability=0.6,
            knows_null=knows,
        ).mean
        for knows in (True, False)
    }
    assert told[True] == pytest.approx(0.8) and told[False] == pytest.approx(0.0)
