"""hepatica lot release: certificate, exit status, refusals, both languages."""

import json
from pathlib import Path

import pytest

LOT = Path(__file__).parents[3] / "studies/products/cord-lot.toml"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("lang, says", [("en", "unproven"), ("zh", "尚未证实")])
def test_the_example_is_released_at_a_higher_dose(hepatica, here, lang, says):
    code, out, err = hepatica("lot", "release", LOT, "--lang", lang)
    assert code == 0 and err == "" and "1.27e6 cells/kg" in out and says in out
    assert {p.name for p in (here / "certificate").iterdir() if p.name[0] != "."} == {
        "certificate.html",
        "certificate.json",
    }


def test_the_marrow_example_is_rejected_by_a_result_above_its_limit(hepatica):
    code, out, _ = hepatica("lot", "release", LOT.with_name("marrow-lot.toml"), "--json")
    viability = json.loads(out)["attributes"][0]
    assert code == 1 and viability["is_inside"] and not viability["meets"] and 0.88 < viability["chance"] < 0.9


def test_a_rejected_lot_ends_with_one(hepatica, here):
    (here / "bad.toml").write_text(
        LOT.read_text(encoding="utf-8").replace("passed = true", "passed = false", 1), encoding="utf-8"
    )
    code, out, _ = hepatica("lot", "release", "bad.toml", "--json")
    answer = json.loads(out)
    assert code == 1 and answer["verdict"] == "reject" and answer["failing"] == ["relative potency", "sterility"]
    assert json.loads((here / "certificate/certificate.json").read_text(encoding="utf-8")) == answer


@pytest.mark.parametrize(
    ("change", "says"),
    [(("lower = 80.0", ""), "viability"), (("linked = 0.3", "linked = 3"), "linked"), (("[dose]", "[dose"), "TOML")],
)
def test_a_bad_file_is_one_sentence_and_leaves_nothing(hepatica, here, change, says):
    (here / "bad.toml").write_text(LOT.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    code, out, err = hepatica("lot", "release", "bad.toml")
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1
    assert not (here / "certificate").exists()
