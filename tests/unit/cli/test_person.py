"""hepatica person: template, suggestion, check in both languages, JSON, and the record written without identity."""

import json
import tomllib
from types import SimpleNamespace

BROKEN = 'age = 54\n[[labs]]\nday = 0\ncreatinine = 90\nalt = "40 U/L"\n'


def test_the_template_is_checked_and_written(hepatica, tmp_path):
    code, template, _ = hepatica("person", "--template")
    path = tmp_path / "patient.toml"
    path.write_text(template, encoding="utf-8")
    code, out, _ = hepatica("person", str(path), "--check")
    assert code == 0 and "Person: 54 years, male" in out and "bilirubin, mg/dL" in out and "research use" in out
    for name in ("a.json", "a.toml"):
        code, out, _ = hepatica("person", str(path), "--out", str(tmp_path / name), "--lang", "zh")
        assert code == 0 and "肌酐" in out and "2024" not in (tmp_path / name).read_text(encoding="utf-8")
    answers = [
        json.loads(hepatica("person", str(tmp_path / name), "--check", "--json")[1]) for name in ("a.json", "a.toml")
    ]
    assert answers[0] == answers[1] and answers[0]["age"] == 54


def test_a_name_that_cannot_be_written_is_refused_before_anything_is_said(hepatica, tmp_path):
    path = tmp_path / "patient.toml"
    path.write_text("age = 54\n")
    for name in ("a.pdf", "patient.toml"):
        code, out, err = hepatica("person", str(path), "--out", str(tmp_path / name))
        assert code == 2 and out == "" and "--out" in err
    assert path.read_text() == "age = 54\n"
    code, _, err = hepatica("person", str(path), "--mapping", str(tmp_path / "mapping.toml"))
    assert code == 2 and "mapping" in err and "a CSV file" in err
    path.write_text("\n")
    code, _, err = hepatica("person", str(path))
    assert code == 2 and "nothing is stated" in err and "--template" in err


def test_what_is_refused(hepatica, tmp_path):
    path = tmp_path / "patient.toml"
    path.write_text(BROKEN)
    code, out, err = hepatica("person", str(path))
    assert code == 2 and out == "" and "creatinine has no unit" in err and len(err.strip().splitlines()) == 1
    code, out, _ = hepatica("person", str(path), "--check")
    assert code == 1 and "Refused (1)" in out and "creatinine has no unit" in out and "ALT" in out
    code, out, _ = hepatica("person", str(path), "--check", "--lang", "zh")
    assert code == 1 and "肌酐没有单位" in out
    code, out, _ = hepatica("person", str(path), "--check", "--json")
    assert code == 1 and json.loads(out)["refused"][0]["code"] == "unit_missing"
    code, _, err = hepatica("person", str(path), "--check", "--out", str(tmp_path / "b.toml"))
    assert code == 2 and not (tmp_path / "b.toml").exists()
    assert hepatica("person")[0] == 2


def test_the_admission_of_a_bundle(hepatica, tmp_path):
    path, bundle = tmp_path / "patient.toml", tmp_path / "a.json"
    path.write_text('[[labs]]\nday = 3\nalt = "40 U/L"\n')
    assert hepatica("person", str(path), "--out", str(bundle))[0] == 0
    code, out, _ = hepatica("person", str(bundle), "--check", "--json", "--admission", "2000-01-03")
    assert code == 0 and json.loads(out)["labs"][0]["day"] == 1.0
    for wrong in ("soon", "2024-13-01"):
        code, _, err = hepatica("person", str(bundle), "--admission", wrong)
        assert code == 2 and "admission" in err and len(err.strip().splitlines()) == 1
    assert hepatica("person", str(path), "--admission", "2024-05-01")[0] == 2


def test_a_suggested_mapping_is_completed_and_used(hepatica, tmp_path):
    path, mapping = tmp_path / "a.csv", tmp_path / "mapping.toml"
    path.write_text("Day,Cr,INR\n0,90,2.1\n")
    code, text, _ = hepatica("person", str(path), "--suggest")
    assert "For research use" in text
    assert code == 0 and tomllib.loads(text)["labs"]["creatinine"]["unit"] == "?"
    mapping.write_text(text)
    code, _, err = hepatica("person", str(path), "--mapping", str(mapping))
    assert code == 2 and "labs.creatinine.unit open" in err
    mapping.write_text(text.replace("?", "umol/L"))
    code, out, _ = hepatica("person", str(path), "--mapping", str(mapping), "--check")
    assert code == 0 and "1.018" in out
    path.write_text("pid,Day,Cr,INR\n7,0,90,2.1\n8,0,x,2.0\n")
    mapping.write_text('person = "pid"\n' + text.replace("?", "umol/L"))
    code, out, _ = hepatica("person", str(path), "--mapping", str(mapping), "--check")
    assert code == 1 and "People: 2" in out and "line 3, Cr: creatinine is no number" in out


def test_the_schema_of_a_patient(hepatica):
    code, out, _ = hepatica("schema", "--of", "patient")
    assert code == 0 and "creatinine" in json.loads(out)["properties"]["labs"]["items"]["properties"]


def test_the_forecast(hepatica, tmp_path, monkeypatch):
    from hepatica.individual.library import store

    monkeypatch.setattr(store, "BLOCK", 100)
    monkeypatch.setattr(store, "cache", SimpleNamespace(read=lambda name: None, write=lambda name, content: None))
    path = tmp_path / "patient.toml"
    path.write_text('age = 54\nbackground = "none"\n[[labs]]\nday = 0\ninr = 2.1\nbilirubin = "8 mg/dL"\n')
    asked = ("person", path, "--library", 100, "--horizon", 28, "--posterior", "prior", "--report", tmp_path / "r")
    code, out, err = hepatica(*asked)
    assert code == 0 and "recalibrated on 207 people" in out and "acute liver failure" in out, err
    assert {p.name for p in (tmp_path / "r").iterdir()} >= {"report.html", "labs.csv", "forecast.json"}
    code, out, _ = hepatica(*asked, "--json")
    assert code == 0 and json.loads(out)["kind"] == "acute"
    code, out, err = hepatica(*asked, "--kind", "sick")
    assert code == 2 and out == "" and "kind" in err
    assert hepatica(*asked, "--horizon", 0)[0] == 2


def test_the_command_of_a_report_names_nobody():
    from hepatica.api.person.forecast import PersonForecastRequest
    from hepatica.cli.person import anonymous_command

    asked = {"file": "/home/clinic/li_wei.CSV", "mapping": "/home/clinic/ward.toml", "admission": "2024-05-01"}
    more = {"horizon": 365.0, "kind": "acute", "refine": True, "posterior": "/home/clinic/own.parquet"}
    assert anonymous_command(PersonForecastRequest.check(asked | more)) == (
        "hepatica person patient.csv --mapping mapping.toml --horizon 365 --kind acute --refine --posterior own.parquet"
    )
    assert anonymous_command(PersonForecastRequest.check({"file": "li_wei.toml"})) == "hepatica person patient.toml"
