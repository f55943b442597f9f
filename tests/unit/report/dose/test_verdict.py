"""Sentences of the verdict: every form, reason and reader has its words in both languages."""

from dataclasses import replace

import pytest

from hepatica.dosing import Form
from hepatica.dosing.leaders import total_cells
from hepatica.dosing.verdict import Reason
from hepatica.report import names
from hepatica.report.dose import first_screen
from hepatica.report.dose.verdict import dose_or_range, others, readers, reasons, stability, verdict
from hepatica.words import LANGUAGES, say


def judged(found, form, **changes):
    """The answer with another verdict."""
    d = found.decision
    return replace(found, decision=replace(d, conclusion=replace(d.conclusion, form=form, **changes)))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", Form)
def test_the_first_sentence_is_verdict_dose_chance_gain_and_harm(found, form, lang):
    d, text = found.decision, verdict(judged(found, form, plateau=()), lang)
    j, least = d.conclusion.cautious, min(x.chance for x in d.conclusion.judgements)
    assert text.startswith("**" + say(f"decision.form_{form.value}", lang))
    assert names.regimen(d.arms[d.top].regimen, lang) in text and f"{100 * least:.0f}" in text
    assert names.estimate(j.gain, j.low, j.high, j.error, lang) in text
    assert any(h.label[lang] in text for h in found.study.utility.utility().harms)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_chance_of_benefit_wherever_one_number_stands_for_all(found, lang):
    d = found.decision
    by_gain = sorted(d.conclusion.judgements, key=lambda j: j.gain)
    every = tuple(replace(j, chance=c, chance_error=0.01) for j, c in zip(by_gain, (0.71, 0.29), strict=True))
    leader = next(x for x in d.conclusion.leaders if x.arm == d.top)
    rest = tuple(x for x in d.conclusion.leaders if x.arm != d.top)
    conclusion = replace(
        d.conclusion,
        leaders=(*rest, replace(leader, judgements=every)),
        readers=dict.fromkeys(d.conclusion.readers, every),
        as_drawn=every,
    )
    split = replace(found, decision=replace(d, conclusion=conclusion))
    tile = next(x for x in first_screen.first_screen(split, lang).tiles if x.label == say("report.tile_chance", lang))
    stated = (verdict(split, lang), tile.value, *readers(split, lang))
    assert all("29" in x and "71" not in x for x in stated)


def test_a_plateau_is_a_range(found):
    d = found.decision
    wide = replace(found, decision=replace(d, conclusion=replace(d.conclusion, dose=1, plateau=(1, 8))))
    assert total_cells(d.arms[8]) > total_cells(d.arms[1])
    assert "times as many cells" in dose_or_range(wide, "en")
    one = replace(found, decision=replace(d, conclusion=replace(d.conclusion, plateau=(d.top,))))
    assert dose_or_range(one, "en") == names.treatment(d.arms[d.top], "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(found, reason, lang):
    d = found.decision
    leaders = tuple(
        replace(x, judgements=tuple(replace(j, reasons=(reason,)) for j in x.judgements)) for x in d.conclusion.leaders
    )
    lines = reasons(judged(found, Form.TRIAL, leaders=leaders), lang)
    assert len(lines) == len(d.by_hypothesis) and "{" not in "".join(lines)


def test_readers_stability_and_other_leaders_have_a_line(found):
    lines = readers(found, "en")
    assert [x.split(" reader")[0] for x in lines[:3]] == ["A sceptical", "A neutral", "An enthusiastic"]
    plain = min(found.decision.conclusion.as_drawn, key=lambda j: j.gain)
    assert (
        lines[3].startswith("The draws as they are")
        and names.estimate(plain.gain, plain.low, plain.high, plain.error, "en") in lines[3]
    )
    assert "bootstrap samples" in stability(found, "en")[0]
    rest = [x.arm for x in found.decision.conclusion.leaders if x.arm not in (0, found.decision.top)]
    text = " ".join(others(found, "en"))
    assert all(names.arm_name(found.decision.arms[a], "en") in text for a in rest)
