"""hepatica lot: release, comparability and supply; exit status, refusals, both languages."""

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


@pytest.mark.parametrize("lang, says", [("en", "Equivalent"), ("zh", "等效")])
def test_a_second_site_is_equivalent(hepatica, here, lang, says):
    code, out, err = hepatica("lot", "comparability", LOT.with_name("second-site.toml"), "--lang", lang)
    assert code == 0 and err == "" and says in out
    names = {"report.html", "lots.csv", "comparability.json"}
    assert {p.name for p in (here / "comparability").iterdir() if p.name[0] != "."} == names


def test_a_change_of_source_is_not_shown_to_be_equivalent(hepatica):
    code, out, _ = hepatica("lot", "comparability", LOT.with_name("change-of-source.toml"), "--json")
    answer = json.loads(out)
    assert code == 1 and answer["conclusion"] == "not_shown" and answer["lots_needed"] == 19


@pytest.mark.parametrize("lang, says", [("en", "Start a lot when 90 doses are left"), ("zh", "剩余 90 剂时启动新批次")])
def test_the_supply_of_a_clinic(hepatica, here, lang, says):
    text = LOT.with_name("clinic-supply.toml").read_text(encoding="utf-8")
    (here / "s.toml").write_text(text.replace("[10, 20, 40, 60, 90]", "[10, 90]"), encoding="utf-8")
    code, out, _ = hepatica("lot", "supply", "s.toml", "--lang", lang)
    assert code == 0 and says in out.replace("\n", " ")
    names = {"report.html", "levels.csv", "pools.csv", "supply.json"}
    assert {p.name for p in (here / "supply").iterdir() if p.name[0] != "."} == names


@pytest.mark.parametrize(
    ("command", "example", "change", "says"),
    [
        ("comparability", "second-site", ("[97.9,", '["97.9 %",'), "before.values.1"),
        ("comparability", "second-site", ("lower = -2.0", ""), "margin.lower"),
        ("supply", "clinic-supply", ("umbilical_cord", "cord"), "one of bone_marrow"),
        ("supply", "clinic-supply", ("runs = 200", "runs = 5000\nx = 1"), "stock.x"),
        ("supply", "clinic-supply", ("patients = 3.0", "patients = 3e6"), "fewer runs or days"),
    ],
)
def test_a_bad_change_or_supply_is_one_sentence_and_leaves_nothing(hepatica, here, command, example, change, says):
    text = LOT.with_name(f"{example}.toml").read_text(encoding="utf-8")
    assert change[0] in text
    (here / "bad.toml").write_text(text.replace(*change), encoding="utf-8")
    code, out, err = hepatica("lot", command, "bad.toml")
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1
    assert not (here / command).exists()
