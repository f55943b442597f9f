"""hepatica product compare: one small study through, and its JSON."""

import json

import pytest

from hepatica.manufacturing.clinical import alternatives
from hepatica.therapy import Product

STUDY = """
title = "t"
patients = 4
draws = 4
horizon = "4 d"
posterior = "prior"
hypotheses = ["lung_only"]
[grid]
dose = ["1e6 cells/kg"]
infusions = [1]
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(alternatives, "source_alternatives", lambda p: _some())
    monkeypatch.setattr(alternatives, "attribute_alternatives", lambda p: [])
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


def _some():
    given = [Product(), Product("adipose", thawed=True)]
    return [
        alternatives.Alternative(group=alternatives.Group.SOURCE, value=float(k), product=p)
        for k, p in enumerate(given)
    ]


def test_it_compares(hepatica, here):
    code, out, _ = hepatica("product", "compare", "study.toml", "--draws", "2", "--json")
    answer = json.loads(out)
    assert code == 0 and [r["source"] for r in answer["rows"]] == ["bone_marrow", "adipose"]
    assert answer["rows"][0]["difference"] == 0.0 and answer["lots"]["cells"] == 1e6
    assert {p.name for p in (here / "product").iterdir() if p.name[0] != "."} == {
        "report.html",
        "products.csv",
        "product.json",
    }


def test_a_wrong_dose_is_one_sentence(hepatica):
    code, _, err = hepatica("product", "compare", "study.toml", "--cells", "3 apples")
    assert code == 2 and "--cells" in err


def test_it_follows_a_process(hepatica, here):
    (here / "p.toml").write_text('[[step]]\nkind = "harvest"\n[[step]]\nkind = "delivery"\n')
    code, out, _ = hepatica("product", "steps", "p.toml", "--json")
    answer = json.loads(out)
    assert code == 0 and round(answer["product"]["delivered"], 9) == 0.97 and "0.97" in answer["text"][0]
    assert {p.name for p in (here / "process").iterdir() if p.name[0] != "."} >= {"report.html", "process.json"}


def test_a_step_that_cannot_be_is_one_sentence_and_writes_nothing(hepatica, here):
    (here / "p.toml").write_text('[[step]]\nkind = "harvest"\n[[step]]\nkind = "hold"\nhours = -1\n')
    code, _, err = hepatica("product", "steps", "p.toml")
    assert code == 2 and "step 2 (hold), hours" in err and not (here / "process").exists()
