"""The report: every card is made in both languages, one file without network, tables beside it."""

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hepatica.answering import answer
from hepatica.errors import InputError
from hepatica.report import cards as make_cards
from hepatica.report import write_report
from hepatica.report.cards import CARDS
from hepatica.report.html import prose, section
from hepatica.report.sentences import verdict
from hepatica.study import check_study
from hepatica.words import LANGUAGES, say


@pytest.fixture(scope="module")
def found(system):
    return answer(check_study({"title": "A small <question>", "patients": 40, "draws": 40, "horizon": "90 d", "grid": {
        "dose": ["1e5 cells/kg", "2e6 cells/kg"], "infusions": [1, 4], "route": ["peripheral_vein", "portal_vein"]}}), system=system)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_card_is_made(found, lang):
    made = make_cards(found, lang)
    assert len(made) == len(CARDS) and len({c.key for c in made}) == len(made)
    broken = say("report.broken", lang, what="")[:12]
    for card in made:
        assert card.title and not any(t.startswith(broken) for t in card.text)
        if card.figure is not None:
            assert card.figure().axes and card.alt
        if card.table is not None:
            assert len(card.table) > 0


def test_the_first_sentence_follows_the_decision(found):
    d = found.decision
    text = verdict(found, "en")
    assert d.arms[d.top].name in text
    assert ("cannot be told" in text) == (not d.confident)
    sure = replace(found, decision=replace(d, confident=True, recommended=d.top))
    assert verdict(sure, "en").startswith("Give cells")
    care = replace(found, decision=replace(d, confident=False, recommended=0))
    assert verdict(care, "en").startswith("Standard care is ranked first") and d.arms[d.top].name in verdict(care, "en")


def test_assumptions_that_move_the_answer_come_first(found):
    card = next(c for c in make_cards(found, "en") if c.key == "assumptions")
    first = list(card.table["parameter"][: len(found.decision.assumptions)])
    assert first == [a.parameter for a in found.decision.assumptions]
    assumed = {n for n, p in found.system.model.parameters.items() if p.entry.grade == "assumed"}
    assert assumed <= set(card.table["parameter"])


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.loads, self.text, self.ids, self.open = [], [], set(), []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        self.loads += [(tag, v) for k, v in attrs.items() if k in ("src", "href", "xlink:href") and not v.startswith(("#", "data:"))]
        if tag in ("script", "link", "iframe"):
            self.loads.append((tag, ""))

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_is_one_file_without_network(found, lang, tmp_path):
    path = write_report(found, tmp_path / "new" / "report", lang, command="hepatica dose x.toml")
    raw = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(raw)
    text = "".join(page.text)
    assert page.loads == [] and "url(http" not in raw and "@import" not in raw
    assert say("common.research_use", lang) in text and "A small <question>" in text and "hepatica dose x.toml" in text
    assert {c.key for c in make_cards(found, lang)} <= page.ids
    assert len(raw) < 6e6 and raw.count("<svg") == 5
    assert found.study.hash in text and found.system.model.hash in text
    for name in ("Furchtgott", "Reynolds", "Lin"):
        assert name in text


def test_tables_and_trajectories_are_those_of_the_answer(found, tmp_path):
    write_report(found, tmp_path)
    frame = found.decision.frame()
    for back in (pd.read_csv(tmp_path / "decision.csv"), pd.read_parquet(tmp_path / "decision.parquet")):
        assert list(back["arm"]) == list(frame["arm"])
        np.testing.assert_allclose(back["gain"], frame["gain"], rtol=1e-12)
    people = pd.read_parquet(tmp_path / "patients.parquet")
    assert len(people) == 40 and people["admission_inr"].between(1.5, 4.5).all()
    parameters = pd.read_csv(tmp_path / "parameters.csv", keep_default_na=False)
    assert ((parameters["cite"] != "") | (parameters["reason"] != "")).all()
    with xr.open_dataset(tmp_path / "courses_lung_only.nc", engine="h5netcdf") as ds:
        assert ds.attrs["study_hash"] == found.study.hash and ds["bilirubin"].attrs["units"] == "mg/dL"
        np.testing.assert_allclose(ds["bilirubin"], found.courses["lung_only"]["bilirubin"], rtol=1e-6)


def test_a_broken_part_says_so_and_costs_nothing_else(found, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(sys.modules["hepatica.report.cards"], "CARDS", (CARDS[0], fail, CARDS[2]))
    made = make_cards(found, "en")
    assert "on purpose" in made[1].text[0] and made[2].figure is not None
    broken = section(replace(made[2], figure=fail), "en")
    assert broken.svg == "" and any("on purpose" in t for t in broken.text)


def test_nothing_is_half_written(found, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError):
        write_report(found, tmp_path / "file" / "report")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_prose_escapes_and_marks():
    assert prose("a **b** *c* <d>") == "a <strong>b</strong> <em>c</em> &lt;d&gt;"
    assert re.search("5 \\* 6", str(prose("5 * 6")))
