"""Prognostic and predictive value against known truth; cluster-robust errors against statsmodels; the null world."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from hepatica.biomarkers.value import (
    by_hypothesis,
    false_calls,
    hypothesis_agreement,
    interaction,
    prior_share,
    value_table,
)


@pytest.fixture(scope="module")
def table(made):
    return value_table(made)


def test_each_is_found_for_what_it_is(table):
    prognostic, predictive, of_draws = (table.loc[k] for k in (0, 1, 2))
    assert prognostic["prognostic"] > 0.6 and prognostic["predictive"] < 0.05
    assert predictive["predictive"] > 0.4 and predictive["prognostic"] < 0.05 and predictive["is_predictive"]
    assert predictive["slope_low"] < 3.0 < predictive["slope_high"]
    assert of_draws["prior_share"] > 0.9 > 0.3 > predictive["prior_share"]
    assert (table["predictive_low"] <= table["predictive"] + 1e-9).all() and len(table) >= 25
    assert table.loc[3:, "is_predictive"].mean() < 0.15


@pytest.mark.parametrize("k", [0, 1, 5])
def test_errors_are_those_of_statsmodels(made, k):
    marker, gain, risk, draw = made.values[:, k], made.gain, made.risk, made.draw
    found = interaction(marker, gain, risk, draw)
    z, r = ((x - x.mean()) / x.std() for x in (marker, risk))
    x = np.column_stack([z, np.ones(len(z)), r, r**2, r**3])
    fit = sm.OLS(gain, x).fit(cov_type="cluster", cov_kwds={"groups": draw, "use_correction": False}, use_t=True)
    clusters = len(np.unique(draw))
    error = fit.bse[0] * np.sqrt(clusters / (clusters - 1))
    assert found.slope == pytest.approx(fit.params[0])
    assert (found.high - found.low) / 2 == pytest.approx(error * 2.001, rel=1e-3)  # t of 59 degrees of freedom


def test_null_world(made):
    rates = false_calls(made)
    assert rates.shape == (len(made.measurables),) and rates.mean() < 0.04 and rates.max() <= 0.06
    same = interaction(made.values[:, 0], np.zeros(len(made.risk)), made.risk, made.draw)
    assert not same.is_predictive and same.slope == 0


def test_a_measurable_in_which_hardly_anybody_differs_is_not_called(made):
    """One patient of a draw with the largest gain: robust errors call it in a third of null worlds."""
    values = made.values.copy()
    values[:, 4] = 0.0
    values[int(np.argmax(made.gain)), 4] = 1.0
    rare = replace(made, values=values)
    row = value_table(rare).loc[4]
    assert row["p"] < 0.01 and row["false_calls"] > 0.05 and not row["is_predictive"]


def test_prior_share_and_hypotheses(made):
    rng = np.random.default_rng(5)
    x = rng.normal(size=len(made.draw))
    assert prior_share(x, x + 0.1 * rng.normal(size=len(x)), made.draw) < 0.15
    assert hypothesis_agreement(made) == pytest.approx(1.0)
    one = replace(made, hypotheses=("lung_only",), gains=made.gains[:1], null_effect=(0.5,))
    assert np.isnan(hypothesis_agreement(one))
    np.testing.assert_allclose(by_hypothesis(one)["lung_only"], 0.5 * made.gains[0])
