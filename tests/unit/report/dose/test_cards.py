"""Cards: every one is made in both languages, and says what the decision says."""

import re
import sys
from dataclasses import replace

import pytest

from hepatica.dosing.assumptions import Assumption
from hepatica.report import cards as make_cards
from hepatica.report import names
from hepatica.report.dose.baseline import baseline
from hepatica.report.dose.cards import CARDS
from hepatica.report.page import section
from hepatica.words import LANGUAGES, catalogue, say

ORDER = [
    "answer",
    "harms",
    "hypotheses",
    "learn_next",
    "whom",
    "differences",
    "baseline",
    "course",
    "joint",
    "recovery",
    "survival",
    "bridge",
    "deaths",
    "causes",
    "tail",
    "kinetics",
    "window",
    "spread",
    "learnt",
    "assumptions",
    "sources",
    "again",
]


def whole(made, lang):
    """No card is broken, and its figure draws without a warning."""
    broken = say("report.broken", lang, what="")[:10]
    for card in made:
        shown = section(card, lang)
        assert card.title and not any(broken in t for t in shown.text), (card.key, shown.text)
        assert (card.figure is None) == (shown.svg == "")
        assert card.figure is None or card.alt


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_card_is_made_in_its_order(pages, lang):
    made, raw, command = pages[lang]
    assert [c.key for c in made] == ORDER
    shown = dict(re.findall('<section id="(.+?)"(.+?)</section>', raw, re.DOTALL))
    assert list(shown)[1:] == ORDER and all(c.title for c in made)  # after the first screen
    assert say("report.broken", lang, what="")[:10] not in raw
    assert all((c.figure is None) == ("<svg" not in shown[c.key]) for c in made)
    assert all(c.figure is None or c.alt for c in made)
    assert sum(c.figure is not None for c in made) == 16
    assert command in made[-1].table.to_string()


def test_what_counts_no_readers_prior_says_so(found, lang="zh"):
    """Cards with the note are those with cells of which another reader's verdict changes nothing."""
    c = found.decision.conclusion
    leaders = tuple(
        replace(
            x, judgements=tuple(replace(j, gain=j.gain + 5, survival_gain=j.survival_gain + 0.05) for j in x.judgements)
        )
        for x in c.leaders
    )
    other = replace(found, decision=replace(found.decision, conclusion=replace(c, leaders=leaders)))
    made, again = ({x.key: x for x in make_cards(a, lang)} for a in (found, other))
    changed = {k for k, x in made.items() if x.text != again[k].text or str(x.table) != str(again[k].table)}
    noted = {k for k, x in made.items() if say("decision.as_drawn_note", lang) in x.note}
    assert {"answer", "differences", "survival"} <= changed and not changed & noted
    assert noted == {"hypotheses", "whom", "course", "joint", "recovery", "causes", "tail", "window", "spread"}
    assert say("report.as_drawn_curves", lang) in made["survival"].note
    none = replace(found, decision=replace(found.decision, conclusion=replace(c, as_drawn=())))
    assert not any(say("decision.as_drawn_note", lang) in x.note for x in make_cards(none, lang))


@pytest.mark.parametrize(
    "changes",
    [
        {"hypotheses": ["lung_only"], "grid": {"dose": ["7e7 cells"]}},
        {"grid": {"dose": ["0 cells/kg"]}},
        {"horizon": "1 d", "grid": {"infusions": [1]}},
        {"utility": {"limit": {"thrombosis": 1e-9, "reaction": 1e-9}}, "transplant_rate": 0.05},
        {"patients": 1, "draws": 1, "grid": {"infusions": [1, 2, 3, 4], "interval": ["1 d", "3 d"]}},
    ],
    ids=str,
)
def test_unusual_questions_make_whole_cards(ask, changes):
    whole(make_cards(ask(**changes), "en"), "en")


def test_assumptions_with_words_are_parameters(found):
    named = {k.removeprefix("decision.moves_") for k in catalogue() if k.startswith("decision.moves_")}
    assert named <= set(found.system.model.parameters)
    assert names.assumption(Assumption("secretion_works", "label", "assumed", 0.5), "zh").startswith("活细胞")
    assert names.assumption(Assumption("no_such", "its label", "assumed", 0.5), "zh") == "its label"


def test_assumptions_that_move_the_answer_come_first(found):
    moved = (Assumption("homing_half", "cell death for half", "assumed", 0.6),)
    card = next(
        c
        for c in make_cards(replace(found, decision=replace(found.decision, assumptions=moved)), "en")
        if c.key == "assumptions"
    )
    listed = list(card.table["parameter"])
    assert listed[0] == "homing_half" and "+0.60" in card.text[0] and len(set(listed)) == len(listed)
    assumed = {n for n, p in found.system.model.parameters.items() if p.entry.grade == "assumed"}
    assert assumed <= set(listed) and card.table["reason or source"].str.len().min() > 0


def test_every_cited_key_is_referenced_in_full(found):
    card = next(c for c in make_cards(found, "en") if c.key == "sources")
    cited = {k for p in found.system.model.parameters.values() for k in p.keys} | {"Lin2017", "Xiao2019", "Weiss2023"}
    assert cited <= set(card.table["key"]) and not card.note
    assert not card.table["work"].str.contains("http").any()


def test_a_broken_part_says_so_and_costs_nothing_else(found, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(sys.modules["hepatica.report.dose.cards"], "CARDS", (CARDS[0], fail, baseline))
    made = make_cards(found, "en")
    assert "on purpose" in made[1].text[0] and made[2].figure is not None and made[3].key == "again"
    broken = section(replace(made[2], figure=fail), "en")
    assert broken.svg == "" and any("on purpose" in t for t in broken.text)


@pytest.mark.parametrize(
    "value, digits, text", [(-0.04, 1, "0.0"), (2.345, 2, "2.35"), (float("inf"), 1, "–"), (-1.25, 0, "-1")]
)
def test_numbers_read_well(value, digits, text):
    assert names.number(value, digits) == text


def test_regimens_are_named_in_both_languages(found):
    r = found.decision.arms[found.decision.top].regimen
    r = replace(r, dose=2e6, per_kg=True, infusions=4, interval=7.0, route="peripheral_vein")
    assert names.regimen(r, "en") == "2×10⁶ cells/kg by peripheral vein, 4 times every 7 days"
    assert names.regimen(r, "zh") == "每次 2×10⁶ 个细胞/kg，经外周静脉，共 4 次，每 7 天一次"
    for arm in found.decision.arms:
        assert names.arm_name(arm, "en") == arm.name and not any(
            w in names.arm_name(arm, "zh") for w in ("vein", "once", "care")
        )
