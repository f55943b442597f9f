"""Request of a qualification: the dossier of the function below it, and what is refused before any work."""

import json
from pathlib import Path

import pytest

from hepatica.api.qualify import QualifyAnswer, QualifyRequest
from hepatica.errors import InputError
from hepatica.evidence import load
from hepatica.qualify.dossier import as_record
from hepatica.study import check_study


def test_the_dossier_is_that_of_the_function(q, system, unseen, monkeypatch):
    """`q` is made by the function itself, of the same study, publications and sizes."""
    monkeypatch.setattr("hepatica.evidence.load_all", lambda: {"lin2017": load("lin2017")})
    got = QualifyRequest(study=q.study, blind=[unseen], patients=4, draws=20).run(system=system)
    expected = QualifyAnswer(**as_record(q))
    for name in ("study", "risk", "code", "calculation", "sampling", "decision", "settings", "people"):
        assert getattr(got, name) == getattr(expected, name), name
    assert got.validation["standing"] == {"unseen": "blind", "lin2017": "in_sample"} and got.files == []
    assert got.applicability["regimens"] == expected.applicability["regimens"]


def test_files_are_refused_before_any_work(q, unseen, tmp_path, monkeypatch):
    monkeypatch.setattr("hepatica.qualify.dossier.qualify", lambda *_, **__: pytest.fail("it began to work"))
    lin = tmp_path / "lin.toml"
    lin.write_text(unseen.read_text(encoding="utf-8").replace('"unseen"', '"lin2017"'), encoding="utf-8")
    for wrong, says in (
        ({"blind": [lin]}, "change `key`"),
        ({"blind": [unseen, unseen]}, "change `key`"),
        ({"people": tmp_path / "none.csv"}, "exists"),
        ({"left_out": tmp_path}, "--leave-out"),
    ):
        with pytest.raises(InputError, match=says):
            QualifyRequest(study=q.study, **wrong).run(system=q.system)


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
