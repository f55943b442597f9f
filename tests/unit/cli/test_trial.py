"""hepatica trial: a newcomer's way from nothing to a report, and every error one sentence."""

import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
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
    assert "Would this trial show it?" in (tmp_path / "trial" / "report.html").read_text(encoding="utf-8")


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


def test_data_of_one_trial_and_an_escalation(hepatica, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hepatica("trial", "init")
    path = tmp_path / "trial.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[bank]\npatients = 16\ndraws = 4\n", encoding="utf-8")
    code, out, err = hepatica("trial", "data", "trial.toml", "--form", "xpt")
    assert code == 0 and "adtte.xpt" in out, err
    assert hepatica("trial", "data", "trial.toml", "--form", "csv")[0] == 2
    text = (ROOT / "studies/trials/aclf-dose-finding.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("patients = 1000\ndraws = 50", "patients = 16\ndraws = 4"), encoding="utf-8")
    code, out, err = hepatica("trial", "run", "trial.toml", "--trials", "50")
    assert code == 0 and "Would this trial find the dose?" in out, err
    code, out, err = hepatica("trial", "data", "trial.toml", "--form", "json", "--out", "escalated")
    assert code == 0 and "adsl.json" in out, err
    code, out, err = hepatica("trial", "search", "trial.toml", "--sizes", "12", "--trials", "50")
    assert code == 0 and "TITE-BO" in out and "research use" in out, err  # a narrow column breaks the name


def test_search_replay_and_safety_refuse_in_one_sentence(hepatica, tmp_path):
    path = tmp_path / "t.toml"
    hepatica("trial", "init", str(path))
    for arguments, says in (
        (["replay", "nobody"], "lin2017"),
        (["safety", str(path), "--event", "odd"], "tumour"),
        (["search", str(tmp_path / "none.toml")], "hepatica trial init"),
    ):
        code, out, err = hepatica("trial", *arguments)
        assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1


def test_studies_are_trials():
    from hepatica.trials.definition.trial_file import load_trial

    studies = {p.stem: load_trial(p) for p in sorted((ROOT / "studies/trials").glob("*.toml"))}
    assert set(studies) == {"aclf-dose-finding", "aclf-dose-response", "aclf-two-arm", "lin2017"}
    assert studies["aclf-dose-response"].adaptive == "mcp_mod"
    assert studies["aclf-dose-finding"].is_dose_finding and len(studies["aclf-two-arm"].look) == 2
    template = (ROOT / "src/hepatica/trial.template.toml").read_text(encoding="utf-8")
    assert (ROOT / "studies/trials/aclf-two-arm.toml").read_text(encoding="utf-8") == template
