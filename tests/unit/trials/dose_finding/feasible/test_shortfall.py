import numpy as np
import pytest
from scipy.stats import lognorm

from hepatica.errors import InputError
from hepatica.trials.dose_finding.feasible.shortfall import DeliveredShares, LotYield, NoShortfall

LOT = (np.arange(20_000) + 0.5) / 20_000


def test_a_yield_below_the_assigned_dose_is_given_as_it_is():
    lots = LotYield(median=2.0, cv=0.5)
    sd = np.sqrt(np.log(1.25))
    got = lots.deliver(np.array(2.5), LOT)
    assert got.max() == 2.5 and (got < 2.5).mean() == pytest.approx(lognorm.cdf(2.5, sd, scale=2.0), abs=1e-4)
    assert lots.expected_share(0.1) == pytest.approx(1, abs=1e-3)
    assert lots.expected_share(4.0) < 0.6


def test_shares_come_with_their_probabilities():
    lots = DeliveredShares(shares=(0.25, 0.5, 1.0), probabilities=(0.2, 0.3, 0.5))
    got = lots.deliver(np.array(4.0), LOT)
    assert [(got == d).mean() for d in (1, 2, 4)] == pytest.approx([0.2, 0.3, 0.5], abs=1e-4)
    assert (NoShortfall().deliver(np.array(4.0), LOT) == 4).all()


@pytest.mark.parametrize(
    "shares, probabilities",
    [((), ()), ((0.5,), (0.5, 0.5)), ((0.0, 1.0), (0.5, 0.5)), ((0.5, 1.0), (0.5, 0.6)), ((0.5, 1.0), (-0.5, 1.5))],
)
def test_impossible_numbers_are_refused(shares, probabilities):
    with pytest.raises(InputError):
        DeliveredShares(shares=shares, probabilities=probabilities)
    with pytest.raises(InputError, match="positive"):
        LotYield(median=0, cv=1)
