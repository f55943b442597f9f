"""Sentences of a decision: question, benefit, harms and caveats, and the choice of each hypothesis."""

from __future__ import annotations

import numpy as np

from hepatica.dose_study import Answer
from hepatica.dose_summary.ranking import hypotheses_disagree, shown_gains, shows_cells
from hepatica.model.own_values import own_values as stated_values
from hepatica.report import names
from hepatica.report.dose.verdict import chance, percent
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


def decides(answer: Answer, lang: str) -> list[str]:
    """Leading parameters of the gain, where a regimen is shown."""
    if not shows_cells(answer.decision):
        return []
    return [say("decision.decides", lang, assumptions=deciding(answer, lang))]


def benefit(answer: Answer, lang: str) -> list[str]:
    """Gain of the dose under each hypothesis."""
    d, lines = answer.decision, []
    for k, j in enumerate(d.conclusion.judgements if shows_cells(d) else ()):
        gain, alive = shown_gains(d, k)
        lines.append(
            say(
                "decision.gain",
                lang,
                hypothesis=names.hypothesis(j.hypothesis, lang),
                gain=names.interval(gain, lang),
                survival=names.interval(alive, lang, 100.0),
                between=names.number(gain.between_patients_sd, 0),
                chance=chance(j, lang),
            )
        )
    return lines


def credible_set(answer: Answer, lang: str) -> list[str]:
    """Size and members of the 90 % credible set of the best arm."""
    d = answer.decision
    if not d.credible_set:
        return []
    shown = names.listed((names.arm_name(d.arms[a], lang, d.arms) for a in d.credible_set[:4]), lang)
    return [say("decision.credible_set", lang, n=len(d.credible_set), total=len(d.arms), shown=shown)]


def harm(answer: Answer, lang: str) -> list[str]:
    """Excess harms of the dose, the larger of the hypotheses, with their limits."""
    d, utility, parts = answer.decision, answer.study.utility.utility(), []
    c = d.conclusion
    if not shows_cells(d):
        return []
    column = c.column(c.dose)
    for one in utility.harms:
        worst = max((p.harms[one.name][column] for p in c.predictive), key=lambda s: s.mean)
        limit = say("decision.no_limit", lang)
        if np.isfinite(one.limit):
            j = max(c.judgements, key=lambda j: j.harm_chance[one.name])
            over = percent(j.harm_chance[one.name], j.harm_chance_error[one.name])
            limit = say("decision.over_limit", lang, limit=f"{100 * one.limit:.3g}", chance=over)
        parts.append(
            say("decision.harm", lang, harm=one.label[lang], excess=names.interval(worst, lang, 100.0), limit=limit)
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


def own_values(answer: Answer, lang: str) -> list[str]:
    """Parameter values of the user's own, with those that they take the place of."""
    listed = []
    for p in stated_values(answer.system.model):
        assert p.replaced is not None  # what `stated_values` means
        shipped = {p.replaced.value, *(a.value for a in p.replaced.under.values())}
        listed.append(
            say(
                "report.own_value",
                lang,
                parameter=f"{p.entry.label} ({p.name})",
                value=f"{p.entry.value:g} {p.entry.unit}".strip(),
                shipped=f"{' / '.join(f'{v:g}' for v in sorted(shipped))} {p.entry.unit}".strip(),
            )
        )
    return [say("report.own_values", lang, values=say("decision.stop", lang).join(listed))] if listed else []


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
        regimen=_or_care(d.arms[d.top].regimen, lang),
        regret=names.number(d.regret[:, d.top].max()),
        matters=f"{answer.study.verdict.thresholds().matters:g}",
    )
