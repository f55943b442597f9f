"""Cards: every one is made in both languages, and says what the decision says."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing.assumptions import Assumption
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.report import cards as make_cards
from hepatica.report import names
from hepatica.report.dose import sentences
from hepatica.report.dose.cards import CARDS
from hepatica.report.dose.sentences import verdict
from hepatica.report.page import section
from hepatica.words import LANGUAGES, catalogue, say

ORDER = [
    "answer",
    "hypotheses",
    "differences",
    "baseline",
    "course",
    "recovery",
    "survival",
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
def test_every_card_is_made_in_its_order(found, lang):
    made = make_cards(found, lang, command="hepatica dose x.toml")
    assert [c.key for c in made] == ORDER
    whole(made, lang)
    assert sum(c.figure is not None for c in made) == 12
    assert "hepatica dose x.toml" in made[-1].table.to_string()


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


def test_the_first_sentence_follows_the_decision(found):
    d = found.decision
    named = names.regimen(d.arms[d.top].regimen, "en")
    unsure = replace(found, decision=replace(d, is_confident=False, recommended=d.top))
    assert verdict(unsure, "en").startswith("It cannot be told whether cells help") and named in verdict(unsure, "en")
    sure = replace(found, decision=replace(d, is_confident=True, recommended=d.top))
    assert verdict(sure, "en").startswith("Give cells") and named in verdict(sure, "en")
    care = replace(found, decision=replace(d, is_confident=False, recommended=0, regret=np.zeros_like(d.regret)))
    assert verdict(care, "en").startswith("Standard care is ranked first; it cannot be told") and "cells/kg" in verdict(
        care, "en"
    )
    over = np.full_like(d.regret, np.inf)
    over[:, 0] = 0.0
    none = replace(found, decision=replace(d, is_confident=False, recommended=0, regret=over))
    assert "exceeds a limit" in verdict(none, "en") and "cells/kg" in verdict(none, "en")


def test_what_decides_is_named(found):
    d, moved = found.decision, Assumption("homing_half", "cell death for half", "assumed", 0.6)
    h = d.by_hypothesis
    split = VarianceComponents(5.0, 1.0, 1.0, 1.0, 9.0, 1.0)
    agree = replace(
        d,
        assumptions=(),
        by_hypothesis=tuple(replace(x, best=1) for x in h),
        confirmed=tuple(replace(c, gain=split) for c in d.confirmed),
    )
    assert "no single assumption" in sentences.deciding(replace(found, decision=agree), "en")
    assert "cell death for half of that multiplier" in sentences.deciding(
        replace(found, decision=replace(agree, assumptions=(moved,))), "en"
    )
    differ = replace(agree, by_hypothesis=(h[0], replace(h[1], best=(h[0].best + 1) % len(d.arms))))
    assert sentences.deciding(replace(found, decision=differ), "en") == "*whether living cells leave the lung*"
    doubt = replace(agree, confirmed=(agree.confirmed[0], replace(agree.confirmed[1], gain=replace(split, low=-1.0))))
    assert "leave the lung" in sentences.deciding(replace(found, decision=doubt), "en")


def test_assumptions_with_words_are_parameters(found):
    named = {k.removeprefix("decision.moves_") for k in catalogue() if k.startswith("decision.moves_")}
    assert named <= set(found.system.model.parameters)
    assert names.assumption(Assumption("secretion_works", "label", "assumed", 0.5), "zh").startswith("活细胞")
    assert names.assumption(Assumption("no_such", "its label", "assumed", 0.5), "zh") == "its label"


def test_caveats_are_said(found):
    d = replace(found.decision, edges=("dose", "infusions"), beyond_given=True)
    population = found.population.model_copy(update={"extrapolation": "never studied."})
    text = " ".join(sentences.caveats(replace(found, decision=d, population=population, failed_solves=3), "en"))
    for part in (
        "upper edge of the grid (dose, number of infusions)",
        "above any ever given",
        "never studied",
        "3 simulations failed",
    ):
        assert part in text
    assert "No simulation failed" in " ".join(sentences.caveats(found, "en"))


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

    monkeypatch.setattr(sys.modules["hepatica.report.dose.cards"], "CARDS", (CARDS[0], fail, CARDS[3]))
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
