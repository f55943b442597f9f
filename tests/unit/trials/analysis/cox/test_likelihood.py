import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.likelihood import Ties, cox_data, partial_likelihood, thinning

RNG = np.random.default_rng(61)
N = 60
TIME, EVENT = np.ceil(RNG.exponential(6, N)), RNG.random(N) < 0.7
X, STRATUM = RNG.normal(size=(N, 2)), RNG.integers(0, 2, N)
ENTRY, WEIGHT = np.maximum(TIME - RNG.integers(1, 8, N), 0), RNG.uniform(0.5, 2, N)
BETA = np.array([0.4, -0.7])


def naive(beta, ties):
    """Logarithm of the partial likelihood, a stratum, a time and an event at a time."""
    total, risk = 0.0, WEIGHT * np.exp(X @ beta)
    for k in (0, 1):
        for t in np.unique(TIME[EVENT & (STRATUM == k)]):
            dead = EVENT & (t == TIME) & (STRATUM == k)
            at = (t <= TIME) & (t > ENTRY) & (STRATUM == k)
            d = dead.sum()
            total += WEIGHT[dead] @ (X @ beta)[dead]
            for j in range(d):
                left = j / d if ties is Ties.EFRON else 0.0
                total -= WEIGHT[dead].mean() * np.log(risk[at].sum() - left * risk[dead].sum())
    return total


@pytest.mark.parametrize("ties", [Ties.BRESLOW, Ties.EFRON])
def test_likelihood_with_strata_entry_and_weights_is_the_sum_written_out(ties):
    data = cox_data(TIME, EVENT, X, strata=STRATUM, entry=ENTRY, weights=WEIGHT)
    value, score, information = partial_likelihood(data, BETA, ties)
    step = 1e-5 * np.eye(2)
    slope = [(naive(BETA + s, ties) - naive(BETA - s, ties)) / 2e-5 for s in step]
    # covariates are centred, which moves the linear predictors of events and risk sets alike
    assert value == pytest.approx(naive(BETA, ties))
    assert score == pytest.approx(slope, rel=1e-6)
    curve = [
        (partial_likelihood(data, BETA + s, ties)[1] - partial_likelihood(data, BETA - s, ties)[1]) / 2e-5 for s in step
    ]
    assert information == pytest.approx(-np.array(curve), rel=1e-6)


def test_sums_over_risk_sets_are_those_of_loops():
    data = cox_data(TIME, EVENT, X, strata=STRATUM, entry=ENTRY)
    found = data.at_risk_sums(data.x)
    for k in range(data.set_time.size):
        at = (data.time >= data.set_time[k]) & (data.entry < data.set_time[k]) & (data.stratum == data.set_stratum[k])
        assert found[k] == pytest.approx(data.x[at].sum(axis=0))
    assert data.event_sums(data.weight) == pytest.approx(data.deaths)


def test_terms_of_tied_events():
    data = cox_data([1, 1, 1, 2], [1, 1, 0, 1], [0.0, 1.0, 2.0, 3.0])
    at, share = thinning(data, Ties.EFRON)
    assert at.tolist() == [0, 0, 1] and share.tolist() == [0.0, 0.5, 0.0]
    assert thinning(data, Ties.BRESLOW)[1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"covariates": [[np.nan], [1.0], [2.0]]}, "finite value"),
        ({"entry": [0.0, 2.0, 0.0]}, "before its time"),
        ({"weights": [1.0, 0.0, 1.0]}, "weight > 0"),
        ({"strata": [1, 2]}, "one stratum"),
        ({"event": [0, 0, 0]}, "at least one event"),
    ],
)
def test_bad_input_is_refused(change, words):
    given = {"time": [1.0, 2.0, 3.0], "event": [1, 1, 0], "covariates": [[0.0], [1.0], [2.0]]} | change
    with pytest.raises(InputError, match=words):
        cox_data(**given)
