"""Named priors of the whole effect: Spiegelhalter's quantiles, and weights against the conjugate posterior."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.calibrate.readers import READERS, convincing_trial, importance_weights
from hepatica.errors import InputError


def test_readers_give_five_percent_where_spiegelhalter_does():
    sceptic, enthusiast = READERS["sceptical"], READERS["enthusiastic"]
    assert norm(sceptic.mean, sceptic.sd).sf(np.log(2)) == pytest.approx(0.05, abs=1e-4)
    assert norm(enthusiast.mean, enthusiast.sd).cdf(0) == pytest.approx(0.05, abs=1e-4)
    assert norm(0, READERS["neutral"].sd).sf(np.log(4)) == pytest.approx(0.025, abs=1e-4)


@pytest.mark.parametrize("name", READERS)
def test_weighted_posterior_draws_are_the_readers_posterior(name):
    """Draws of a normal posterior from one prior, weighted: against the conjugate posterior from the reader's."""
    rng, seen, error = np.random.default_rng(2), 0.76, 0.45
    prior = rng.normal(0.3, 0.7, 40_000)
    precision = 1 / 0.7**2 + 1 / error**2
    learnt = rng.normal((0.3 / 0.7**2 + seen / error**2) / precision, precision**-0.5, 40_000)
    r = READERS[name]
    weights, effective = importance_weights(r, learnt, prior)
    own = 1 / r.sd**2 + 1 / error**2
    mean = weights @ learnt
    assert mean == pytest.approx((r.mean / r.sd**2 + seen / error**2) / own, abs=0.03)
    assert np.sqrt(weights @ (learnt - mean) ** 2) == pytest.approx(own**-0.5, abs=0.03)
    assert 1000 < effective <= 40_000 and weights.sum() == pytest.approx(1)


def test_effects_that_are_no_numbers_are_refused():
    with pytest.raises(InputError, match="finite"):
        importance_weights(READERS["neutral"], np.array([np.nan]), np.zeros(2))
    assert importance_weights(READERS["neutral"], np.array([0.1, 0.9]), np.zeros(2)).weights.tolist() == [0.5, 0.5]


def test_a_convincing_trial_convinces():
    """At the size that it says, the posterior of the expected result gives 5 % to harm; half of it does not."""
    mean, sd, effect, p = -0.1, 0.35, 0.6, 0.5
    q = 1 / (1 + np.exp(-effect))
    n = convincing_trial(mean, sd, effect, p)
    for people, convinced in ((n, True), (n / 2, False)):
        information = people / (1 / (p * (1 - p)) + 1 / (q * (1 - q)))
        precision = 1 / sd**2 + information
        now = norm((mean / sd**2 + effect * information) / precision, precision**-0.5).cdf(0)
        assert bool(now <= 0.05 + 1e-4) == convinced
    assert convincing_trial(1.0, 0.2, 0.1, p) == 0.0 and convincing_trial(0.0, 0.2, -0.1, p) == np.inf
