import numpy as np
import pytest
from scipy.stats import beta

from hepatica.errors import InputError
from hepatica.trials.dose_finding.interval_designs import (
    i3plus3_table,
    interval_design,
    interval_table,
    intervals,
    mtpi_table,
)


def naive(target, n, x, eps1, eps2, keyboard):
    """Intervals of the target's length laid one by one to both ends."""
    width, middle = eps1 + eps2, (target - eps1, target + eps2)
    keys, low = [middle], middle[0]
    while low - width > -1e-9:
        keys.insert(0, (low - width, low))
        low -= width
    high = middle[1]
    while high + width < 1 + 1e-9:
        keys.append((high, high + width))
        high += width
    if not keyboard:
        keys = ([(0, low)] if low > 1e-9 else []) + keys + ([(high, 1)] if high < 1 - 1e-9 else [])
    mass = [(beta.cdf(b, 1 + x, 1 + n - x) - beta.cdf(a, 1 + x, 1 + n - x)) / (b - a) for a, b in keys]
    best, here = mass.index(max(mass)), keys.index(middle)
    return "E" if best < here else "S" if best == here else "D"


@pytest.mark.parametrize("keyboard", [False, True])
@pytest.mark.parametrize("target, eps", [(0.3, (0.05, 0.05)), (0.2, (0.03, 0.05)), (0.33, (0.1, 0.02))])
def test_tables_are_those_of_intervals_laid_one_by_one(target, eps, keyboard):
    table = interval_table(target, 15, below=eps[0], above=eps[1], keyboard=keyboard)
    for n in range(1, 16):
        wanted = [naive(target, n, x, *eps, keyboard) for x in range(n + 1)]
        assert [letter[0] for letter in table.letters(n)] == wanted


@pytest.mark.parametrize("target, eps", [(0.3, (0.05, 0.05)), (0.2, (0.03, 0.05))])
def test_mtpi_takes_the_highest_mass_of_three_intervals(target, eps):
    table, ends = mtpi_table(target, 12, below=eps[0], above=eps[1]), [0, target - eps[0], target + eps[1], 1]
    for n in range(1, 13):
        for x, letter in enumerate(table.letters(n)):
            mass = np.diff(beta.cdf(ends, 1 + x, 1 + n - x)) / np.diff(ends)
            assert letter[0] == "ESD"[mass.argmax()]


def test_i3_plus_3_stays_where_one_patient_decided():
    """Liu, Wang & Ji 2020: x/n over the interval and (x-1)/n under it stays."""
    assert i3plus3_table(0.3, 6).letters(6) == ["E", "E", "S", "D", "DU", "DU", "DU"]
    assert i3plus3_table(0.25, 3).letters(2) == ["E", "S", "D"]


def test_designs_and_refusals():
    assert interval_design(0.3, interval_table(0.3, 12), 4, 12, stop_at=9).stop_at == 9
    for below, above in ((0.3, 0.05), (0.05, 0.7), (0, 0)):
        with pytest.raises(InputError, match="interval about"):
            intervals(0.3, below, above)
