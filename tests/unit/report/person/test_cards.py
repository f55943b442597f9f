"""Cards say what was computed, in both languages, and what they may not leave out."""

from dataclasses import replace

import pytest

from hepatica.individual.learning.learnt import untaught
from hepatica.report.person.cards import percent, person_cards


@pytest.mark.parametrize("lang, words", [("en", "recalibrated on 207 people"), ("zh", "207 名")])
def test_cards(forecast, lang, words):
    cards = person_cards(forecast, lang)
    assert [c.key for c in cards] == ["answer", "risk", "gain", "labs", "next", "match"]
    assert any(words in text for text in cards[0].text)
    assert percent(float(forecast.risk.either[-1])) in cards[0].text[0]
    assert percent(float(forecast.risk.mild[-1])) in cards[0].text[1] and "80" in cards[0].text[1]
    assert str(forecast.neighbours) in " ".join(cards[5].text)
    assert len(cards[2].table) == 3 and len(cards[1].table) == len(forecast.risk.days)
    assert all(c.markdown() for c in cards)


def test_what_is_not_known_is_said(forecast):
    bare = replace(forecast, learnt=untaught())
    text = " ".join(person_cards(bare, "en")[0].text)
    assert "Uncalibrated" in text and "recalibrated on" not in text
    said = [c.key for c in person_cards(bare, "en") if any("Uncalibrated" in line for line in c.text)]
    assert said == ["answer", "risk", "gain", "labs", "next"] and bare.to_xarray().attrs["calibrated"] == 0
    assert not any("Uncalibrated" in line for c in person_cards(forecast, "en") for line in c.text)
    far = replace(bare.posterior.distance, share=1.0, widening=2.5)
    text = " ".join(person_cards(replace(bare, posterior=replace(bare.posterior, distance=far)), "en")[0].text)
    assert "Unlike any" in text and "2.50" in text
    choice = replace(forecast.choice, best=1, usual=2, lead=0.3, lead_low=-0.2, lead_high=0.6)
    text = " ".join(person_cards(replace(forecast, choice=choice), "en")[0].text)
    assert "not worth more than 0.6 days" in text
    text = " ".join(person_cards(replace(forecast, choice=replace(choice, lead_low=0.1)), "en")[0].text)
    assert "gains 0.3 days (0.1 to 0.6)" in text
    assert any("for want of sodium" in text for text in person_cards(forecast, "en")[1].text)


def test_percent():
    assert percent(float("nan")) == "–" and percent(0.0) == "< 1 %" and percent(1.0) == "> 99 %"
