"""Multiple sampling: against enumeration of a double plan, the single plan, a simulation, and a small lot."""

import numpy as np
import pytest
from scipy.stats import binom

from hepatica.errors import InputError
from hepatica.manufacturing.quality.release.acceptance_sampling import chance_of_acceptance
from hepatica.manufacturing.quality.release.multiple_sampling import multiple_sampling

DOUBLE = [(50, 0, 3), (50, 3, 4)]


@pytest.mark.parametrize("p", [0.0, 0.01, 0.05, 0.2, 1.0])
def test_a_double_plan_by_enumeration(p):
    accepted, units = 0.0, 0.0
    for first in range(51):
        a = binom.pmf(first, 50, p)
        if first <= 0:
            accepted, units = accepted + a, units + 50 * a
        elif first >= 3:
            units += 50 * a
        else:
            accepted, units = accepted + a * binom.cdf(3 - first, 50, p), units + 100 * a
    made = multiple_sampling(DOUBLE, [p])
    assert made.acceptance[0] == pytest.approx(accepted) and made.sample_number[0] == pytest.approx(units)


@pytest.mark.parametrize("lot", [None, 500])
def test_one_stage_is_the_single_plan(lot):
    shares = [0.0, 0.01, 0.05, 0.1]
    made = multiple_sampling([(65, 2, 3)], shares, lot=lot)
    assert made.acceptance == pytest.approx(chance_of_acceptance(65, 2, shares, lot=lot))
    assert (made.sample_number == 65).all()


def test_a_triple_plan_from_a_small_lot_by_simulation():
    plan, rng = [(5, -1, 2), (5, 0, 3), (5, 2, 3)], np.random.Generator(np.random.Philox(1))
    made = multiple_sampling(plan, [0.15], lot=40)
    draws = rng.permuted(np.tile(np.arange(40) < 6, (40_000, 1)), axis=1)
    accepted = units = 0
    counts = [draws[:, :5].sum(axis=1), draws[:, :10].sum(axis=1), draws[:, :15].sum(axis=1)]
    going = np.ones(40_000, bool)
    for (n, accept, reject), seen in zip(plan, counts, strict=True):
        units += n * going.sum()
        accepted += (going & (seen <= accept)).sum()
        going &= (seen > accept) & (seen < reject)
    assert made.acceptance[0] == pytest.approx(accepted / 40_000, abs=0.01)
    assert made.sample_number[0] == pytest.approx(units / 40_000, rel=0.01)


@pytest.mark.parametrize(
    "given",
    [([], [0.1]), ([(5, 1, 1)], [0.1]), ([(5, 0, 2)], [0.1]), ([(5, 2, 4), (5, 1, 2)], [0.1]), (DOUBLE, [1.5])],
)
def test_what_is_no_plan_is_refused(given):
    with pytest.raises(InputError):
        multiple_sampling(*given)
    with pytest.raises(InputError, match="units of the lot"):
        multiple_sampling(DOUBLE, [0.1], lot=80)
