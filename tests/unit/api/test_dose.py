"""Dose answers: the numbers of the decision table under their names."""

import math

import pytest

from hepatica.api.dose import DoseAnswer, DoseRequest
from hepatica.dose_study import answer
from hepatica.study import check_study

GRID = {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]}
STUDY = {"title": "t", "patients": 8, "draws": 8, "horizon": "30 d", "grid": GRID}


@pytest.fixture(scope="module")
def found(system):
    return answer(check_study(STUDY), system=system)


def test_the_answer_is_that_of_the_decision(found):
    told, d = DoseAnswer.of(found, text=["One."], report="r.html"), found.decision
    assert told.recommended == d.arms[d.recommended].name and told.top_ranked == d.arms[d.top].name
    assert told.verdict.form == d.conclusion.form.value and told.verdict.is_confirmed
    assert [r.gain for r in told.verdict.by_hypothesis] == [j.gain for j in d.conclusion.judgements]
    assert len(told.verdict.readers) == 3 * len(found.study.hypotheses)
    assert [j.gain for j in told.verdict.as_drawn] == [j.gain for j in found.decision.conclusion.as_drawn]
    assert told.verdict.leaders[0].form is None and told.verdict.leaders[0].arm == "standard care"
    assert (told.text, told.report, told.run.seed) == (["One."], "r.html", found.study.seed)
    assert set(told.best) == set(told.null_effect_probability) == set(found.study.hypotheses)
    assert DoseAnswer.model_validate_json(told.model_dump_json()) == told


def test_every_arm_has_the_numbers_of_the_table(found):
    told, rows = DoseAnswer.of(found), found.decision.frame().to_dict(orient="records")
    assert len(told.arms) == len(rows)
    for arm, row in zip(told.arms, rows, strict=True):
        assert (arm.hypothesis, arm.arm) == (row["hypothesis"], row["arm"])
        assert (arm.duration, arm.source) == (row["duration"], row["source"])
        assert (arm.gain.mean, arm.gain.low, arm.gain.high) == (row["gain"], row["gain_low"], row["gain_high"])
        assert (arm.survival.mean, arm.survival_gain.low) == (row["survival"], row["survival_gain_low"])
        assert all(e.mean == row[f"excess_{harm}"] for harm, e in arm.excess.items()) and arm.excess
        assert arm.regret == (row["regret"] if math.isfinite(row["regret"]) else None)


def test_a_request_is_the_same_question(found, system):
    assert DoseRequest.check({"study": STUDY}).run(system=system) == DoseAnswer.of(found)
