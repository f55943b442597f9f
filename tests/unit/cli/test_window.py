"""hepatica window: files, JSON, refusals."""

import json

import pytest

SHORT = ["--points", 4, "--draws", 10, "--varied-draws", 10, "--patients", 10, "--vary", "passage"]
STUDY_SETS = ["--set", "horizon='10 d'", "--set", "infusions=[1]", "--set", "hypotheses=['lung_only']"]


def test_window_writes_its_report_and_prints_it(hepatica, study, tmp_path):
    out_folder = tmp_path / "w"
    code, out, err = hepatica("window", study, *STUDY_SETS, *SHORT, "--out", out_folder)
    assert code == 0, err
    assert "research use" in out and "What the dose does" in out
    names = {p.name for p in out_folder.glob("[!.]*")}
    assert {"report.html", "doses.csv", "curves.csv", "moves.csv", "window.json", "window.svg"} <= names
    kept = json.loads((out_folder / "window.json").read_text(encoding="utf-8"))
    code, out, _ = hepatica(
        "window", study, *STUDY_SETS, *SHORT, "--out", tmp_path / "z", "--json", "--lang", "zh", "--workers", 1
    )
    assert code == 0
    again = json.loads(out)
    assert again["text"] != kept["text"] and again | {"text": []} == kept | {"text": []}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--doses", "1e4 cells/kg", "1e30 cells/kg"], "1e+30"),
        (["--doses", "1e6 cells/kg", "1e5 cells/kg"], "then a higher one"),
        (["--doses", "1e4 mL", "1e5 mL"], "--doses"),
        (["--set", "interval='60 d'"], "before the horizon"),
        (["--set", "seed=1", "--set", "seed=2"], "each key once"),
        (["--limit", "thrombosis=0.1", "--limit", "thrombosis=0.2"], "each harm once"),
        (["--limit", "thrombosis"], "--limit"),
        (["--vary", "route", "--vary", "route"], "each thing once"),
        (["--vary", "moon"], "--vary"),
        (["--relevant", "3 kg"], "--relevant"),
        (["--points", "2"], "points"),
        (["--lang", "fr"], "--lang"),
    ],
)
def test_silly_input_is_one_sentence_and_leaves_no_file(hepatica, study, tmp_path, arguments, says):
    code, out, err = hepatica("window", study, *arguments, "--out", tmp_path / "w")
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1
    assert not (tmp_path / "w").exists()


def test_a_key_that_stands_twice_in_the_file_is_refused(hepatica, study, tmp_path):
    study.write_text("seed = 1\nseed = 2\n" + study.read_text(encoding="utf-8"), encoding="utf-8")
    code, _, err = hepatica("window", study, "--out", tmp_path / "w")
    assert code == 2 and "valid TOML" in err and len(err.strip().splitlines()) == 1
