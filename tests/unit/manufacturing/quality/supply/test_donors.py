"""Donors and pools by simulation of donors, batches and assays."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.supply.donors import (
    Components,
    fewest_donors,
    pool_donors,
    qualify_donors,
    sd_draws,
)

C = Components(1.0, 0.3, 0.1, 0.2)
RNG = np.random.Generator(np.random.Philox(3))


@pytest.mark.parametrize("shares", [[1.0], [1.0, 1.0, 1.0], [5.0, 1.0, 1.0]])
def test_variance_of_pools(shares):
    w = np.array(shares) / sum(shares)
    lots = 1.0 + (0.3 * RNG.standard_normal((100_000, w.size))) @ w + 0.1 * RNG.standard_normal(100_000)
    found = pool_donors(C, shares, lower=0.7, upper=1.5)
    assert found.sd == pytest.approx(lots.std(), rel=0.01) and found.effective == pytest.approx(1 / (w**2).sum())
    assert found.chance_within == pytest.approx(((lots >= 0.7) & (lots <= 1.5)).mean(), abs=0.005)
    assert found.share_from_donors == pytest.approx(1 - 0.01 / lots.var(), abs=0.02)


def test_pooling_helps_the_variance_and_costs_safety():
    pools = [pool_donors(C, np.ones(m), lower=0.7, missed_infection=1e-3) for m in (1, 2, 5, 10)]
    assert [p.sd for p in pools] == sorted((p.sd for p in pools), reverse=True) and pools[-1].sd > C.batch
    assert [p.infection for p in pools] == sorted(p.infection for p in pools)
    assert pools[2].infection == pytest.approx(1 - 0.999**5)
    m = fewest_donors(C, lower=0.7)
    assert (
        pool_donors(C, np.ones(m), lower=0.7).chance_within
        >= 0.95
        > pool_donors(C, np.ones(m - 1), lower=0.7).chance_within
    )


def test_qualification_by_simulation():
    true = 1.0 + 0.3 * RNG.standard_normal(400_000)
    seen = true + np.sqrt((0.01 + 0.04 / 2) / 2) * RNG.standard_normal(true.size)
    kept = seen >= 1.1
    found = qualify_donors(C, 1.1, donors=5, batches=2, replicates=2)
    assert found.share == pytest.approx(kept.mean(), abs=0.004)
    assert found.mean == pytest.approx(true[kept].mean(), abs=0.003) and found.sd == pytest.approx(
        true[kept].std(), abs=0.003
    )
    assert found.good_given_qualified == pytest.approx((true[kept] >= 1.1).mean(), abs=0.005)
    assert found.qualified_given_good == pytest.approx(kept[true >= 1.1].mean(), abs=0.005)
    assert found.screened == pytest.approx(5 / found.share) and found.screened_surely > found.screened
    screened = (RNG.random((20_000, found.screened_surely)) < found.share).sum(axis=1) >= 5
    assert screened.mean() >= 0.945


def test_better_assays_choose_better_donors():
    worse, better = qualify_donors(C, 1.1), qualify_donors(C, 1.1, batches=4, replicates=3)
    assert better.reliability > worse.reliability and better.good_given_qualified > worse.good_given_qualified
    perfect = qualify_donors(Components(1.0, 0.3, 0.0, 0.0), 1.1)
    assert perfect.good_given_qualified == pytest.approx(1.0) and perfect.reliability == 1.0


def test_spread_from_few_donors_is_wide():
    draws = sd_draws(6.0, 5, 50_000)
    sample = 6.0**2 * 4 / RNG.chisquare(4, 200_000)
    np.testing.assert_allclose(
        np.quantile(draws, [0.1, 0.5, 0.9]), np.sqrt(np.quantile(sample, [0.1, 0.5, 0.9])), rtol=0.02
    )
    assert (sd_draws(6.0, 5, 10, purpose="a") != sd_draws(6.0, 5, 10, purpose="b")).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: Components(1, -0.1, 0.1, 0.1).check(),
        lambda: Components(1, 0.0, 0.0, 0.1).check(),
        lambda: pool_donors(C, [1.0, 0.0]),
        lambda: pool_donors(C, [1.0], missed_infection=1.0),
        lambda: fewest_donors(Components(1.0, 0.3, 0.3, 0.1), lower=0.7),
        lambda: qualify_donors(C, 9.0),
        lambda: qualify_donors(Components(1.0, 0.0, 0.1, 0.1), 1.0),
        lambda: sd_draws(6.0, 1, 10),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(InputError):
        call()
