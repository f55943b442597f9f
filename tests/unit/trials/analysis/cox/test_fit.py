import warnings

import lifelines
import numpy as np
import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.cox.likelihood import Ties
from hepatica.trials.analysis.log_rank import log_rank

RNG = np.random.default_rng(63)
N = 150
X, STRATUM = np.column_stack([RNG.integers(0, 2, N), RNG.normal(size=N)]).astype(float), RNG.integers(0, 2, N)
TRUE = RNG.exponential(np.exp(-0.5 * X[:, 0] + 0.6 * X[:, 1]))
TIME, EVENT = np.ceil(20 * np.minimum(TRUE, 2)) / 20, TRUE <= 2


def peer(**given):
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(time=TIME, event=EVENT, stratum=STRATUM)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "strata" not in given:
            frame = frame.drop(columns="stratum")
        return lifelines.CoxPHFitter().fit(frame, "time", "event", fit_options={"precision": 1e-10}, **given)


def test_fit_is_that_of_lifelines():
    mine, theirs = cox(TIME, EVENT, X), peer()
    assert mine.coefficients == pytest.approx(theirs.params_.to_numpy(), abs=1e-6)
    assert mine.std_error == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-6)
    assert mine.log_likelihood[1] == pytest.approx(theirs.log_likelihood_)
    assert mine.p == pytest.approx(theirs.summary["p"].to_numpy(), rel=1e-4)
    assert mine.hazard_ratio()[:, 0] == pytest.approx(np.exp(mine.coefficients))
    assert mine.p_global == pytest.approx(theirs.log_likelihood_ratio_test().p_value, rel=1e-5)


def test_strata_and_robust_variance_are_those_of_lifelines():
    assert cox(TIME, EVENT, X, strata=STRATUM).coefficients == pytest.approx(
        peer(strata=["stratum"]).params_.to_numpy(), abs=1e-6
    )
    robust = cox(TIME, EVENT, X, cluster=np.arange(N))
    assert robust.std_error == pytest.approx(
        peer(robust=True).standard_errors_.to_numpy(), rel=5e-3
    )  # which treats ties otherwise
    assert robust.coefficients == pytest.approx(cox(TIME, EVENT, X).coefficients)


def test_doubled_patients_in_clusters_are_weights_of_two():
    twice = np.tile(np.arange(N), 2)
    doubled = cox(TIME[twice], EVENT[twice], X[twice], ties=Ties.BRESLOW, cluster=twice)
    weighted = cox(TIME, EVENT, X, ties=Ties.BRESLOW, weights=np.full(N, 2.0), cluster=np.arange(N))
    assert doubled.coefficients == pytest.approx(weighted.coefficients)
    assert doubled.std_error == pytest.approx(weighted.std_error)


def test_score_test_of_an_arm_without_ties_is_the_log_rank_test():
    time = RNG.permutation(N) + 1.0
    assert cox(time, EVENT, X[:, 0]).score_test == pytest.approx(log_rank(time, EVENT, X[:, 0]).chi_square)


def test_survival_predicted_is_between_the_arms_and_falls():
    fit = cox(TIME, EVENT, X[:, 0], ties=Ties.BRESLOW)
    alive = fit.survival([[0.0], [1.0]], [0.0, 0.3, 1.0])
    assert np.all(alive[:, 0] == 1) and np.all(np.diff(alive, axis=1) < 0)
    at = np.exp(fit.data.x[:, 0] * fit.coefficients[0])
    total = sum(1 / at[fit.data.time >= t].sum() for t in fit.data.time[fit.data.event & (fit.data.time <= 0.3)])
    assert fit.cumulative_hazard([0.3])[0] == pytest.approx(total)
    exact = cox(TIME, EVENT, X[:, 0], ties=Ties.EXACT)
    assert exact.converged and exact.cumulative_hazard([1.0])[0] > 0


def test_an_arm_without_events_does_not_converge_and_says_so():
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1])
    assert not fit.converged and np.isfinite(fit.log_likelihood[1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"covariates": np.column_stack([X, X[:, 0] * 2])}, "depend linearly"),
        ({"cluster": [1, 2]}, "one cluster"),
        ({"cluster": np.arange(N), "ties": Ties.EXACT}, "robust variance"),
    ],
)
def test_bad_input_is_refused(change, words):
    with pytest.raises(InputError, match=words):
        cox(**({"time": TIME, "event": EVENT, "covariates": X} | change))
