"""Qualification requests and answers: the dossier as JSON, whole and without NaN."""

import json
from pathlib import Path

import pytest

from hepatica.api.qualify import QualifyAnswer, QualifyRequest
from hepatica.errors import InputError
from hepatica.study import check_study

STUDY = check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"]}})


def test_an_answer_is_the_dossier_as_json(q):
    answer = QualifyAnswer.of(q, [Path("q") / "dossier.html"])
    told = json.loads(answer.model_dump_json())
    assert "NaN" not in answer.model_dump_json() and told["files"] == [str(Path("q") / "dossier.html")]
    assert told["study"]["hash"] == q.study.hash and told["run"]["model_hash"] == q.system.model.hash
    assert len(told["factors"]) == len(q.factors) and len(told["code"]) == len(q.checks)
    assert {r["publication"] for r in told["validation"]["records"]} == {"lin2017", "unseen"}
    assert told["people"] is None and told["purpose"] == "for research use"


@pytest.mark.parametrize(("key", "value"), [("patients", 3), ("draws", 19)])
def test_too_small_a_prediction_is_refused(key, value):
    assert QualifyRequest.check({"study": STUDY, key: value + 1})
    with pytest.raises(InputError, match=f"^{key}: got {value}"):
        QualifyRequest.check({"study": STUDY, key: value})
