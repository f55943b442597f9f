"""Validation: standing of each publication, scores by group, the worst predictions first."""

import numpy as np
import pytest

from hepatica.evidence import load
from hepatica.patients import posterior
from hepatica.qualify import validation
from hepatica.qualify.validation import ValidationEvidence, group, validate_by_standing, worst
from hepatica.validation.records import REFERENCES, BaselineScore, Record, Validation
from hepatica.validation.simulated import PredictionSettings


def record(publication, observed=1.0, score=-1.0, plain=-2.0, against=""):
    quantiles = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    return Record(
        publication=publication,
        arm="a",
        against=against,
        endpoint="inr",
        unit="1",
        time=7.0,
        observed=observed,
        quantiles=quantiles,
        crps=0.1,
        log_score=score,
        by_hypothesis={},
        references=dict.fromkeys(REFERENCES, BaselineScore(0.0, 1.0, 0.2, plain)),
        cells=bool(against),
    )


def test_standing_and_groups(monkeypatch, system):
    """A publication that was learnt from is never shown as a prediction, whoever hands it in."""
    calls = []

    def validate(system, publications, evidence, known, *, left_out=None, **_):
        calls.append((tuple(p.key for p in publications), left_out))
        keys = [p.key for p in publications]
        inside = tuple(k for k in keys if k in ("lin2017", "jilin") and k not in (left_out or {}))
        return Validation(tuple(record(k) for k in keys), {"x": "why"}, {f"{k} a": 0.5 for k in keys} | {"bare": 1.0},
                          dict.fromkeys(left_out or {}, 0.8), inside)  # fmt: skip

    monkeypatch.setattr(validation, "validate", validate)
    mine = load("lin2017").model_copy(update={"key": "mine"})
    asked = tuple(load(k) for k in ("lin2017", "jilin", "suk2016"))
    sizes = PredictionSettings(people=4, draws=20, seed=1)

    def judge(predicted, blind, **left_out):
        evidence = ValidationEvidence(predicted=predicted, blind=blind, left_out=left_out)
        return validate_by_standing(system, evidence, asked, None, hypotheses=("a",), settings=sizes)

    v = judge(asked, (mine,), jilin=posterior())
    assert v.standing == {"mine": "blind", "lin2017": "in_sample", "jilin": "left_out", "suk2016": "unlearnt"}
    assert [g.key for g in v.groups] == ["blind", "left_out", "unlearnt", "in_sample"] and v.outside == [
        "mine",
        "jilin",
        "suk2016",
    ]
    assert v.effective_share == 0.5 and v.matched == 4 and v.validation.pareto_k == {"jilin": 0.8} and v.effects is None
    assert calls[0] == (("mine",), None) and set(calls[1][1]) == {"jilin"}
    again = judge(asked[:1], asked[:1])
    assert again.standing == {"lin2017": "in_sample"}


def test_groups_score_as_totals_do_and_the_worst_stand_first():
    rows = [
        record("a"),
        record("a", observed=9.0),
        record("b", score=-6.0),
        record("b", score=-3.0),
        record("c", score=-9.0),
    ]
    g = group("blind", rows[:4])
    assert g.in_90 == pytest.approx((0.5 + 1.0) / 2) and g.numbers == 4 and g.log_score == pytest.approx((-1 - 4.5) / 2)
    assert g.beats == 0 and g.publications == ("a", "b") and group("blind", []) is None
    assert [(r.publication, r.log_score) for r in worst(rows)] == [("c", -9.0), ("b", -6.0)]
