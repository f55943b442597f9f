import numpy as np
import pytest
from scipy.stats import beta, binom

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin, boin_table, boundaries, boundary_row, exceedance


@pytest.mark.parametrize("target", [0.1, 0.25, 0.3, 0.4])
def test_boundaries_minimise_the_probability_of_a_wrong_decision(target):
    """Liu & Yuan 2015: the error of three equally likely truths, by brute force over all rules at n = 600."""
    n, (low, high) = 600, boundaries(target)
    safe, toxic = 0.6 * target, 1.4 * target

    def wrong(a, b):
        x = np.arange(n + 1)
        up, down = x <= a * n, x >= b * n
        stay = ~up & ~down
        return binom.pmf(x, n, target) @ ~stay + binom.pmf(x, n, safe) @ ~up + binom.pmf(x, n, toxic) @ ~down

    best = min(wrong(a, b) for a in np.arange(safe, target, 0.006) for b in np.arange(target, toxic, 0.006))
    assert wrong(low, high) <= best + 1e-9


def test_exceedance_is_the_tail_of_the_posterior():
    assert exceedance(9, 0.3)[9, 5] == pytest.approx(beta.sf(0.3, 6, 5))


def test_rows_and_extra_safety():
    assert boundary_row(boin_table(0.3, 6), 1) == (1, 0, 1, None, None)
    assert boin(0.3, 5, 30, extra_safe=True).table.stop_lowest[3, 2] and not boin(0.3, 5, 30).table.stop_lowest[3, 2]
    assert boin(0.3, 5, 30, bound_selection=True).select_limit == boundaries(0.3).deescalate


@pytest.mark.parametrize("bad", [(0.3, 0.4, 0.5), (0.3, 0.1, 0.2), (0.9, None, None), (0.0, None, None)])
def test_probabilities_out_of_order_are_refused(bad):
    with pytest.raises(InputError, match="three probabilities"):
        boundaries(*bad)
