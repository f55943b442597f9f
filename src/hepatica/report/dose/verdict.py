"""Sentences of a verdict: its first sentence, its reasons, the readers, other leaders and stability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hepatica.dose_study import Answer
from hepatica.dose_summary.ranking import largest_harm, leading_harms, shows_cells
from hepatica.dosing import Judgement
from hepatica.dosing.leaders import total_cells
from hepatica.dosing.verdict import MIN_DRAWS, overall
from hepatica.report import names
from hepatica.words import say


def headline(answer: Answer, lang: str) -> str:
    """Verdict alone, in the words of a clinician."""
    d = answer.decision
    if not any(arm.regimen.gives_cells for arm in d.arms):
        return say("decision.no_cells_asked", lang)
    return say(f"decision.form_{d.conclusion.form.value}", lang)


def dose_or_range(answer: Answer, lang: str) -> str:
    """The dose of the conclusion, with the range that gives up too little to matter where there is one."""
    d, c = answer.decision, answer.decision.conclusion
    named = names.treatment(d.arms[c.dose], lang)
    most = max((total_cells(d.arms[a]) for a in c.plateau), default=0.0)
    if most <= total_cells(d.arms[c.dose]) * 1.01:
        return named
    least = total_cells(d.arms[c.dose])
    matters = f"{answer.study.verdict.thresholds().matters:g}"
    return say("decision.range", lang, regimen=named, times=f"{most / least:.2g}", matters=matters)


def verdict(answer: Answer, lang: str) -> str:
    """The first sentence of every answer: verdict, dose or range, chance of benefit, gain, largest harm."""
    d = answer.decision
    if not shows_cells(d):
        return say("decision.no_cells_asked", lang)
    j, c = d.conclusion.cautious, d.conclusion
    words = {
        "regimen": dose_or_range(answer, lang),
        "chance": least_chance(c.judgements, lang),
        "gain": names.estimate(j.gain, j.low, j.high, j.error, lang),
        "weighs": say("decision.weighs_among" if is_harm_shared(answer) else "decision.weighs_most", lang),
        "harm": harm_in_short(answer, lang),
    }
    return say(f"decision.verdict_{c.form.value}", lang, **words)


def chance(j: Judgement, lang: str) -> str:
    """Probability of benefit in percent with its Monte-Carlo error."""
    return percent(j.chance, j.chance_error)


def least_chance(judgements: Sequence[Judgement], lang: str) -> str:
    """Probability of benefit under the hypothesis that makes it smallest, wherever one number stands for all."""
    return chance(min(judgements, key=lambda j: j.chance), lang)


def is_harm_shared(answer: Answer) -> bool:
    """True where another harm weighs as much as the largest, by two Monte-Carlo errors."""
    return len(leading_harms(answer.decision, answer.study.utility.utility().harms)) > 1


def harm_in_short(answer: Answer, lang: str) -> str:
    """Largest harm with its excess in percentage points, and its limit where it has one."""
    worst = largest_harm(answer.decision, answer.study.utility.utility().harms)
    if worst is None:
        return "–"
    one, s = worst
    limit = (
        say("decision.limit", lang, limit=f"{100 * one.limit:.3g}")
        if np.isfinite(one.limit)
        else say("decision.no_limit", lang)
    )
    return say("decision.harm", lang, harm=one.label[lang], excess=names.interval(s, lang, 100.0), limit=limit)


def reasons(answer: Answer, lang: str) -> list[str]:
    """Reasons of the verdict under each hypothesis."""
    d, t = answer.decision, answer.study.verdict.thresholds()
    lines = []
    for j in d.conclusion.judgements if shows_cells(d) else ():
        words = {
            "chance": chance(j, lang),
            "threshold": names.number(100 * t.benefit_chance, 0),
            "people": t.trial_people,
            "value": names.number(j.trial.per_patient, 2) + names.with_error(j.trial.per_patient_error, 2),
            "net": names.number(j.trial.net / t.trial_people, 1) + names.with_error(j.trial.error / t.trial_people, 1),
            "gain": names.number(j.gain, 2) + names.with_error(j.error, 2),
            "matters": f"{t.matters:g}",
            "over": _over(j),
            "most": names.number(100 * t.harm_chance, 0),
            "draws": len(d.conclusion.predictive[0].weight),
            "least": MIN_DRAWS,
        }
        why = [say(f"decision.why_{r.value}", lang, **words) for r in j.reasons]
        lines.append(
            say(
                "decision.because",
                lang,
                hypothesis=names.hypothesis(j.hypothesis, lang),
                form=say(f"decision.short_{j.form.value}", lang),
                why=say("decision.stop", lang).join(why),
            )
        )
    return lines


def _over(j: Judgement) -> str:
    """Largest probability that a limited harm is above its limit, in percent with its Monte-Carlo error."""
    if not j.harm_chance:
        return "–"
    worst = max(j.harm_chance, key=lambda h: j.harm_chance[h])
    return percent(j.harm_chance[worst], j.harm_chance_error[worst])


def percent(share: float, error: float) -> str:
    """A probability in percent with its Monte-Carlo error."""
    return f"{names.number(100 * share, 0)}{names.with_error(100 * error, 0)} %"


def readers(answer: Answer, lang: str) -> list[str]:
    """The answer of each reader, one line each, and last that of the draws without any reader's prior."""
    c, lines = answer.decision.conclusion, []
    views = {say(f"decision.reader_{name}", lang): judgements for name, judgements in c.readers.items()}
    if c.as_drawn:
        views[say("decision.as_drawn", lang)] = c.as_drawn
    for reader, judgements in views.items():
        j = min(judgements, key=lambda x: x.gain)
        lines.append(
            say(
                "decision.reader",
                lang,
                reader=reader,
                form=say(f"decision.short_{overall(judgements).value}", lang),
                chance=least_chance(judgements, lang),
                gain=names.estimate(j.gain, j.low, j.high, j.error, lang),
            )
        )
    return lines


def stability(answer: Answer, lang: str) -> list[str]:
    """Bootstrap share in which the choice returns."""
    c = answer.decision.conclusion
    if not shows_cells(answer.decision):
        return []
    return [
        say(
            "decision.returns",
            lang,
            same=names.number(100 * c.returns, 0),
            overlap=names.number(100 * c.overlaps, 0),
            sign=names.number(100 * c.verdict_returns, 0),
            draws=len(c.predictive[0].weight),
            patients=c.patients,
        )
    ]


def others(answer: Answer, lang: str) -> list[str]:
    """Other leaders, with the opportunity loss of choosing them."""
    d = answer.decision
    rest = [x for x in d.conclusion.leaders if x.arm not in (0, d.top)]
    if not rest or not shows_cells(d):
        return []
    parts = [
        say(
            "decision.other",
            lang,
            regimen=names.arm_name(d.arms[x.arm], lang, d.arms),
            loss=names.number(max(x.opportunity_loss)) + names.with_error(max(x.loss_error)),
            best=names.number(100 * min(x.probability_best), 0),
        )
        for x in sorted(rest, key=lambda x: max(x.opportunity_loss))
    ]
    own = next(x for x in d.conclusion.leaders if x.arm == d.top)
    care = d.conclusion.leaders[0]
    return [
        say(
            "decision.others",
            lang,
            loss=names.number(max(own.opportunity_loss)) + names.with_error(max(own.loss_error)),
            best=names.number(100 * min(own.probability_best), 0),
            care=names.number(max(care.opportunity_loss)) + names.with_error(max(care.loss_error)),
            others=say("decision.stop", lang).join(parts),
        )
    ]
