"""Cards of biomarkers: the warning on every one, both languages, and a rule that can be printed."""

import pytest

from hepatica.report.biomarkers.cards import biomarker_cards, interval, percent


@pytest.mark.parametrize("lang, words", [("en", "proves nothing about people"), ("zh", "不能证明任何关于人的结论")])
def test_cards(found, lang, words):
    cards = biomarker_cards(found, lang)
    assert [c.key for c in cards] == ["answer", "values", "curve", "day0", "day3", "changes", "trials"]
    assert all(words in " ".join(c.text) for c in cards) and all(c.markdown() for c in cards)
    assert len(cards[1].table) == len(found.values) >= 25
    rule = " ".join(cards[3].text)
    assert ("give (" in rule and "withhold" in rule) or lang == "zh"


def test_numbers():
    assert percent(0.5) == "50.0" and interval({"x": 0.1, "x_low": 0.0, "x_high": 0.2}, "x") == "10.0 (0.0 – 20.0)"
