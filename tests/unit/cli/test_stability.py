"""hepatica stability: shelf life, factors, refusals, both languages."""

import json
from pathlib import Path

import pytest

MONTHS = Path(__file__).parents[3] / "studies/products/assay-over-months.csv"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("lang, says", [("en", "Shelf life 23.397"), ("zh", "有效期 23.397")])
def test_the_published_example(hepatica, here, lang, says):
    code, out, err = hepatica("stability", MONTHS, "--lower", "95", "--lang", lang)
    assert code == 0 and err == "" and says in out
    assert {p.name for p in (here / "stability").iterdir() if p.name[0] != "."} == {
        "report.html",
        "lines.csv",
        "stability.json",
    }


def test_json_of_a_lot_at_its_release_limit(hepatica):
    code, out, _ = hepatica("stability", MONTHS, "--lower", "95", "--release", "99", "--json")
    answer = json.loads(out)
    assert code == 0 and answer["common_shelf_life"] < 23.3 and answer["purpose"] == "for research use"
    assert answer["model"] == "batch" and [t["is_kept"] for t in answer["tests"]] == [False, True]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("batch,time,value\na,0,x\n", ("--lower", "90"), "line 2, value"),
        ("batch,value\na,97\n", ("--lower", "90"), "a column 'time'"),
        ("time,value\n0,97\n", ("--lower", "90"), "a column 'batch'"),
        ("batch,time,value\na,0,99\na,1,98\n", (), "at least one limit"),
        ("batch,time,value\na,0,99\na,1,98\na,2,98\n", ("--lower", "90", "--factor", "bag"), "a column 'bag'"),
        ("batch,time,value,bag\na,0,99,x\na,1,98,\n", ("--lower", "90", "--factor", "bag"), "a name in every row"),
        ("batch,time,value\na,0,99\na,0,98\n", ("--lower", "90"), "two or more times"),
    ],
)
def test_a_bad_file_is_one_sentence_and_leaves_nothing(hepatica, here, text, options, says):
    (here / "bad.csv").write_text(text, encoding="utf-8")
    code, out, err = hepatica("stability", "bad.csv", *options)
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1
    assert not (here / "stability").exists()
