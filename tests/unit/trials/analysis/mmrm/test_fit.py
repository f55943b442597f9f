import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from hepatica.errors import InputError
from hepatica.trials.analysis.mmrm.correlated import Autoregressive, CompoundSymmetry, Toeplitz
from hepatica.trials.analysis.mmrm.covariance import Unstructured
from hepatica.trials.analysis.mmrm.fit import Options, mmrm
from hepatica.trials.analysis.mmrm.likelihood import Method

RNG = np.random.default_rng(91)
N, T = 80, 3
WHO = np.repeat(np.arange(N), T)
DATA = {
    "id": WHO,
    "visit": np.tile(["1", "2", "3"], N),
    "arm": np.array(["c", "t"])[WHO % 2],
    "base": RNG.normal(size=N)[WHO],
    "y": RNG.normal(size=N)[WHO] + RNG.normal(size=N * T) + 0.4 * (WHO % 2),
}
DATA["y"][RNG.random(N * T) < 0.15] = np.nan
TERMS = ["arm", "visit", ("arm", "visit"), "base"]


def fit(**given):
    return mmrm(**({"data": DATA, "outcome": "y", "terms": TERMS, "patient": "id", "visit": "visit"} | given))


@pytest.mark.parametrize("method", Method)
def test_compound_symmetry_is_the_random_intercept_of_statsmodels(method):
    mine = fit(structure=CompoundSymmetry(), options=Options(method=method))
    frame = pd.DataFrame(DATA).dropna()
    x = mine.design.matrix({k: frame[k].to_numpy() for k in ("arm", "visit", "base")})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = MixedLM(frame["y"].to_numpy(), x, groups=frame["id"]).fit(reml=method is Method.REML, tol=1e-12)
    assert mine.derivatives.beta == pytest.approx(peer.fe_params, abs=1e-4)
    whole = mine.visit_covariance()
    assert (whole[0, 1], whole[0, 0]) == pytest.approx((peer.cov_re[0, 0], peer.cov_re[0, 0] + peer.scale), abs=2e-3)
    assert mine.minus_two_log_likelihood == pytest.approx(-2 * peer.llf, abs=1e-3)
    assert np.sqrt(np.diag(mine.covariance)) == pytest.approx(peer.bse_fe, rel=2e-3)


@pytest.mark.parametrize("heterogeneous", [False, True])
@pytest.mark.parametrize("kind", [CompoundSymmetry, Autoregressive, Toeplitz])
def test_structures_lie_between_their_simpler_and_the_unstructured_one(kind, heterogeneous):
    whole, made = fit(), fit(structure=kind(heterogeneous))
    assert made.converged and np.abs(made.derivatives.gradient).max() < 1e-3
    assert whole.minus_two_log_likelihood <= made.minus_two_log_likelihood + 1e-8
    if heterogeneous:
        assert made.minus_two_log_likelihood <= fit(structure=kind(False)).minus_two_log_likelihood + 1e-8


def test_complete_data_give_least_squares_means_of_the_cells():
    data = DATA | {"y": RNG.normal(size=N * T)}
    made = fit(data=data, terms=["arm", "visit", ("arm", "visit")])
    for arm in "ct":
        mean = data["y"][(data["arm"] == arm) & (data["visit"] == "2")].mean()
        assert made.least_squares_mean({"arm": arm, "visit": "2"}).estimate == pytest.approx(mean)
    gap = made.difference({"arm": "t", "visit": "2"}, {"arm": "c", "visit": "2"})
    means = [made.least_squares_mean({"arm": a, "visit": "2"}).estimate for a in "tc"]
    assert gap.estimate == pytest.approx(means[0] - means[1]) and gap.lower < gap.estimate < gap.upper
    shifted = made.difference({"arm": "t", "visit": "2"}, {"arm": "c", "visit": "2"}, null=gap.estimate)
    assert shifted.p == pytest.approx(1)
    sample = np.cov(
        np.stack(
            [
                data["y"][data["arm"] == a].reshape(-1, T) - data["y"][data["arm"] == a].reshape(-1, T).mean(0)
                for a in "ct"
            ]
        )
        .reshape(-1, T)
        .T
    )
    assert made.visit_covariance() == pytest.approx(sample * (N - 1) / (N - 2), abs=1e-5)


def test_information_criteria_and_labels():
    made = fit()
    assert made.aic == pytest.approx(made.minus_two_log_likelihood + 12)
    assert made.bic == pytest.approx(made.minus_two_log_likelihood + 6 * np.log(made.patients))
    full = fit(options=Options(method=Method.ML))
    assert full.aic == pytest.approx(full.minus_two_log_likelihood + 2 * 13)
    assert made.visits == ("1", "2", "3") and set(made.coefficients) == set(made.design.columns)


def test_covariance_by_arm_fits_each_arm():
    both = fit(terms=["arm", "visit", ("arm", "visit")], covariance_group="arm", structure=Unstructured())
    for k, arm in enumerate("ct"):
        mine = {name: values[DATA["arm"] == arm] for name, values in DATA.items()}
        assert both.visit_covariance(k) == pytest.approx(fit(data=mine, terms=["visit"]).visit_covariance(), abs=1e-4)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="depend linearly"):
        fit(data=DATA | {"twice": 2 * DATA["base"]}, terms=["base", "twice"])
    with pytest.raises(InputError, match="one of intercept"):
        fit().coefficient("nothing")
