"""hepatica model: counts, pages and exports."""

import json

import pytest

from hepatica.exchange import check


def test_model_check_counts_and_finds_nothing_wrong(hepatica):
    code, out, _ = hepatica("model", "--check", "--json")
    found = json.loads(out)
    assert code == 0 and set(found) == {
        "modules",
        "states",
        "flows",
        "parameters",
        "grades",
        "constant",
        "problems",
    } | {"model_hash", "purpose"}
    assert found["problems"] == [] and sum(found["grades"].values()) == found["parameters"]
    assert "zero unit errors" in hepatica("model", "--check")[1]
    assert "hepatocytes" in hepatica("model", "--module", "hepatocytes")[1]


def test_the_model_is_exported_whole_or_not_at_all(hepatica, study, tmp_path):
    code, out, _ = hepatica("model", "--export", tmp_path / "model.xml", "--export", tmp_path / "model.omex")
    assert code == 0 and "typical healthy person" in out and "research use" in out
    assert check((tmp_path / "model.xml").read_text(encoding="utf-8")) == [] and (tmp_path / "model.omex").exists()
    (tmp_path / "file").touch()
    code, _, err = hepatica("model", "--export", tmp_path / "file" / "model.xml")
    assert code == 2 and "can be written" in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "model.omex", "model.xml", "study.toml"]


def test_a_patient_of_a_study_is_exported(hepatica, small, study, tmp_path):
    code, out, _ = hepatica(
        "model", "--export", tmp_path / "m.xml", "--study", study, *small, "--patient", "3", "--json"
    )
    found = json.loads(out)
    assert code == 0 and "patient 3" in found["simulation"] and "x4 q7d" in found["simulation"]
    assert '<event id="given_8"' in (tmp_path / "m.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--patient", "3"], "--study"),
        (["--study", "STUDY", "--patient", "40"], "0 to 39"),
        (["--study", "STUDY", "--arm", "nope"], "standard care"),
        (["--study", "STUDY", "--hypothesis", "nope"], "label_is_cells"),
    ],
)
def test_a_patient_that_is_not_there_is_refused(hepatica, small, study, tmp_path, arguments, says):
    given = [word for a in arguments for word in ((study, *small) if a == "STUDY" else (a,))]
    code, _, err = hepatica("model", "--export", tmp_path / "m.xml", *given)
    assert code == 2 and says in err and not (tmp_path / "m.xml").exists()
