"""Statements of a publication made up for this test: probabilities against counting of simulated numbers."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.calibrate.matching import simulated_arm
from hepatica.evidence.findings import Finding
from hepatica.evidence.publications import read
from hepatica.validation import statements
from hepatica.validation.comparison import ComparedArms
from hepatica.validation.scores import Predictive

SHARE = {"variable": "death", "unit": "percent", "time": 90}
LAB = {"variable": "bilirubin", "unit": "mg/dL", "time": 28}
DRAWS = 40


@dataclass(frozen=True)
class Known:
    """Predictions in closed form: death 30 % with cells, 45 % without; bilirubin falls by 4 (SD 2 of its mean)."""

    publication: object
    arms: dict

    def hypotheses_of(self, arm):
        return ("one",)

    def compared(self, o, endpoint, other, n, m, hypothesis):
        share = {"cells": 0.3, "care": 0.45}
        return ComparedArms.of_shares("death", *(np.full(DRAWS, share[x.arm]) for x in (o, other)), n, m)

    def arm(self, o, endpoint, n, hypothesis):
        if o.variable == "death":
            return Predictive.share(np.full(DRAWS, 0.3), n)
        return Predictive.normal(np.full(DRAWS, -4.0), np.full(DRAWS, 2.0))


class Plain:
    """Baselines that say what the model says."""

    def __init__(self, model):
        self.model = model

    def compared(self, *asked):
        return {"no_effect": self.model.compared(*asked, "one")}

    def arm(self, *asked):
        return {"no_effect": self.model.arm(*asked, "one")}


@pytest.fixture(scope="module")
def model(head, row):
    from hepatica.calibrate.endpoints import Endpoint

    p = read(head.format(i=7, n=100) + row("care", Endpoint("survival", 28.0), 60, 100))
    return Known(p, {a.id: simulated_arm(p, a) for a in p.arms})


def scored(model, **fields):
    return statements.record(model, Plain(model), Finding(**fields))


def test_a_direction_is_as_likely_as_simulated_trials_show_it(model):
    rng = np.random.default_rng(5)
    lower = (rng.binomial(100, 0.3, 200_000) < rng.binomial(100, 0.45, 200_000)).mean()
    r = scored(model, arm="cells", against="care", kind="sign", direction="lower", **SHARE)
    assert r.probability == pytest.approx(lower, abs=0.01) and r.is_statement and r.statement == "lower"
    assert r.crps == pytest.approx((1 - r.probability) ** 2) and r.log_score == pytest.approx(np.log(r.probability))
    turned = scored(model, arm="care", against="cells", kind="sign", direction="higher", **SHARE)
    assert turned.probability == pytest.approx(r.probability) and turned.quantiles[2] == pytest.approx(-r.quantiles[2])
    assert scored(model, arm="cells", against="care", kind="sign", direction="higher", **SHARE).probability == (
        pytest.approx(1 - r.probability)
    )


def test_a_range_of_a_share_is_counted_in_whole_people(model):
    counts = np.random.default_rng(6).binomial(100, 0.3, 200_000)
    inside = ((counts >= 25) & (counts <= 35)).mean()
    r = scored(model, arm="cells", kind="interval", low=25.0, high=35.0, **SHARE)
    assert r.probability == pytest.approx(inside, abs=0.005) and r.statement == "25 - 35" and not r.against
    open_end = scored(model, arm="cells", kind="interval", high=35.0, **SHARE)
    assert open_end.probability == pytest.approx((counts <= 35).mean(), abs=0.005)


def test_a_p_value_by_its_bound_and_by_itself(model):
    """Bounds have the power of the test; an exact value has the density of the folded statistic."""
    se = np.sqrt(0.3 * 0.7 / 100 + 0.45 * 0.55 / 100)
    z, edge = -0.15 / se, norm.isf(0.025)
    power = norm.cdf(-edge - z) + norm.sf(edge - z)
    bound = scored(model, arm="cells", against="care", kind="p_value", p_high=0.05, **SHARE)
    assert bound.probability == pytest.approx(power) and bound.statement == "p < 0.05"
    rest = scored(model, arm="cells", against="care", kind="p_value", p_low=0.05, **SHARE)
    assert rest.probability == pytest.approx(1 - power) and rest.statement == "p > 0.05"
    one = scored(model, arm="cells", against="care", kind="p_value", p_high=0.05, direction="lower", **SHARE)
    assert one.probability == pytest.approx(norm.cdf(-edge - z))
    exact = scored(model, arm="cells", against="care", kind="p_value", p=0.02, **SHARE)
    seen = norm.isf(0.01)
    assert exact.observed == pytest.approx(seen)
    assert exact.log_score == pytest.approx(np.log(norm.pdf(seen - z) + norm.pdf(-seen - z)))
    signed = scored(model, arm="cells", against="care", kind="p_value", p=0.02, direction="lower", **SHARE)
    assert signed.observed == pytest.approx(-seen) and signed.log_score == pytest.approx(norm.logpdf(-seen - z))


def test_a_difference_on_the_scale_that_is_printed(model):
    ratio = scored(model, arm="cells", against="care", kind="difference", scale="hazard_ratio", value=0.6, **SHARE)
    true = np.log(np.log(0.7) / np.log(0.55))
    assert ratio.observed == pytest.approx(np.log(0.6)) and ratio.quantiles[2] == pytest.approx(true, abs=0.01)
    assert ratio.unit == "log" and ratio.endpoint_text == "death (hazard ratio)"
    points = scored(model, arm="cells", against="care", kind="difference", value=-12.0, **SHARE)
    assert points.quantiles[2] == pytest.approx(-15.0, abs=0.1) and points.unit == "percentage points"


def test_a_change_since_day_0_in_one_arm(model):
    fell = scored(model, arm="cells", kind="sign", direction="lower", **LAB)
    assert fell.probability == pytest.approx(norm.cdf(2.0)) and fell.change
    tested = scored(model, arm="cells", kind="p_value", p_high=0.05, **LAB)
    assert tested.probability == pytest.approx(norm.cdf(-norm.isf(0.025) + 2) + norm.sf(norm.isf(0.025) + 2))


def test_a_day_that_is_not_exact_is_the_mixture_over_its_span(model, monkeypatch):
    falls = {28.0: -2.0, 35.0: -4.0, 42.0: -6.0}
    of_day = lambda self, o, e, n, h: Predictive.normal(np.full(DRAWS, falls[e.time]), np.full(DRAWS, 2.0))  # noqa: E731
    monkeypatch.setattr(Known, "arm", of_day)
    r = scored(model, arm="cells", kind="sign", direction="lower", until=42.0, **LAB)
    assert r.probability == pytest.approx(norm.cdf([1.0, 2.0, 3.0]).mean()) and r.day_text == "28 - 42"


def test_why_a_finding_cannot_be_predicted(model):
    """Each reason is a sentence; nothing is predicted of what it is about."""
    alone = replace(model, arms={"cells": model.arms["cells"]})
    sign = {"arm": "cells", "kind": "sign", "direction": "lower"}
    for m, fields, why in (
        (alone, sign | SHARE | {"against": "care"}, "arm 'care' is not predicted"),
        (model, sign | LAB | {"variable": "procollagen_3_peptide", "unit": "ug/L"}, "peptides in serum are not"),
        (model, sign | LAB | {"time": 4000}, "later than is followed, 1826 days"),
        (model, {"arm": "cells", "kind": "interval", "high": 30.0} | LAB | {"time": 0}, "people at day 0"),
        (model, sign | SHARE | {"against": "care", "variable": "fever"}, "not by the disease"),
    ):
        assert why in statements.lacks(m, Finding(**fields)), why
    everyone = model.publication.model_copy(
        update={"arms": tuple(a.model_copy(update={"n": None}) for a in model.publication.arms)}
    )
    assert "number of people" in statements.lacks(replace(model, publication=everyone), Finding(**(sign | LAB)))
    assert statements.reasons(model, [Finding(**(sign | LAB))]) == {}
