"""Records and means in which each publication counts once."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hepatica.validation.records import REFERENCES, BaselineScore, HypothesisScore, Record, Validation, coverage
from hepatica.validation.scores import Predictive


def record(publication, observed, **fields):
    usual = {
        "publication": publication,
        "arm": "a",
        "against": "",
        "endpoint": "inr",
        "unit": "1",
        "time": 7.0,
        "observed": observed,
        "quantiles": np.array([1.0, 2.0, 3.0, 4.0, 5.0]),
        "crps": 0.5,
        "log_score": -1.0,
        "by_hypothesis": {"h": HypothesisScore(3.0, 0.4, -0.9)},
        "references": dict.fromkeys(REFERENCES, BaselineScore(0.0, 6.0, 0.8, -2.0)),
        "cells": False,
    }
    return Record(**usual | fields)


def test_a_record_is_flat_and_names_every_score():
    flat = record("p", 2.5, odds=(1.5, 1.4, 0.9, 2.2)).json()
    assert (flat["q05"], flat["median"], flat["q95"], flat["h_crps"], flat["no_effect_q95"]) == (1, 3, 5, 0.4, 6)
    assert (flat["odds_ratio"], flat["odds_ratio_q95"]) == (1.5, 2.2) and "odds_ratio" not in record("p", 2.5).json()
    json.dumps(flat, allow_nan=False)


def test_publications_count_once_whatever_their_numbers():
    v = Validation((record("p", 3.0), record("p", 3.5), record("p", 9.0), record("q", 9.0)))
    assert coverage(v) == pytest.approx(((2 / 3 + 0) / 2, (2 / 3 + 0) / 2))
    totals = v.totals().set_index("publication")
    assert totals.loc["p", "in_50"] == pytest.approx(2 / 3) and totals.loc["q", "in_90"] == 0
    whole = totals.loc["all, each once"]
    assert whole["in_50"] == pytest.approx(1 / 3) and whole["numbers"] == 4
    assert totals.loc["p", "crps"] == pytest.approx(np.mean([0.5 / 3.0, 0.5 / 3.5, 0.5 / 9.0]))
    assert totals.loc["q", "width_90"] == pytest.approx(4 / 9)


def test_scores_of_a_baseline_are_those_of_its_distribution():
    x = Predictive.normal(np.arange(5.0), np.ones(5))
    score = BaselineScore.of(x, 0.7)
    assert score == (x.quantiles()[0], x.quantiles()[4], x.crps(0.7), x.log_score(0.7), *x.monte_carlo_errors(0.7))
    mine = HypothesisScore.of(x, 0.7)
    assert mine == (2.0, x.crps(0.7), x.log_score(0.7), *x.monte_carlo_errors(0.7)) and mine.crps_error > 0


def test_the_error_of_a_mean_score_is_that_of_the_batches_it_shares():
    """Two numbers whose batches move together have the error of one; two that move apart have none."""
    up, down = np.array([[1.0, 3.0], [0.0, 2.0]]), np.array([[3.0, 1.0], [2.0, 0.0]])
    together = Validation((replace(record("p", 1.0), batches=up),) * 2).totals()
    assert together["crps_error"].iloc[-1] == pytest.approx(1.0) and together["logscore_error"].iloc[0] == 1.0
    apart = Validation((replace(record("p", 1.0), batches=up), replace(record("q", 1.0), batches=down))).totals()
    assert apart["crps_error"].tolist() == pytest.approx([1.0, 1.0, 0.0])


def test_a_statement_has_scores_and_lies_in_no_interval():
    told = replace(record("p", float("nan")), statement="lower", probability=0.8)
    v = Validation((told, record("p", 3.0)))
    totals = v.totals().set_index("publication").loc["p"]
    assert totals["in_50"] == 1.0 and totals["numbers"] == 2 and np.isfinite(totals["crps"])
    assert coverage(v) == (1.0, 1.0) and v.frame()["observed"].isna().tolist() == [True, False]
    assert told.json()["statement"] == "lower" and told.json()["observed"] is None
    assert np.isnan(Validation((told,)).totals()["in_90"].astype(float)).all()


def test_parts_join_in_their_order():
    one = Validation((record("p", 1.0),), {"a": "b"}, in_sample=("p",), assumed={"p x": ("y",)})
    both = Validation.joined([one, Validation((record("q", 1.0),), {"c": "d"}, {"q x": 0.5})])
    assert [r.publication for r in both.records] == ["p", "q"] and list(both.not_predicted) == ["a", "c"]
    assert both.in_sample == ("p",) and both.matching == {"q x": 0.5} and both.assumed == {"p x": ("y",)}


def test_nothing_predicted_is_an_empty_table():
    assert Validation(()).frame().empty and Validation(()).totals().empty


def test_untreated_numbers_and_differences_are_totalled_apart():
    rows = [record("p", 3.0), record("p", 3.0, cells=True), record("p", 3.0, cells=True, against="a")]
    parts = Validation((*rows, rows[0])).parts().set_index("part")
    assert parts["numbers"].to_dict() == {"untreated": 2, "with_cells": 1, "differences": 1}
    assert Validation(tuple(rows[:1])).parts()["part"].tolist() == ["untreated"]
