"""Contrasts between arms: published and simulated ones alike, and the probability of no effect by Bayes' theorem."""

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import norm

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.contrast import contrasts
from hepatica.calibrate.contrast_likelihood import BIAS_CORRELATION, RESIDUAL_SHARE, Contrast, log_likelihood
from hepatica.calibrate.likelihood import Scale
from hepatica.evidence import load
from hepatica.patients.draws import between_study_sd


def test_lin_2017_says_what_its_table_says():
    p = load("lin2017").model_copy(update={"risk_of_bias": "low"})
    plan = Plan.of([p])
    found = {c.label: c for c in contrasts(plan, [p])}
    a, b, n, m = 41.49, 30.52, 57.0, 55.0  # survivors and people, half a person added to each cell
    c = found["survival day 168"]
    assert (
        c.value == pytest.approx(np.log(a / (n - a)) - np.log(b / (m - b)), abs=0.01)
        and found["severe_infection day 168"].value < 0
    )
    assert c.error == pytest.approx(np.sqrt(1 / a + 1 / (n - a) + 1 / b + 1 / (m - b)), abs=0.01)
    differs = 0.14 * np.hypot(1, RESIDUAL_SHARE)  # Turner et al. 2012: median of the SD 0.14
    assert c.typical == pytest.approx(np.sqrt(c.error**2 + differs**2 + 0.05**2), abs=1e-3)


def test_a_simulated_difference_is_read_as_the_published_one():
    share = Contrast("p", "b", "a", "survival", "survival day 28", (0, 1), Scale.SHARE, 0.0, 1.0)
    assert share.of(np.array([[0.8, 0.5]]))[0] == pytest.approx(logit(0.8))
    log = Contrast("p", "b", "a", "inr", "inr day 28", (0, 1, 2, 3), Scale.LOG, 0.0, 1.0, 2.0)
    assert log.of(np.array([1.0, 2.0, 2.0, 2.0])) == pytest.approx(np.log(0.5))
    for differs in (None, 0.0, 0.7):
        own = float(between_study_sd("effect_mean")) if differs is None else differs
        sd = np.hypot(1.0, 2.0 * np.hypot(own, RESIDUAL_SHARE * between_study_sd("effect_mean")))
        given = None if differs is None else {"effect_mean": np.array(differs)}
        each = log_likelihood([log], np.array([[2.0], [0.5]]), given)
        assert each[0] - each[1] == pytest.approx(norm.logpdf(2.0, 0, sd) - norm.logpdf(0.5, 0, sd))


def test_arms_that_share_a_control_and_outcomes_of_the_same_people_covary():
    p = load("zekri2015")
    found = [c for c in contrasts(Plan.of([p]), [p]) if c.label == "albumin day 30"]
    assert [c.treated for c in found] == ["one", "two"]
    control = found[0].samples[1]
    assert found[0].covariance(found[1]) - BIAS_CORRELATION * found[0].bias.sd * found[1].bias.sd == pytest.approx(
        control.covariance(control)
    )
    lin = load("lin2017")
    alive, infected = contrasts(Plan.of([lin]), [lin])
    assert alive.covariance(infected) < BIAS_CORRELATION * alive.bias.sd * infected.bias.sd < 0
    assert alive.bias.mean > 0 > infected.bias.mean  # in favour of the cells
