"""Judgement: risk and credibility factors follow the figures."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.qualify import judgement
from hepatica.qualify.judgement import CredibilityEvidence, badly_first, risk


def test_risk_and_factors_follow_the_figures(q):
    r = q.risk
    assert r.influence == "high" and r.deaths == pytest.approx(
        1 - np.mean([h.survival[0].mean for h in q.decision.by_hypothesis])
    )
    assert risk(q.scope, 0.01).risk == "medium" and risk(q.scope, 0.5).risk == "high"
    by = {f.key: f for f in q.factors}
    assert len(by) == 16 and by["context"].adequate == "no" and by["persons"].adequate == "no"
    assert by["quality"].adequate == "partly" and by["independence"].values["blind"] == "1"
    order = [f.adequate for f in badly_first(list(q.factors))]
    assert order == sorted(order, key=("no", "partly", "yes").index)

    def again(**changed):
        n = replace(q, **changed)
        names = ("checks", "errors", "sampling", "decision", "known", "grades", "scope", "validated", "people")
        e = CredibilityEvidence(**{name: getattr(n, name) for name in names}, biases={"lin2017": "low"})
        return {f.key: f.adequate for f in judgement.factors(n.risk, e)}

    bad = tuple(replace(c, figure=1.0) if c.key == "nothing" else c for c in q.checks)
    assert again(checks=bad)["quality"] == "no" and again(checks=bad)["numerics"] == "no"
    clear = tuple(replace(s, ahead=1.0, ahead_error=0.1) for s in q.sampling)
    behind = (replace(clear[0], ahead=-1.0), *clear[1:])  # another regimen leads under one hypothesis
    assert again(sampling=clear)["sampling"] == "yes" != again(sampling=behind)["sampling"]
    far = tuple(replace(e, mean_gain=99.0) for e in q.errors)
    assert again(errors=far)["solver"] == "no" and again(errors=far)["discretization"] == "no"
    sourced = {"human": 90, "assumed": 10}
    fresh = replace(q.known, model=q.known.model_here, evidence=q.known.evidence_here)
    assert again(grades=sourced, known=fresh)["inputs"] == "yes"
    assert again(grades=sourced, known=replace(fresh, model="older"))["inputs"] == "no"
    good, none = replace(q.validated.groups[0], in_50=0.5, in_90=0.9, log_score=0.0), {"effects_outside": None}

    def output(**changed):
        return again(validated=replace(q.validated, **changed))["output"]

    assert output(effects_outside=good) == "yes" and output(effects=good, **none) == "partly"  # learnt from
    assert output(effects_outside=replace(good, in_90=0.3, log_score=-99.0)) == "no"
    assert output(effects=None, **none) == "no"  # whatever untreated numbers say
