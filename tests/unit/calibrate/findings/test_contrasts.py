"""Contrasts of findings: what they teach, against what numbers of both arms teach."""

import numpy as np
import pytest

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.contrast import contrasts
from hepatica.calibrate.contrast_likelihood import log_likelihood
from hepatica.calibrate.error_model.bias import BIAS
from hepatica.calibrate.likelihood import Scale
from hepatica.evidence import load
from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import Observation

SHARE = {"arm": "msc", "against": "smt", "variable": "death", "unit": "percent", "time": 90}
LAB = {"arm": "msc", "against": "smt", "variable": "bilirubin", "unit": "mg/dL", "time": 28}


def made(*findings, observations=()):
    """Contrasts of Lin 2017's arms with other findings and numbers."""
    p = load("lin2017").model_copy(update={"observations": tuple(observations), "findings": tuple(findings)})
    return contrasts(Plan.of([p]), [p])


def likeliest(c, x):
    return x[int(np.argmax(log_likelihood([c], x[:, None])))]


def test_a_direction_rules_out_its_contrary_and_says_no_size():
    (c,) = made(Finding(kind="sign", direction="lower", **SHARE))
    fit = log_likelihood([c], np.array([[-3.0], [-1.0], [0.0], [1.0], [3.0]]))
    assert (np.diff(fit) < 0).all() and fit[0] > -0.2 and c.statement is not None and np.isnan(c.value)
    (other,) = made(Finding(kind="sign", direction="higher", **(SHARE | {"arm": "smt", "against": "msc"})))
    assert (other.treated, other.control) == ("msc", "smt")
    assert log_likelihood([other], np.array([[-1.0], [1.0]])) == pytest.approx(fit[[1, 3]])


def test_ratios_are_log_odds_ratios_where_the_share_of_the_control_is_printed():
    control = Observation(arm="smt", variable="survival", unit="percent", time=90, kind="proportion", value=60.0, n=54)
    hr = Finding(kind="difference", scale="hazard_ratio", value=0.5, low=0.3, high=0.8, **SHARE)
    (c,) = made(hr, observations=[control])
    assert c.value == pytest.approx(np.log((1 - 0.6**0.5) / 0.6**0.5) - np.log(0.4 / 0.6)) and c.statement is None
    assert made(hr) == ()  # without the control's share a hazard ratio is no odds ratio
    (odds,) = made(Finding(kind="difference", scale="odds_ratio", value=0.5, p=0.04, **SHARE))
    assert odds.value == pytest.approx(np.log(0.5)) and odds.error == pytest.approx(np.log(2) / 2.0537, rel=1e-3)
    points = Finding(kind="difference", value=-20.0, **SHARE)
    assert made(points, observations=[control])[0].value == pytest.approx(np.log(0.2 / 0.8) - np.log(0.4 / 0.6))


def test_numbers_of_both_arms_say_more_and_are_not_said_twice():
    rows = [
        Observation(arm=a, variable="death", unit="percent", time=90, kind="proportion", value=v, n=50)
        for a, v in (("msc", 30.0), ("smt", 45.0))
    ]
    found = made(Finding(kind="sign", direction="lower", **SHARE), observations=rows)
    assert len(found) == 1 and found[0].statement is None


def test_an_exact_p_value_with_its_direction_is_the_number_that_it_came_from():
    (c,) = made(Finding(kind="p_value", p=0.02, direction="lower", **LAB))
    assert c.scale is Scale.LOG
    shift = BIAS[load("lin2017").risk_of_bias].shift("bilirubin", c.between).mean
    x = np.linspace(-2, 2, 4001)
    assert likeliest(c, x) == pytest.approx(-2.3263 * c.error - shift, abs=0.002)
    (open_,) = made(Finding(kind="p_value", p=0.02, **LAB))
    both = log_likelihood([open_], np.array([[2.3263 * c.error - shift], [-2.3263 * c.error - shift]]))
    assert both[0] == pytest.approx(both[1])


def test_what_cannot_be_used_makes_no_contrast():
    assert made(Finding(kind="sign", direction="lower", usable=False, note="why", **SHARE)) == ()
    assert made(Finding(kind="sign", direction="lower", **(SHARE | {"variable": "fever"}))) == ()
    assert made(Finding(kind="difference", value=-2.0, **LAB)) == ()  # neither a mean nor an SD in mg/dL is printed
