"""Exact power against a table-by-table enumeration with scipy's test."""

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.fisher_exact import power_fisher, rejection_limits, sample_size_fisher
from hepatica.trials.confirmatory.sample_size.size import Errors


def naive(p1, p2, n1, n0, alpha):
    total = 0.0
    for x in range(n1 + 1):
        for y in range(n0 + 1):
            p = fisher_exact([[x, n1 - x], [y, n0 - y]], alternative="greater").pvalue
            if p <= alpha * (1 + 1e-9):
                total += binom.pmf(x, n1, p1) * binom.pmf(y, n0, p2)
    return total


@pytest.mark.parametrize(("p1", "p2", "n1", "n0"), [(0.8, 0.4, 9, 7), (0.5, 0.5, 8, 8), (1.0, 0.2, 5, 6)])
def test_power_agrees_with_naive_enumeration(p1, p2, n1, n0):
    assert power_fisher(p1, p2, n1, n0) == pytest.approx(naive(p1, p2, n1, n0, 0.025), abs=1e-12)


def test_fewer_events_are_the_mirror_image():
    assert power_fisher(0.2, 0.6, 20, 25) == pytest.approx(power_fisher(0.8, 0.4, 20, 25))


def test_type_one_error_is_never_above_alpha():
    for p in np.linspace(0.05, 0.95, 10):
        assert power_fisher(p, p, 25, 25, errors=Errors(0.05)) <= 0.05


def test_no_table_without_events_rejects():
    limits = rejection_limits(10, 10, 0.025)
    assert limits[0] > 0 and limits[-1] == 11


def test_size_is_smallest_from_which_power_holds():
    treated, control = sample_size_fisher(0.8, 0.3, ratio=2)
    assert treated == 2 * control
    powers = [power_fisher(0.8, 0.3, 2 * n, n) for n in range(control - 1, control + 6)]
    assert powers[0] < 0.8 <= min(powers[1:])


def test_impossible_trials_are_refused():
    with pytest.raises(InputError, match="p1"):
        power_fisher(1.2, 0.5, 5, 5)
    with pytest.raises(InputError, match="treated"):
        power_fisher(0.5, 0.4, 0, 5)
    with pytest.raises(InputError, match="ratio"):
        sample_size_fisher(0.8, 0.3, ratio=0)
    with pytest.raises(InputError, match="sample_size_proportions"):
        sample_size_fisher(0.501, 0.5)
