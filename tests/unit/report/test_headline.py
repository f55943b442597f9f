"""Headline of a page: four numbers and a verdict, escaped, and only where there is one."""

from hepatica.report.headline import Headline, Tile
from hepatica.report.page import page

WORDS = {"subtitle": "s", "tables_note": "t", "command": "c"}


def test_a_headline_stands_above_the_cards():
    head = Headline(
        tone="no", verdict="<No>", dose="d", tiles=(Tile("l", "1 < 2", "x"),), lines=("one",), figure=None, alt=""
    )
    raw = page([], "title", "en", headline=head, **WORDS)
    assert "&lt;No&gt;" in raw and "1 &lt; 2" in raw and 'class="no"' in raw and "<figure" not in raw
    assert 'id="verdict"' not in page([], "title", "en", **WORDS)


def test_a_picture_that_fails_says_so():
    def fail():
        raise ValueError("no picture")

    head = Headline(tone="yes", verdict="v", dose="", tiles=(), lines=(), figure=fail, alt="a")
    assert "no picture" in page([], "title", "en", headline=head, **WORDS)
