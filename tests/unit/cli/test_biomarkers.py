"""hepatica biomarkers: report, JSON, and one sentence for what is wrong."""

import json

STUDY = """
title = "Small"
patients = 100
draws = 40
horizon = "30 d"
posterior = "prior"
[grid]
dose = ["1e6 cells/kg"]
infusions = [1]
"""


def test_it(hepatica, tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    code, out, err = hepatica("biomarkers", path, "--patients", 100, "--out", tmp_path / "b")
    assert code == 0 and "proves nothing about people" in out and "Rule for day 0" in out, err
    assert {p.name for p in (tmp_path / "b").iterdir()} >= {"report.html", "markers.csv", "biomarkers.json"}
    assert json.loads((tmp_path / "b/biomarkers.json").read_text())["purpose"] == "for research use"
    code, out, err = hepatica("biomarkers", path, "--patients", 3, "--out", tmp_path / "c")
    assert code == 2 and out == "" and "patients" in err and len(err.strip().splitlines()) == 1
