"""Loss of a lot from a surface, against closed forms and plain simulation."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.manufacturing.clinical.basis import Coordinate
from hepatica.manufacturing.quality.release.guard_band import Belief, Process
from hepatica.manufacturing.quality.release.model_loss import (
    ModelLoss,
    attribute_limit,
    true_draws,
    weighted_quantiles,
)


def lot(surface, mean=0.7, sd=0.1, linked=1.0, half=0.0):
    drawn = true_draws(Belief(np.log(mean), sd), log=True, seed=1, name="potency")
    return ModelLoss(surface, {Coordinate.POTENCY: drawn}, linked, half)


def test_draws_have_the_beliefs_quantiles():
    drawn = np.sort(true_draws(Belief(2.0, 0.5), log=False, seed=3, name="x"))
    share = norm.cdf(drawn, 2.0, 0.5) * len(drawn)
    assert (np.floor(share) == np.arange(len(drawn))).all()  # one in each stratum


def test_expected_loss_is_that_of_the_logarithm(surface_of):
    made = lot(surface_of(4.0))
    assert made.by_hypothesis(1.0) == pytest.approx([-4 * np.log(0.7), -2 * np.log(0.7)], abs=0.02)
    s = made.summary(1.0)
    assert s.mean == pytest.approx(-4 * np.log(0.7), abs=0.02)
    assert (s.low, s.high) == pytest.approx((s.mean - 4 * 0.196, s.mean + 4 * 0.196), abs=0.12)


def test_worlds_share_the_loss_by_their_probability(surface_of):
    made = lot(surface_of(4.0), linked=0.3, half=0.2)
    full, half, none = made.by_world(1.0)
    assert (full.probability, half.probability, none.probability) == pytest.approx((0.3, 0.2, 0.5))
    assert half.loss.mean == pytest.approx(full.loss.mean / 2) and none.loss[:3] == (0.0, 0.0, 0.0)
    assert made.summary(1.0).mean == pytest.approx(0.3 * full.loss.mean + 0.2 * half.loss.mean)


def test_no_effect_in_people_leaves_its_share_of_the_loss(surface_of):
    assert lot(surface_of(4.0, null=0.25)).summary(1.0).mean == pytest.approx(-3 * np.log(0.7), abs=0.02)


def test_a_higher_dose_is_asked_only_where_less_is_lost(surface_of):
    assert lot(surface_of(4.0)).restoring_factor(2.0) == pytest.approx(1 / 0.7, rel=0.04)
    assert lot(surface_of(4.0), mean=0.3).restoring_factor(2.0) == pytest.approx(2.0)
    assert lot(surface_of(0.0)).restoring_factor(2.0) == 1.0 == lot(surface_of(4.0)).restoring_factor(1.0)
    assert lot(surface_of(4.0, spread=3.0)).restoring_factor(1.1) == 1.0  # within the Monte-Carlo error


def test_clots_by_hand(surface_of):
    v = np.full(64, 0.7)
    made = ModelLoss(surface_of(clots=0.01), {Coordinate.VIABILITY: v}, 1.0, 0.0)
    assert made.clots(1.0).mean == pytest.approx(0.01 * (0.7 - 0.9) + 0.015 * (0.3 - 0.1))


def test_limit_where_the_loss_is_that_of_a_rejection(surface_of):
    made = lot(surface_of(4.0))
    x = attribute_limit(made, Coordinate.POTENCY, 2.0, reference=1.0, error=0.1, process=Process(0.0, 0.3), log=True)
    assert x.true_limit == pytest.approx(np.exp(-0.5), rel=1e-6) and x.is_lower
    assert x.limits is not None and x.limits.risks.consumer_at_limit == pytest.approx(0.05, abs=1e-9)
    rng = np.random.Generator(np.random.Philox(5))
    true = 0.3 * rng.standard_normal(400_000)
    seen = true + 0.1 * rng.standard_normal(true.size)
    good = true >= np.log(x.true_limit)
    assert x.limits.risks.producer_of_good == pytest.approx((seen[good] < np.log(x.result_limit)).mean(), abs=0.003)
    bare = attribute_limit(made, Coordinate.POTENCY, 2.0, reference=1.0, error=0.1, process=None, log=True)
    assert bare.result_limit == pytest.approx(np.exp(-0.5 + 1.6449 * 0.1), rel=1e-4) and bare.limits is None


def test_no_limit_where_nothing_costs_a_rejection(surface_of):
    x = attribute_limit(
        lot(surface_of(4.0), linked=0.0), Coordinate.POTENCY, 2.0, reference=1.0, error=0.1, process=None, log=True
    )
    assert x.true_limit is None and x.result_limit is None
    v = attribute_limit(
        lot(surface_of(4.0)), Coordinate.VIABILITY, 2.0, reference=100.0, error=2.0, process=None, log=False
    )
    assert v.true_limit == pytest.approx(90 * np.exp(-0.5), rel=1e-5) and v.reference == 90.0


def test_weighted_quantiles_by_repetition():
    values, times = np.array([5.0, 1.0, 3.0]), np.array([2, 5, 3])
    plain = np.sort(np.repeat(values, times))
    found = weighted_quantiles(values, times / 10, (0.1, 0.45, 0.75, 0.95))
    assert found == tuple(plain[int(np.ceil(q * 10)) - 1] for q in (0.1, 0.45, 0.75, 0.95))
