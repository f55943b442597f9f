"""Cards of control: what they say in both languages."""

import numpy as np
import pytest

from hepatica.manufacturing.quality.charts.run_rules import SETS
from hepatica.manufacturing.quality.control import Settings, study_control
from hepatica.report.quality.cards import RULE_WORDS, chance, control_cards, named, rule_text

X = np.array([97.0, 97, 96, 98, 98, 98, 97, 89])


def said(found, lang="en"):
    return "\n".join(card.markdown() for card in control_cards(found, lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_all_cards(lang):
    cards = control_cards(study_control(X, Settings(phase_1=7, lower=70)), lang)
    assert [c.key for c in cards] == ["answer", "spread", "sums", "lengths", "capability", "tolerance"]
    assert all(c.title and (c.figure is None or c.alt) for c in cards)


def test_what_is_said():
    good = said(study_control(X, Settings(phase_1=7, lower=70)))
    assert "No rule alarms" in good and "1 of 1 new points" in good and "91.75" in good and "Only 7 points" in good
    bad = said(study_control(X, Settings(lower=95, upper=99, rules="nelson")))
    assert "special cause" in bad and "says nothing about lots to come" in bad and "14 alternating" in bad
    assert "reaches beyond the specification" in bad and "between" in bad
    assert "below" in said(study_control(X, Settings(upper=110)))
    counts = said(study_control(np.array([2.0, 3, 1, 2]), Settings(chart="c")))
    assert "at the last point" in counts and "EWMA (" not in counts


def test_many_alarms_are_cut():
    found = study_control(np.concatenate([np.tile([0.0, 0.1], 10), np.full(30, 9.0)]), Settings(phase_1=20))
    assert "and 18 more" in named(found, found.alarms, "en") and named(found, found.alarms[:0], "en") == "none"


def test_every_run_rule_is_said_in_both_languages():
    names = {rule.name for rules in SETS.values() for rule in rules}
    assert names == set(RULE_WORDS)
    assert not any("sigma" in rule_text(name, "zh") or "side" in rule_text(name, "zh") for name in names)
    text = said(study_control(X, Settings(phase_1=7, rules="nelson")), "zh")
    assert "sigma" not in text and "alternating" not in text and "连续 9 点在中心线同侧" in text
    assert rule_text("a rule of mine", "zh") == "a rule of mine"


def test_no_computed_chance_is_all_or_nothing():
    assert (chance(1.0), chance(0.0), chance(0.5)) == ("> 99.99 %", "< 0.01 %", "50 %")
