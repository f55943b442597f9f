"""Cards as Markdown: what people wrote is shown as they wrote it."""

import re

import pandas as pd

from hepatica.card import Card, escape_markdown

HOSTILE = "a|b [link](http://x) <script>alert(1)</script> `c` *d* \\ line\nbreak"


def test_a_text_is_shown_as_it_is():
    shown = escape_markdown(HOSTILE)
    assert "\n" not in shown and "<" not in shown
    assert not re.search(r"(?<!\\)[|\[\]`*]", shown)
    back = shown.replace("&lt;", "<")
    assert re.sub(r"\\([\\`*\[\]|])", r"\1", back) == HOSTILE.replace("\n", " ")


def test_a_hostile_table_keeps_its_cells():
    card = Card("k", HOSTILE, (f"**strong** {HOSTILE}",), pd.DataFrame({HOSTILE: [HOSTILE], "n": [1]}), note=HOSTILE)
    text = card.markdown()
    assert "<script" not in text and "**strong**" in text and "](http" not in re.sub(r"\\.", "", text)
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert len(rows) == 3 and {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}


def test_the_heading_is_one_line():
    assert Card("k", "a\n# b").markdown() == "## a # b"
