"""hepatica quality: chart, refusals, both languages."""

import json
from pathlib import Path

import pytest

PRODUCTS = Path(__file__).parents[3] / "studies/products"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("lang, says", [("en", "No rule alarms"), ("zh", "无规则报警")])
def test_the_example(hepatica, here, lang, says):
    code, out, err = hepatica("quality", PRODUCTS / "viability.csv", "--phase-1", "7", "--lower", "70", "--lang", lang)
    assert code == 0 and err == "" and says in out and "91.75" in out
    assert {p.name for p in (here / "quality").iterdir() if p.name[0] != "."} == {
        "report.html",
        "points.csv",
        "quality.json",
    }


def test_json(hepatica):
    code, out, _ = hepatica("quality", PRODUCTS / "viability.csv", "--phase-1", "7", "--json")
    answer = json.loads(out)
    assert code == 0 and answer["signals"]["1 beyond 3 sigma"] == [8] and answer["purpose"] == "for research use"


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("value\n97\nhigh\n", (), "line 3, value"),
        ("value\n97\n", (), "at least 2"),
        ("value\n97\n97\n", (), "do not vary"),
        ("value\n97\n98\n", ("--rules", "weco"), "nelson"),
        ("value\n97\n98\n", ("--chart", "pie"), "xbar"),
        ("value\n97\n98\n", ("--lower", "5", "--upper", "4"), "the lower below the upper"),
        ("count\n1\n2\n", ("--chart", "p"), "number of units"),
    ],
)
def test_a_bad_file_is_one_sentence_and_leaves_nothing(hepatica, here, text, options, says):
    (here / "bad.csv").write_text(text, encoding="utf-8")
    code, out, err = hepatica("quality", "bad.csv", *options)
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1
    assert not (here / "quality").exists()
