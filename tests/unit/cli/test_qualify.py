"""`hepatica qualify`: what it writes and prints, and that bad input is one sentence and exit code 2."""

import json

import pytest

from hepatica.evidence import load

SMALL = ["--set", "patients=40", "--set", "draws=40", "--set", "dose='3e5 cells/kg'", "--set", "infusions=4",
         "--set", "route='peripheral_vein'", "--set", "horizon='22 d'", "--patients", 4, "--draws", 20]  # fmt: skip


@pytest.fixture
def run(monkeypatch, hepatica):
    monkeypatch.setattr("hepatica.evidence.load_all", lambda: {k: load(k) for k in ("lin2017",)})
    return hepatica


def test_the_shipped_study_is_qualified_with_a_blind_file(run, unseen, tmp_path):
    code, out, err = run("qualify", *SMALL, "--files", unseen, "--out", tmp_path / "q", "--seed", 3)
    assert code == 0, err
    assert "Model risk" in out and "research use" in out and "Written" in out
    assert {p.name for p in (tmp_path / "q").glob("[!.]*")} == {
        f"qualification.{kind}" for kind in ("html", "md", "json")
    }
    told = json.loads((tmp_path / "q/qualification.json").read_text(encoding="utf-8"))
    assert told["validation"]["standing"] == {"unseen": "blind", "lin2017": "in_sample"} and told["study"]["seed"] == 3
    assert "hepatica qualify" in (tmp_path / "q/qualification.html").read_text(encoding="utf-8")


def test_json_in_chinese(run, tmp_path):
    code, out, _ = run("qualify", *SMALL, "--out", tmp_path / "q", "--json", "--lang", "zh")
    told = json.loads(out)
    assert code == 0 and told["purpose"] == "for research use" and len(told["files"]) == 3
    assert "仅供研究使用" in (tmp_path / "q/qualification.md").read_text(encoding="utf-8")


def test_bad_input_is_one_sentence(run, unseen, tmp_path):
    (tmp_path / "file").write_text("")
    lin = tmp_path / "lin.toml"
    lin.write_text(unseen.read_text(encoding="utf-8").replace('"unseen"', '"lin2017"'), encoding="utf-8")
    for arguments, said in (
        (["none.toml"], "hepatica init"),
        (["--files", tmp_path / "none.toml"], "can be read"),
        (["--files", lin], "change `key`"),
        (["--people", tmp_path / "none.csv"], "exists"),
        (["--left-out", tmp_path / "none"], "--leave-out"),
        (["--influence", tmp_path / "none"], "sensitivity.json"),
        (["--out", tmp_path / "file"], "can be written"),
        (["--lang", "fr"], "en, zh"),
        (["--set", "patience=3"], "patience"),
    ):
        code, out, err = run("qualify", "--out", tmp_path / "q", *SMALL, *arguments)
        assert code == 2 and said in " ".join(err.split()) and "Traceback" not in err and not out, (arguments, err)
    assert not (tmp_path / "q/qualification.html").exists()
