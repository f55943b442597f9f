import numpy as np
import pytest
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.trials.analysis.competing_risks.cumulative_incidence import Variance, cumulative_incidence
from hepatica.trials.analysis.kaplan_meier import survival_curve

RNG = np.random.default_rng(31)
TIME, CAUSE = np.ceil(RNG.exponential(8, 120)), RNG.integers(0, 3, 120)


def test_one_cause_alone_is_one_less_kaplan_meier_with_greenwoods_variance():
    dead = (CAUSE > 0).astype(int)
    found, curve = cumulative_incidence(TIME, dead, of=1, variance=Variance.GREENWOOD), survival_curve(TIME, dead)
    assert_allclose(found.incidence[1:], 1 - curve.survival, atol=1e-12)
    assert_allclose(found.std_error[1:][curve.survival > 0], curve.std_error[curve.survival > 0], atol=1e-9)


@pytest.mark.parametrize("variance", Variance)
def test_error_is_that_of_the_bootstrap(variance):
    rng = np.random.default_rng(1)
    rows = [rng.integers(0, 120, 120) for _ in range(300)]
    drawn = [cumulative_incidence(TIME[r], CAUSE[r], of=2).at([3.0, 9.0])[0] for r in rows]
    found = cumulative_incidence(TIME, CAUSE, of=2, variance=variance).at([3.0, 9.0])
    assert_allclose(found[1], np.std(drawn, axis=0), rtol=0.15)


def test_variance_is_the_double_sum_written_out():
    found = cumulative_incidence(TIME, CAUSE, of=1)
    last = np.searchsorted(found.times, 10.0, side="right") - 1
    total, alive = 0.0, 1.0
    for k, t in enumerate(found.times[: last + 1]):
        n = (t <= TIME).sum()
        d1, d2 = (((CAUSE == c) & (t == TIME)).sum() for c in (1, 2))
        ahead = (found.incidence[last] - found.incidence[k]) / (1 - (d1 + d2) / n)
        total += ((alive - ahead) ** 2 * d1 * (n - d1) + ahead**2 * d2 * (n - d2)) / (n**2 * (n - 1))
        alive *= 1 - (d1 + d2) / n
    assert found.std_error[last] ** 2 == pytest.approx(total)


def test_interval_holds_the_estimate_and_ends_are_known():
    found = cumulative_incidence(TIME, CAUSE, of=1)
    low, high = found.interval()
    assert np.all((low <= found.incidence) & (found.incidence <= high) & (low >= 0) & (high <= 1))
    assert np.isnan(found.at([1e9])).all() and found.at([0.0])[0, 0] == 0
    with pytest.raises(InputError, match="censored"):
        cumulative_incidence(TIME, CAUSE, of=0)
