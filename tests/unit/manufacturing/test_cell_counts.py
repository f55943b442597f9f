"""Limits of counts: coverage by simulation, exact Poisson limits, impossible counts."""

import numpy as np
import pytest
from scipy.stats import chi2

from hepatica.errors import InputError
from hepatica.manufacturing.cell_counts import chance_above, measure_concentration, measure_proportion


@pytest.mark.parametrize("p, extra", [(0.9, 0.0), (0.9, 0.4), (0.5, 0.2)])
def test_limits_of_a_proportion_cover(p, extra):
    rng, inside, chance = np.random.Generator(np.random.Philox([35, int(10 * extra)])), [], []
    for _ in range(800):
        share = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + extra * rng.normal(size=4))))
        m = measure_proportion(rng.binomial(200, share).astype(float), np.full(4, 200.0))
        centre = (
            p if extra == 0 else np.mean(1 / (1 + np.exp(-(np.log(p / (1 - p)) + extra * np.linspace(-2.5, 2.5, 400)))))
        )
        inside.append(m.low < p < m.high or m.low < centre < m.high)
        chance.append(chance_above(m, p))
    assert 0.92 <= np.mean(inside) <= 0.985 and abs(np.mean(chance) - 0.5) < 0.1


def test_all_or_none_alive_has_limits():
    m = measure_proportion(np.array([50.0, 50.0]), np.array([50.0, 50.0]))
    assert m.value == 1.0 and 0.9 < m.low < m.high < 1.0 and m.dispersion == 1.0


def test_exact_limits_of_counting():
    m = measure_concentration(np.array([10.0]), 1e-4)
    assert (m.low, m.high) == pytest.approx((1e4 * chi2.ppf(0.025, 20) / 2, 1e4 * chi2.ppf(0.975, 22) / 2))
    rng = np.random.Generator(np.random.Philox(36))
    made = [measure_concentration(rng.poisson(40, 4).astype(float), 1e-4) for _ in range(1500)]
    assert 0.94 <= np.mean([x.low < 4e5 < x.high for x in made]) <= 0.99
    uneven = measure_concentration(np.array([20.0, 80.0, 40.0]), 1e-4)
    assert uneven.dispersion > 5 and uneven.df == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda: measure_proportion(np.array([5.0]), np.array([4.0])),
        lambda: measure_concentration(np.zeros(3), 1e-4),
        lambda: measure_concentration(np.ones(3), 0.0),
        lambda: chance_above(measure_proportion(np.array([5.0]), np.array([9.0])), 1.0),
    ],
)
def test_impossible_counts_are_refused(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: measure_proportion(np.array([]), np.array([])),
        lambda: measure_proportion(np.array([90.0]), np.array([100.0]), level=95),
        lambda: measure_concentration(np.array([90.0]), 1e-4, level=2),
    ],
)
def test_no_counts_and_levels_that_are_no_confidence_are_refused(call):
    with pytest.raises(InputError):
        call()
