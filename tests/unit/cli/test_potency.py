"""hepatica potency: what it reports, what it refuses, both languages, bad files in one sentence."""

import json
from pathlib import Path

import pytest

PRODUCTS = Path(__file__).parents[3] / "studies/products"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_gives_its_published_potency(hepatica, here):
    file = PRODUCTS / "turbidimetric.csv"
    code, out, _ = hepatica("potency", file, "--assumed", "17902.4", "--json")
    row = json.loads(out)["assays"][0]["potencies"][0]
    assert code == 0 and (row["potency"], row["low"], row["high"]) == pytest.approx(
        (19228.5, 18423.4, 20075.2), rel=2e-5
    )
    assert sorted(p.name for p in (here / "potency").iterdir() if p.name[0] != ".") == [
        "potency.csv",
        "potency.json",
        "potency.svg",
        "report.html",
        "suitability-1.svg",
    ]


@pytest.mark.parametrize("lang, says", [("en", "not reported"), ("zh", "不予报告")])
def test_an_unsuitable_assay_is_refused_and_ends_with_one(hepatica, here, lang, says):
    code, out, _ = hepatica("potency", PRODUCTS / "corticotrophin.csv", "--lang", lang)
    assert code == 1 and says in out and "0.007" in out
    page = (here / "potency/report.html").read_text(encoding="utf-8")
    everything = out + page + (here / "potency/potency.csv").read_text() + (here / "potency/potency.json").read_text()
    assert "1.142" not in everything and "1.668" not in everything and "<svg" in page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_precision_study(hepatica, here, lang):
    code, out, _ = hepatica("potency", PRODUCTS / "precision-study.csv", "--precision", "--lang", lang)
    assert code == 0 and "%" in out and "<svg" in (here / "potency/report.html").read_text(encoding="utf-8")
    code, out, _ = hepatica("potency", PRODUCTS / "precision-study.csv", "--precision", "--json")
    assert code == 0 and json.loads(out)["levels"]


@pytest.mark.parametrize(
    "text, options, says",
    [
        ("sample,dose,response\nS,,1\n", (), "line 2, dose"),
        ("sample,dose,response,dose_unit\nS,1,1,mg\nT,1,1,ug\n", (), "one unit throughout"),
        ("sample,dose,response\nS,1,1\nS,2,2\nT,1,1\nT,2,2\n", (), "one replicate"),
        ("sample,dose,response\nS,1,one\n", (), "got 'one'"),
        ("sample,dose,response\nS,1,1\n", ("--assumed", "T=much"), "SAMPLE=NUMBER"),
        ("sample,dose,response\nS,1,1\n", ("--model", "6pl"), "4pl"),
        ("sample,dose,response\nS,1,1\n", ("--margin", "2", "3"), "a ratio below 1"),
    ],
)
def test_a_bad_file_or_option_is_one_sentence_and_leaves_nothing(hepatica, here, text, options, says):
    (here / "x.csv").write_text(text)
    code, out, err = hepatica("potency", "x.csv", *options)
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1
    assert not (here / "potency/report.html").exists()
