import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.formula.api import ols

from hepatica.errors import InputError
from hepatica.trials.analysis.ancova import Robust, ancova

RNG = np.random.default_rng(101)
N = 60
DATA = {
    "arm": np.array(["a", "b", "c"])[np.arange(N) % 3],
    "sex": np.array(["f", "m"])[RNG.integers(0, 2, N)],
    "base": RNG.normal(size=N),
}
DATA["y"] = DATA["base"] + 0.5 * (DATA["arm"] == "b") + RNG.normal(size=N) * (1 + (DATA["arm"] == "c"))
TERMS = ["arm", "sex", ("arm", "sex"), "base"]


@pytest.mark.parametrize("robust", Robust)
def test_coefficients_and_variance_are_those_of_statsmodels(robust):
    mine = ancova(DATA, outcome="y", terms=TERMS, robust=robust)
    kind = "nonrobust" if robust is Robust.CLASSICAL else robust.value
    peer = sm.OLS(DATA["y"], mine.design.matrix(DATA)).fit(cov_type=kind, use_t=True)
    assert mine.beta == pytest.approx(peer.params)
    assert np.sqrt(np.diag(mine.covariance)) == pytest.approx(peer.bse)
    assert mine.contrast(np.eye(7)[1]).p == pytest.approx(peer.pvalues[1])


def test_type_iii_tests_are_those_of_statsmodels():
    peer = sm.stats.anova_lm(ols("y ~ C(arm, Sum) * C(sex, Sum) + base", pd.DataFrame(DATA)).fit(), typ=3)
    mine = ancova(DATA, outcome="y", terms=TERMS)
    for term, row in (
        ("arm", "C(arm, Sum)"),
        ("sex", "C(sex, Sum)"),
        (("sex", "arm"), "C(arm, Sum):C(sex, Sum)"),
        ("base", "base"),
    ):
        found = mine.type_iii(term)
        assert (found.f, found.p) == pytest.approx((peer.loc[row, "F"], peer.loc[row, "PR(>F)"]))


def test_adjusted_means_are_predictions_averaged_over_sex_at_the_mean_baseline():
    fit = ancova(DATA, outcome="y", terms=TERMS)
    rows = fit.design.matrix({"arm": ["b", "b"], "sex": ["f", "m"], "base": [DATA["base"].mean()] * 2})
    assert fit.least_squares_mean({"arm": "b"}).estimate == pytest.approx((rows @ fit.beta).mean())
    gap = fit.difference({"arm": "b"}, {"arm": "a"}, null=0.2)
    assert gap.estimate == pytest.approx(
        fit.least_squares_mean({"arm": "b"}).estimate - fit.least_squares_mean({"arm": "a"}).estimate
    )
    assert gap.t == pytest.approx((gap.estimate - 0.2) / gap.std_error)


def test_missing_outcomes_are_left_out_and_counted():
    y = DATA["y"].copy()
    y[:5] = np.nan
    fit = ancova(DATA | {"y": y}, outcome="y", terms=TERMS)
    assert fit.left_out == 5 and fit.df == N - 5 - 7
    with pytest.raises(InputError, match="not missing"):
        ancova(DATA | {"y": [np.nan] * N}, outcome="y", terms=TERMS)
    with pytest.raises(InputError, match="fewer terms"):
        ancova(DATA | {"twice": 2 * DATA["base"]}, outcome="y", terms=["base", "twice"])
    with pytest.raises(InputError, match="a variable of the data"):
        ancova(DATA, outcome="y", terms=["nothing"])
