"""`hepatica calibrate`: what it writes and prints in both languages, and that bad input is one sentence and exit code 2."""

import json

import pytest

from hepatica.api.calibrate import CalibrateAnswer, CalibrateRequest
from hepatica.evidence import evidence_hash, load_all
from hepatica.evidence.publications import read
from hepatica.patients import Draws

OWN = """
key = "own2026"
title = "Our cohort"
cite = "unpublished"
country = "nowhere"
design = "cohort"
role = "calibration"
disease = "HBV-related ACLF"
population = "hbv_aclf"
[[arm]]
id = "all"
label = "standard care"
n = 80
[[observation]]
arm = "all"
variable = "bilirubin"
unit = "mg/dL"
time = 28
kind = "mean_sd"
value = 12
sd = 4
n = 60
"""
LESS = [part for key in load_all() if key not in ("lin2017", "alss2019") for part in ("--without", key)]


@pytest.fixture
def run(monkeypatch, hepatica, smallest_calibration):
    monkeypatch.setattr(CalibrateRequest, "settings", property(lambda self: smallest_calibration))
    return hepatica


def test_it_writes_draws_and_goes_on_from_finished_work(run, tmp_path):
    """The second run finds all blocks, leaves publications out, and answers in JSON with the same draws."""
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    usual = ["calibrate", *LESS, "--hypothesis", "lung_only", "--out", tmp_path / "c"]
    usual += ["--publication", tmp_path / "own.toml"]
    code, out, err = run(*usual, "--lang", "zh")
    assert code == 0, err
    assert "lin2017" not in out and "仅供研究使用" in out and "posterior.parquet" in out
    first = (tmp_path / "c" / "posterior.parquet").read_bytes()
    blocks = {p: p.stat().st_mtime_ns for p in (tmp_path / "c" / "work").rglob("*.npy")}
    code, out, err = run(*usual, "--leave-out", "--json")
    assert code == 0, err
    answer = CalibrateAnswer.model_validate(json.loads(out))
    assert answer.publications == ["alss2019", "lin2017", "own2026"] and answer.posterior.endswith("posterior.parquet")
    assert (tmp_path / "c" / "posterior.parquet").read_bytes() == first and blocks
    assert all(p.stat().st_mtime_ns == stamp for p, stamp in blocks.items())
    assert Draws.read(tmp_path / "c" / "without" / "lin2017.parquet").provenance["without"][0] == "lin2017"
    notes = json.loads((tmp_path / "c" / "calibration.json").read_text(encoding="utf-8"))
    own = Draws.read(tmp_path / "c" / "posterior.parquet").provenance["own_publications"]
    assert own == {"own2026": {"file": "own.toml", "hash": evidence_hash([read(OWN)])}}
    assert notes["provenance"]["own_publications"] == own
    assert {"groups", "pairs", "not_predicted"} <= set(notes) and "between_study_sd" in notes["provenance"]


def test_bad_input_is_one_sentence(run, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "key.toml").write_text(OWN.replace("own2026", "lin2017"), encoding="utf-8")
    (tmp_path / "role.toml").write_text(OWN.replace("calibration", "check"), encoding="utf-8")
    (tmp_path / "mean.toml").write_text(OWN.replace("mean_sd", "mean").replace("sd = 4\n", ""), encoding="utf-8")
    (tmp_path / "broken.toml").write_text("key = ", encoding="utf-8")
    for arguments, says in (
        (["--without", "none2000"], "none2000"),
        (["--alternative", "lin2017:nothing"], "lin2017:nothing"),
        (["--hypothesis", "both"], "label_is_cells, lung_only"),
        (["--data", tmp_path / "none.csv"], "none.csv"),
        (["--publication", tmp_path / "none.toml"], "none.toml"),
        (["--publication", tmp_path / "broken.toml"], "broken.toml"),
        (["--publication", tmp_path / "key.toml"], "which another publication has"),
        (["--publication", tmp_path / "role.toml"], "role = 'calibration'"),
        (["--publication", tmp_path / "mean.toml"], "no spread is printed"),
        (["--out", tmp_path / "file"], "can be written"),
        (["--lang", "fr"], "en, zh"),
    ):
        code, out, err = run("calibrate", "--out", tmp_path / "c", *arguments)
        assert code == 2 and says in " ".join(err.split()) and "Traceback" not in err and not out, (arguments, err)
    assert not (tmp_path / "c" / "posterior.parquet").exists()


REFUSED = {
    ("--without", "nobody2020"): "aarc2017",
    ("--alternative", "lin2017:nothing"): "--alternative",
    ("--hypothesis", "both"): "label_is_cells, lung_only",
    ("--lang", "fr"): "en, zh",
}


@pytest.mark.parametrize(("option", "value"), REFUSED)
def test_a_bad_option_is_one_sentence_and_writes_no_file(hepatica, tmp_path, option, value):
    code, out, err = hepatica("calibrate", option, value, "--quick", "--out", tmp_path / "c")
    assert code == 2 and out == "" and option in err and REFUSED[option, value] in err
    assert not (tmp_path / "c").exists()
