"""hepatica trial: a newcomer's way from nothing to a report, and every error one sentence."""

import json
import tomllib

SMALL = ["--trials", "60", "--failure", "0"]


def test_from_nothing_to_a_report(hepatica, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hepatica("trial", "init")[0] == 0
    text = (tmp_path / "trial.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["patients"] == 200
    (tmp_path / "trial.toml").write_text(text + "\n[bank]\npatients = 24\ndraws = 6\n", encoding="utf-8")
    code, out, _ = hepatica("trial", "protocol", "trial.toml", "--lang", "zh")
    assert code == 0 and "方案摘要" in out
    code, out, err = hepatica("trial", "run", "trial.toml", *SMALL, "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert len(answer["hypotheses"]) == 2 and answer["screened"] == 24
    assert (tmp_path / "trial" / "report.html").exists() and (tmp_path / "trial" / "trial.json").exists()
    code, out, _ = hepatica("trial", "run", "trial.toml", *SMALL)
    assert code == 0 and "Would this trial show it?" in out and "report.html" in out


def test_init_keeps_what_is_there(hepatica, tmp_path):
    path = tmp_path / "t.toml"
    path.write_text("mine")
    code, _, err = hepatica("trial", "init", str(path))
    assert code == 2 and "--force" in err and path.read_text() == "mine"
    assert hepatica("trial", "init", str(path), "--force")[0] == 0


def test_nobody_eligible_is_one_sentence(hepatica, tmp_path):
    path = tmp_path / "t.toml"
    hepatica("trial", "init", str(path))
    text = path.read_text(encoding="utf-8").replace("meld >= 17", "meld >= 90") + "\n[bank]\npatients = 8\ndraws = 4\n"
    path.write_text(text, encoding="utf-8")
    code, out, err = hepatica(
        "trial", "run", str(path), *SMALL, "--bank", str(tmp_path / "b"), "--out", str(tmp_path / "o")
    )
    assert code == 2 and out == "" and "eligible" in err and len(err.strip().splitlines()) == 1
    assert not (tmp_path / "o").exists()


def test_exam_is_shown(hepatica):
    code, out, _ = hepatica("trial", "exam")
    assert code == 0 and "boin-lambda" in out and "within their tolerance" in out
    assert "lambda_e[0]" in hepatica("trial", "exam", "--every")[1]
