"""Terms of one untreated arm: ranges, changes and days that are not exact, against closed forms."""

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import norm

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.likelihood import Law, counts_log_likelihood, statement_gradient
from hepatica.calibrate.terms import likelihood_terms
from hepatica.evidence import load
from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import Observation

ARM = {"arm": "smt"}


def made(*findings, observations=()):
    """Terms of the control of Lin 2017 with other findings and numbers."""
    p = load("lin2017").model_copy(update={"observations": tuple(observations), "findings": tuple(findings)})
    return likelihood_terms(Plan.of([p]).only(cells=False), [p])


def fit(term, *log_odds, common=0.3, own=0.2):
    x = np.array([log_odds])
    return counts_log_likelihood([term], [x], [0.01], np.array([common]), np.array([own]))[0]


def test_a_range_of_deaths():
    (t,) = made(Finding(kind="interval", low=20.0, high=40.0, variable="death", unit="percent", time=90, **ARM))
    sd = np.sqrt(0.01 + t.error**2 + 0.3**2 + 0.2**2)
    closed = np.log(np.diff(norm.cdf(logit([0.2, 0.4]), logit(0.35), sd))[0])
    assert t.law is Law.STATEMENT and t.error == pytest.approx(1 / np.sqrt(54 * 0.3 * 0.7))
    assert fit(t, logit(0.35)) == pytest.approx(closed)


def test_a_number_of_a_day_that_is_not_exact_is_averaged_over_its_days():
    o = Observation(variable="survival", unit="percent", time=80, until=100, kind="proportion", value=60.0, n=54, **ARM)
    (t,) = made(observations=[o])
    x = logit([0.7, 0.6, 0.5])
    sd = np.sqrt(0.01 + t.error**2 + 0.3**2 + 0.2**2)
    value = t.statement.points[0]
    assert fit(t, *x) == pytest.approx(np.log(norm.pdf(value, x, sd).mean())) and len(t.statistics) == 3
    slope = statement_gradient(t, np.array([x]), 0.01, np.array([0.3]), np.array([0.2]))[0]
    share = norm.pdf(value, x, sd) / norm.pdf(value, x, sd).sum()
    assert slope == pytest.approx(share * (value - x) / sd**2, rel=1e-5)


def test_a_fall_since_day_0_and_a_range_of_a_mean():
    fell, low = made(
        Finding(kind="sign", direction="lower", variable="meld", unit="1", time=28, **ARM),
        Finding(kind="interval", high=3.0, variable="inr", unit="1", time=28, **ARM),
    )
    assert fit(fell, -5.0) > -0.1 > fit(fell, 0.0) > fit(fell, 5.0)
    assert fit(low, np.log(1.5)) > fit(low, np.log(3.0)) > fit(low, np.log(6.0))
    assert {t.block for t in (fell, low)} and fell.block != low.block and fell.typical > 0


def test_what_says_too_little_makes_no_term():
    assert made(Finding(kind="interval", high=20.0, variable="fever", unit="percent", time=9, **ARM)) == ()
    assert made(Finding(kind="sign", direction="lower", variable="bilirubin", unit="mg/dL", time=28, **ARM)) == ()
