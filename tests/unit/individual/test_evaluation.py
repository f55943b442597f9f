"""Evaluation of forecasts: coverage of people made by the model, scores that follow from the rows, words and JSON."""

import json

import numpy as np
import pytest

from hepatica.individual.labs import LABS
from hepatica.individual.predictors import OUTCOME, Predictor
from hepatica.individual.scores import auc, brier, crps_normal
from hepatica.words import LANGUAGES

BARE, MODEL, LAST, REGRESSION, MIXED, POOL = (
    p.value
    for p in (
        Predictor.UNCORRECTED,
        Predictor.CORRECTED,
        Predictor.LAST_VALUE,
        Predictor.REGRESSION,
        Predictor.MIXED_MODEL,
        Predictor.POOL,
    )
)


def test_people_made_by_the_model_are_covered(evaluation):
    """Intervals hold about what they say, over all labs and days, and the model beats the last value and knows who dies."""
    totals = evaluation.totals()
    rows = totals[totals["day"] == "all"]
    assert set(rows["lab"]) == set(LABS)
    held = {share: np.average(rows[f"in {share} %"], weights=rows["n"]) for share in (50, 90)}
    assert held[50] == pytest.approx(0.5, abs=0.08) and held[90] == pytest.approx(0.9, abs=0.05)
    assert np.average(rows[f"model / {LAST}"], weights=rows["n"]) < 0.9
    assert np.average(rows[f"model / {REGRESSION}"], weights=rows["n"]) < 1.1
    assert np.average(rows[f"model / {MIXED}"], weights=rows["n"]) < 1.1
    assert np.average(rows[f"{MIXED} in 90 %"], weights=rows["n"]) == pytest.approx(0.9, abs=0.06)
    assert f"better than the {MIXED}" in evaluation.text()
    # a pool that holds regression and last value is hardly worse than the best of them, and its intervals hold
    assert np.average(rows["pool / best"], weights=rows["n"]) < 1.02
    assert np.average(rows[f"{POOL} in 90 %"], weights=rows["n"]) == pytest.approx(0.9, abs=0.06)
    outcomes = evaluation.outcomes().set_index(["basis", "predictor"])
    assert (outcomes.loc[(slice(None), [BARE, MODEL]), "auc"] > 0.75).all()
    assert (outcomes["auc_low"] < outcomes["auc"]).all() and (outcomes["auc"] < outcomes["auc_high"]).all()


def test_the_frame_and_the_words(evaluation):
    """One row per prediction, scores that follow from it, JSON without people, and what the totals are of."""
    frame = evaluation.frame()
    assert not frame.duplicated(["person", "basis", "quantity", "day", "predictor"]).any()
    labs = frame[frame["quantity"] != OUTCOME]
    normal = labs[labs["predictor"] != POOL]
    again = crps_normal(np.log(normal["observed"]), np.log(normal["predicted"]), normal["sd_log"])
    np.testing.assert_allclose(again, normal["score"], atol=1e-12)
    assert ((labs["low90"] < labs["low50"]) & (labs["high50"] < labs["high90"])).all()
    bilirubin = labs[
        (labs["quantity"] == "bilirubin")
        & (labs["day"] == 7)
        & (labs["basis"] == "day 0")
        & (labs["predictor"] == MODEL)
    ]
    row = evaluation.totals().query("lab == 'bilirubin' and day == '7' and basis == 'day 0'").iloc[0]
    inside = (bilirubin["observed"] >= bilirubin["low50"]) & (bilirubin["observed"] <= bilirubin["high50"])
    assert row["crps model"] == pytest.approx(bilirubin["score"].mean()) and row["in 50 %"] == pytest.approx(
        inside.mean()
    )
    text = json.dumps(evaluation.to_dict(), allow_nan=False)
    assert "for research use" in text and "person" not in text
    assert (
        "research use" in evaluation.text()
        and "platelets are not in the model" in evaluation.text()
        and "is assumed" in evaluation.text()
    )


def test_the_report_is_in_both_languages(evaluation):
    """The same lines, tables and numbers; no sentence of one in the other."""
    english, chinese = (evaluation.text(lang) for lang in LANGUAGES)
    assert english == evaluation.text() and "仅供研究使用" in chinese
    for table in (evaluation.totals().round(3), evaluation.outcomes().round(3)):
        assert table.to_string(index=False) in english and table.to_string(index=False) in chinese
    for sentence in (
        "For research use",
        "Not predicted",
        "Note:",
        "Later labs",
        "is better than",
        "did not weigh",
        "folds",
    ):
        assert sentence in english and sentence not in chinese, sentence
    assert english.count("Not predicted:") == chinese.count("未预测：") == len(evaluation.not_predicted) > 0
    assert english.count(" is better than the ") == chinese.count("优于") == 9


def test_outcomes_are_scored_on_the_same_people(evaluation):
    rows = evaluation.frame().query("quantity == @OUTCOME and basis == 'day 0'")
    wide = rows.pivot(index="person", columns="predictor", values="predicted").dropna()
    event = rows.drop_duplicates("person").set_index("person")["observed"].loc[wide.index].to_numpy(float)
    table = evaluation.outcomes().query("basis == 'day 0'").set_index("predictor")
    for name in table.index:
        assert table.loc[name, "auc"] == pytest.approx(auc(event, wide[name].to_numpy(float)))
        assert table.loc[name, "brier"] == pytest.approx(brier(event, wide[name].to_numpy(float)))
        assert table.loc[name, "model_more_by"] == pytest.approx(table.loc[BARE, "auc"] - table.loc[name, "auc"])
    assert (table["people"] == len(event)).all() and (table["events"] == event.sum()).all()


def test_answers_are_copies(evaluation):
    for table in (evaluation.frame, evaluation.totals, evaluation.outcomes):
        answer = table()
        answer[answer.columns[0]] = "changed"
        assert not (table()[answer.columns[0]] == "changed").any()
