import numpy as np
import pytest
from scipy.stats import ttest_ind

from hepatica.trials.analysis.mmrm.correlated import CompoundSymmetry
from hepatica.trials.analysis.mmrm.degrees_of_freedom import (
    DegreesOfFreedom,
    adjusted_covariance,
    f_test,
    parameter_covariance,
)
from hepatica.trials.analysis.mmrm.fit import Options, mmrm

RNG = np.random.default_rng(81)
ALL = list(DegreesOfFreedom)


def rows(n=24, visits=3, arms=None):
    who = np.repeat(np.arange(n), visits)
    arm = np.array(["a", "b"])[(who % 2) if arms is None else arms[who]]
    y = RNG.normal(size=n)[who] + RNG.normal(size=n * visits)
    return {"id": who, "visit": np.tile([f"v{k}" for k in range(visits)], n), "arm": arm, "y": y}


def fitted(data, df, terms=("arm", "visit", ("arm", "visit")), structure=None):
    options = Options(degrees_of_freedom=df)
    return mmrm(data, outcome="y", terms=terms, patient="id", visit="visit", structure=structure, options=options)


@pytest.mark.parametrize("df", ALL)
def test_one_visit_is_the_t_test(df):
    data = rows(visits=1)
    found = fitted(data, df, terms=("arm",)).coefficient("arm[b]")
    peer = ttest_ind(data["y"][data["arm"] == "b"], data["y"][data["arm"] == "a"])
    assert (found.t, found.df, found.p) == pytest.approx((peer.statistic, 22, peer.pvalue), rel=1e-5)


@pytest.mark.parametrize("df", ALL)
def test_balanced_compound_symmetry_is_the_split_plot_analysis_of_variance(df):
    """Arms are compared between 24 patients (22 df), visits within them (44 df), exactly."""
    data = rows()
    fit = fitted(data, df, structure=CompoundSymmetry())
    y, arm = data["y"].reshape(24, 3), data["arm"].reshape(24, 3)[:, 0]
    between = ttest_ind(y[arm == "b"].mean(1), y[arm == "a"].mean(1))
    mine = fit.type_iii("arm")
    assert (mine.f, mine.denominator) == pytest.approx((between.statistic**2, 22), rel=1e-4)
    within = fit.type_iii("visit")
    means = np.stack([y[arm == a].mean(0) for a in "ab"])
    rest = (
        y
        - y.mean(1, keepdims=True)
        - np.where((arm == "a")[:, None], means[0] - means[0].mean(), means[1] - means[1].mean())
    )
    columns = means.mean(0) - means.mean()
    f = 24 * (columns**2).sum() / 2 / ((rest**2).sum() / 44)
    assert (within.f, within.denominator) == pytest.approx((f, 44), rel=1e-4)


def test_kenward_roger_enlarges_the_covariance_of_an_incomplete_trial():
    data = rows(n=16)
    data["y"][RNG.random(48) < 0.25] = np.nan
    found = fitted(data, DegreesOfFreedom.SATTERTHWAITE).derivatives
    plain, *others = (np.diag(adjusted_covariance(found, df)) for df in ALL)
    assert plain == pytest.approx(np.diag(found.covariance)) and all(np.all(o > plain) for o in others)
    row = np.eye(6)[1:2]
    assert f_test(row, found, DegreesOfFreedom.KENWARD_ROGER).f < f_test(row, found, DegreesOfFreedom.SATTERTHWAITE).f
    assert np.linalg.eigvalsh(parameter_covariance(found, expected=True))[0] > 0


def test_level_of_small_trials_is_kept():
    """An arm effect tested at 5 % in 100 incomplete trials of 12 patients, unstructured."""
    rejected = 0
    for _ in range(100):
        data = rows(n=12)
        data["y"][RNG.random(36) < 0.1] = np.nan
        rejected += fitted(data, DegreesOfFreedom.KENWARD_ROGER, terms=("arm", "visit")).coefficient("arm[b]").p < 0.05
    assert rejected / 100 < 0.12
