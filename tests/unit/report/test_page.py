"""The page: one file without network, readable without sight of its figures."""

import gc
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from hepatica.card import Card
from hepatica.report import cards as make_cards
from hepatica.report import write_report
from hepatica.report.page import collector_paused, prose, render, section
from hepatica.report.page import page as make_page
from hepatica.report.style import legend_below, panels
from hepatica.words import LANGUAGES, say

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Addresses, texts and unclosed tags of a page."""

    def __init__(self):
        super().__init__()
        self.loads, self.text, self.ids, self.links, self.open = [], [], [], [], []
        self.described = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name in ("src", "href", "xlink:href"):
            value = attrs.get(name, "#")
            (self.links if value.startswith("#") else self.loads).append(value)
        if tag in ("script", "link", "iframe", "object", "embed"):
            self.loads.append(tag)
        if tag == "figure":
            self.described.append(attrs.get("aria-label", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request, pages):
    raw, parsed = pages[request.param].raw, Page()
    parsed.feed(raw)
    return request.param, raw, parsed


def test_it_needs_no_network_and_no_script(page):
    _, raw, parsed = page
    assert all(load.startswith("data:image/png;base64,") for load in parsed.loads)
    assert (
        "http" not in raw and "<script" not in raw and "@import" not in raw and "url(" not in raw.replace("url(#", "")
    )
    assert len(raw.encode()) < 4e6


def test_it_is_well_formed(page):
    _, raw, parsed = page
    assert parsed.open == [] and raw.count("<svg") == 17
    assert len(set(parsed.ids)) == len(parsed.ids)
    assert {link[1:] for link in parsed.links if link != "#"} <= set(parsed.ids)
    assert all(parsed.described) and len(parsed.described) == 17


def test_it_says_what_it_must(page, found):
    lang, raw, parsed = page
    text = "".join(parsed.text)
    assert say("common.research_use", lang) in text and ("For research use" if lang == "en" else "仅供研究使用") in text
    assert "A small <question>" in text and "hepatica dose x.toml --set dose='1 < 2'" in text
    assert {c.key for c in make_cards(found, lang)} <= set(parsed.ids)
    assert found.study.hash in text and found.system.model.hash in text and "doi:" in text
    assert ("Noto Sans CJK SC" in raw) and say(f"decision.form_{found.decision.conclusion.form.value}", lang) in text


def test_it_is_written_beside_its_tables(found, tmp_path):
    path = write_report(found, tmp_path / "new" / "report", "zh", command="hepatica dose x.toml")
    assert path.name == "report.html" and path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert {"decision.csv", "patients.parquet", "parameters.csv", "courses_lung_only.nc"} <= {
        p.name for p in path.parent.iterdir()
    }
    assert str(tmp_path) not in path.read_text(encoding="utf-8")


def test_the_same_answer_makes_the_same_page(found, pages):
    assert render(found, "en", command=pages["en"].command) == pages["en"].raw


def test_prose_escapes_and_marks():
    assert prose("a **b** *c* <d>") == "a <strong>b</strong> <em>c</em> &lt;d&gt;"
    assert re.search("5 \\* 6", str(prose("5 * 6")))


HOSTILE = "a $b$ <script>alert(1)</script> [bold] & 'c' \"d\" __e__"


def test_what_people_wrote_stays_text_in_page_and_figures():
    def figure():
        drawn, axes = panels(1, 1)
        axes[0, 0].plot([1, 2], label=HOSTILE)
        axes[0, 0].set(title=HOSTILE, xlabel=HOSTILE, ylabel="100 $")
        axes[0, 0].annotate("$x^2$ {", (0, 1))
        legend_below(drawn, axes, 1)
        return drawn

    card = Card("k", HOSTILE, (HOSTILE,), pd.DataFrame({HOSTILE: [HOSTILE]}), figure, HOSTILE, HOSTILE)
    raw = make_page([card], HOSTILE, "en", subtitle=HOSTILE, tables_note=HOSTILE, command=HOSTILE)
    assert "<script" not in raw
    parsed = Page()
    parsed.feed(raw)
    assert parsed.open == [] and parsed.described == [HOSTILE]
    texts = [t.strip() for t in parsed.text]
    assert texts.count(HOSTILE) == 13 and {"100 $", "$x^2$ {"} <= set(texts)


def test_a_figure_is_drawn_only_where_it_is_shown(found, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("drawn")

    monkeypatch.setattr("hepatica.report.style.Figure", fail)
    monkeypatch.setattr("hepatica.report.dose.recovery.Figure", fail)
    made = make_cards(found, "en")
    assert not any("broken" in c.title for c in made) and sum(c.figure is not None for c in made) == 16
    assert [c.key for c in make_cards(found, "en", most=2)] == [c.key for c in made[:2]]


def test_cards_that_are_made_already_are_used(found):
    made = make_cards(found, "en", command="once")
    assert render(found, "en", made=made[:1]).count("<section") == 2  # and the first screen


def test_the_collector_is_as_it_was(found):
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collector_paused():
        raise ZeroDivisionError
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_figure_that_fails_says_so():
    def fail():
        raise ValueError("no <data>")

    shown = section(Card("k", "t", figure=fail), "en")
    assert shown.svg == "" and "no &lt;data&gt;" in shown.text[-1]
