"""Power of two one-sided tests by simulation, and few lots."""

import numpy as np
import pytest
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.equivalence import Summary, two_samples
from hepatica.manufacturing.quality.equivalence_power import fewest_lots, narrowest_margin, power


@pytest.mark.parametrize("difference", [0.0, 0.2, 0.5])
def test_power_by_simulation(difference):
    n, sd, runs = 6, 0.25, 6000
    rng = np.random.Generator(np.random.Philox(9))
    x, y = rng.normal(difference, sd, (runs, n)), rng.normal(0.0, sd, (runs, n))
    se = np.sqrt((x.var(axis=1, ddof=1) + y.var(axis=1, ddof=1)) / n)
    d, t = x.mean(axis=1) - y.mean(axis=1), 1.812461
    share = float(((d - t * se > -0.5) & (d + t * se < 0.5)).mean())
    exact = power(sd * np.sqrt(2 / n), 2 * n - 2, (-0.5, 0.5), difference=difference)
    assert abs(share - exact) < 3.5 * np.sqrt(exact * (1 - exact) / runs) + 1e-3


def test_few_lots_are_shown_for_what_they_are():
    found = two_samples(Summary(1.0, 0.2, 3), Summary(1.0, 0.2, 3), (-0.25, 0.25), equal_variance=True)
    assert not found.is_equivalent and found.power_if_equal < 0.1  # three lots cannot show it, though nothing changed
    n = fewest_lots(0.2, 0.25)
    assert power(0.2 * np.sqrt(2 / n), 2 * n - 2, (-0.25, 0.25)) >= 0.8
    assert power(0.2 * np.sqrt(2 / (n - 1)), 2 * n - 4, (-0.25, 0.25)) < 0.8
    m = narrowest_margin(found.se, found.df)
    assert power(found.se, found.df, (-m, m)) == pytest.approx(0.8)


def test_what_no_number_of_lots_shows_is_refused():
    for call in (lambda: fewest_lots(0.2, 0.3, difference=0.3), lambda: fewest_lots(100.0, 0.001)):
        with pytest.raises(InputError):
            call()


def test_lots_that_do_not_vary_and_no_degrees_of_freedom_are_refused():
    for sd in (0.0, -0.1, float("nan")):
        with pytest.raises(InputError, match="standard deviation"):
            fewest_lots(sd, 0.3)
    with pytest.raises(InputError, match="degrees of freedom"):
        narrowest_margin(0.1, 0.0)


def test_fewest_pairs_have_the_power_of_simulated_ones():
    n = fewest_lots(0.3, 0.3, paired=True)
    rng = np.random.default_rng(3)

    def shown(pairs):
        x = 0.3 * rng.standard_normal((40_000, pairs))
        half = student.isf(0.05, pairs - 1) * x.std(axis=1, ddof=1) / np.sqrt(pairs)
        return np.mean(np.abs(x.mean(axis=1)) + half < 0.3)

    assert shown(n) > 0.79 and shown(n - 1) < 0.81
