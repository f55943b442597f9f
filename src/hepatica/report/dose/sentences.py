"""Sentences of a decision: recommendation, benefit, harms and caveats."""

from __future__ import annotations

import numpy as np

from hepatica.dose_study import Answer
from hepatica.dose_summary.ranking import hypotheses_disagree, is_admissible, ranking, shown_gains, shows_cells
from hepatica.dosing.decision import MIN_DRAWS
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.report import names
from hepatica.therapy import Regimen
from hepatica.words import say


def question(answer: Answer, lang: str) -> str:
    """Question of the study in one sentence."""
    s, p = answer.study, answer.population
    routes = {r.route for r in s.grid.regimens()}
    return say(
        "decision.question",
        lang,
        population=p.title_zh if lang == "zh" else p.title,
        days=f"{s.horizon:g}",
        regimens=len(s.grid.regimens()),
        routes=names.listed((names.route(r, lang) for r in s.grid.route if r in routes), lang) or "–",
        patients=s.patients,
    )


def deciding(answer: Answer, lang: str) -> str:
    """The assumptions that decide: the hypotheses if they disagree, then those found to move the gain."""
    d = answer.decision
    assumptions = [names.assumption(a, lang) for a in d.assumptions[:3]]
    if hypotheses_disagree(d):
        assumptions.insert(0, say("decision.which_hypothesis", lang))
    if not assumptions:
        return say("decision.nothing_stands_out", lang, draws=min(answer.study.draws, answer.study.patients))
    return names.listed((f"*{name}*" for name in assumptions), lang)


def verdict(answer: Answer, lang: str) -> str:
    """The first sentence of every answer."""
    d = answer.decision
    if not any(arm.regimen.gives_cells for arm in d.arms):
        return say("decision.no_cells_asked", lang)
    top = d.top if d.arms[d.top].regimen.gives_cells else next(a for a in ranking(d) if d.arms[a].regimen.gives_cells)
    named = f"**{names.regimen(d.arms[top].regimen, lang)}**"
    if not is_admissible(d, top):
        return say("decision.none_admissible", lang, assumptions=deciding(answer, lang), regimen=named)
    if d.is_confident:
        return say("decision.confident", lang, regimen=named)
    draws = len(np.unique(answer.patients.cohort.draw))
    if draws < MIN_DRAWS:
        return say("decision.too_few_draws", lang, draws=draws, least=MIN_DRAWS, regimen=named)
    return say(
        "decision.cannot_tell" if d.gives_cells else "decision.care_first",
        lang,
        assumptions=deciding(answer, lang),
        regimen=named,
    )


def benefit(answer: Answer, lang: str) -> list[str]:
    """Gain of the top-ranked regimen under each hypothesis."""
    d, lines = answer.decision, []
    for k, h in enumerate(d.by_hypothesis if shows_cells(d) else ()):
        gain, alive = shown_gains(d, k)
        doubt = d.null_effect_probability[k] if d.null_effect_probability else PRIOR_NULL_EFFECT_PROBABILITY
        lines.append(
            say(
                "decision.gain",
                lang,
                hypothesis=names.hypothesis(h.hypothesis, lang),
                gain=names.interval(gain, lang),
                survival=names.interval(alive, lang, 100.0),
                between=names.number(gain.between_patients_sd, 0),
                chance=names.number(100 * (1 - doubt) * gain.above_zero, 0),
            )
        )
    return lines


def runner_up(answer: Answer, lang: str) -> list[str]:
    """Second by least worst regret, standard care included, with what it gains."""
    d = answer.decision
    order = [a for a in ranking(d) if is_admissible(d, a)]
    others = [a for a in order if a != d.top]
    if not others or not d.arms[d.top].regimen.gives_cells:
        return []
    second, top = others[0], d.top
    if not d.arms[second].regimen.gives_cells:
        return [say("decision.runner_up_care", lang)]
    gains = names.listed((names.interval(h.gain[second], lang) for h in d.by_hypothesis), lang)
    return [
        say(
            "decision.runner_up",
            lang,
            regimen=names.regimen(d.arms[second].regimen, lang),
            gains=gains,
            regret=names.number(d.regret[:, second].max()),
            least=names.number(d.regret[:, top].max()),
        )
    ]


def credible_set(answer: Answer, lang: str) -> list[str]:
    """Size and members of the 90 % credible set of the best arm."""
    d = answer.decision
    if not d.credible_set:
        return []
    shown = names.listed((names.arm_name(d.arms[a], lang) for a in d.credible_set[:4]), lang)
    return [say("decision.credible_set", lang, n=len(d.credible_set), total=len(d.arms), shown=shown)]


def harm(answer: Answer, lang: str) -> list[str]:
    """Excess harms of the top-ranked regimen, the larger of the hypotheses, with their limits."""
    d, utility, parts = answer.decision, answer.study.utility.utility(), []
    if not d.arms[d.top].regimen.gives_cells:
        return []
    for one in utility.harms:
        worst = max((h.excess[one.name][d.top] for h in d.by_hypothesis), key=lambda s: s.mean)
        parts.append(
            say(
                "decision.harm",
                lang,
                harm=one.label[lang],
                excess=names.interval(worst, lang, 100.0),
                limit=say("decision.limit", lang, limit=f"{100 * one.limit:.3g}")
                if np.isfinite(one.limit)
                else say("decision.no_limit", lang),
            )
        )
    return [say("decision.harms", lang, harms=say("decision.stop", lang).join(parts))]


def caveats(answer: Answer, lang: str) -> list[str]:
    """Caveats: edges of the grid, doses beyond any given, extrapolation, failed solves."""
    d, sentences = answer.decision, []
    if d.edges:
        axes = names.listed((say(f"decision.edge_{e}", lang) for e in d.edges), lang)
        sentences.append(say("decision.edge", lang, axes=axes))
    if d.beyond_given:
        sentences.append(say("decision.beyond", lang))
    if answer.population.extrapolation:
        p = answer.population
        sentences.append(
            say("decision.extrapolation", lang, why=p.extrapolation_zh if lang == "zh" else p.extrapolation)
        )
    sentences.append(
        say("decision.failed", lang, n=answer.failed_solves)
        if answer.failed_solves
        else say("decision.none_failed", lang)
    )
    return sentences


def own_choices(answer: Answer, lang: str) -> list[str]:
    """Optimal regimen of each hypothesis by itself."""
    d, lines = answer.decision, []
    for h in d.by_hypothesis:
        best, second = d.arms[h.best].regimen, d.arms[h.runner_up].regimen
        words = {
            "hypothesis": names.hypothesis(h.hypothesis, lang),
            "runner_up": _or_care(second, lang) if h.runner_up != h.best else "–",
        }
        if not best.gives_cells:
            lines.append(say("decision.own_care", lang, **words))
            continue
        lines.append(
            say(
                "decision.own",
                lang,
                regimen=names.regimen(best, lang),
                gain=names.interval(h.gain[h.best], lang),
                survival=names.interval(h.survival[h.best], lang, 100.0),
                care=names.interval(h.survival[0], lang, 100.0),
                **words,
            )
        )
    return lines


def _or_care(r: Regimen, lang: str) -> str:
    return names.regimen(r, lang) if r.gives_cells else say("report.standard_care", lang)


def choice(answer: Answer, lang: str) -> str:
    """Minimax-regret choice over the hypotheses."""
    d = answer.decision
    return say(
        "decision.choice",
        lang,
        regimen=_or_care(d.arms[d.recommended].regimen, lang),
        regret=names.number(d.regret[:, d.recommended].max()),
    )
