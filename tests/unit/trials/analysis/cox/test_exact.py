from itertools import combinations

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.exact import exact_likelihood
from hepatica.trials.analysis.cox.likelihood import Ties, cox_data, partial_likelihood

RNG = np.random.default_rng(62)
TIME, EVENT, X = RNG.integers(1, 5, 16).astype(float), RNG.random(16) < 0.8, RNG.normal(size=(16, 2))
BETA = np.array([0.5, -0.3])


def naive(beta):
    """Sum over all sets of as many patients at risk as have the event."""
    total = 0.0
    for t in np.unique(TIME[EVENT]):
        at, dead = np.flatnonzero(t <= TIME), np.flatnonzero(EVENT & (t == TIME))
        eta = X @ beta
        total += eta[dead].sum() - np.log(sum(np.exp(eta[list(s)].sum()) for s in combinations(at, dead.size)))
    return total


def test_likelihood_and_its_derivatives_are_those_of_all_subsets():
    data = cox_data(TIME, EVENT, X)
    value, score, information = exact_likelihood(data, BETA)
    assert value == pytest.approx(naive(BETA))
    step = 1e-5 * np.eye(2)
    assert score == pytest.approx([(naive(BETA + s) - naive(BETA - s)) / 2e-5 for s in step], rel=1e-5)
    curve = [(exact_likelihood(data, BETA + s)[1] - exact_likelihood(data, BETA - s)[1]) / 2e-5 for s in step]
    assert information == pytest.approx(-np.array(curve), rel=1e-5)


def test_without_ties_it_is_the_partial_likelihood_and_many_ties_do_not_overflow():
    time = np.arange(1.0, 17)
    data = cox_data(time, EVENT, X)
    assert exact_likelihood(data, BETA)[0] == pytest.approx(partial_likelihood(data, BETA, Ties.EFRON)[0])
    big = cox_data(np.ones(900), np.arange(900) < 450, np.zeros(900))
    assert np.isfinite(exact_likelihood(big, np.zeros(1))[0])
    with pytest.raises(InputError, match="weights"):
        exact_likelihood(cox_data(time, EVENT, X, weights=np.full(16, 2.0)), BETA)
