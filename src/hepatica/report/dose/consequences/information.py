"""Card of what to learn next: value of information by group of parameters, and of trials by size."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.figure import Figure

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.information import Group, Information, InformationValue, information
from hepatica.dosing.information.perfect import Value
from hepatica.report import names
from hepatica.report.style import look, panels, styled
from hepatica.words import say

LEAST_SCALE = 0.01
"""Days per patient to which the axis reaches where knowing gains nothing."""


def what_to_learn(a: Answer, lang: str) -> Card:
    """The study that would change this dose, and what it is worth."""
    title, learning = say("report.learn_next", lang), information(a)
    if learning is None:
        return Card("learn_next", title, (say("decision.no_cells_asked", lang),))
    text = [line for r in learning.by_hypothesis for line in (_study(a, r, lang), _groups(r, lang))]
    if len(learning.by_hypothesis) > 1:
        text.append(say("report.learn_hypothesis", lang, value=_days(learning.hypothesis_value)))
    draw = partial(figure, learning, lang)
    note = say("report.learn_note", lang, cost=f"{a.study.verdict.thresholds().trial_cost:g}")
    return Card("learn_next", title, tuple(text), None, draw, say("report.learn_alt", lang), note)


def _study(a: Answer, r: InformationValue, lang: str) -> str:
    best, t = r.best_trial, a.study.verdict.thresholds()
    words = {
        "hypothesis": names.hypothesis(r.hypothesis, lang),
        "regimen": names.regimen(a.decision.arms[r.arm].regimen, lang),
        "people": best.people,
        "value": names.number(best.per_patient, 2) + names.with_error(best.per_patient_error, 2),
        "net": names.number(best.net / best.people, 1) + names.with_error(best.error / best.people, 1),
        "population": f"{t.population:g}",
    }
    alike = r.best_sizes
    sizes = say("report.learn_sizes", lang, least=min(alike), most=max(alike)) if len(alike) > 1 else ""
    return say(f"report.learn_trial_{r.worth.value}", lang, **words) + sizes


def _groups(r: InformationValue, lang: str) -> str:
    groups = [group_name(g, lang).replace("\n", " " if lang == "en" else "") for g in r.leading]
    if not groups:
        return say("report.learn_no_group", lang, everything=_days(r.everything))
    return say(
        "report.learn_group" if len(groups) == 1 else "report.learn_groups",
        lang,
        group=names.listed((f"*{g}*" for g in groups), lang),
        value=_days(r.groups[r.leading[0]]),
        everything=_days(r.everything),
    )


def _days(v: Value) -> str:
    """Days per patient with their Monte-Carlo error."""
    return names.number(v.mean, 2) + names.with_error(v.error, 2)


def group_name(group: Group, lang: str) -> str:
    """A group of parameters in words."""
    return say(f"report.group_{group.value}", lang)


def figure(learning: Information, lang: str) -> Figure:
    """Value of knowing each group of parameters, and net value of trials by size, for each hypothesis."""
    with styled():
        drawn_figure, axes = panels(1, 2, width=11, height=3.0, gridspec_kw={"width_ratios": [1, 1]})
        left, right = axes[0]
        groups = list(Group)
        wide = 0.8 / len(learning.by_hypothesis)
        for k, r in enumerate(learning.by_hypothesis):
            colour, line, marker = look(k)
            label = names.hypothesis(r.hypothesis, lang)
            y = np.arange(len(groups)) + (k - (len(learning.by_hypothesis) - 1) / 2) * wide
            values = [r.groups[g] for g in groups]
            left.barh(y, [v.mean for v in values], wide * 0.9, color=colour, alpha=0.75, label=label)
            ends = [np.minimum([v.error for v in values], [v.mean for v in values]), [v.error for v in values]]
            left.errorbar([v.mean for v in values], y, xerr=ends, ls="none", color="black", capsize=2, lw=0.8)
            low, high = r.everything.mean - r.everything.error, r.everything.mean + r.everything.error
            left.axvspan(max(low, 0.0), high, color=colour, alpha=0.12, lw=0)
            left.axvline(r.everything.mean, color=colour, ls=line, lw=1.2)
            people = [t.people for t in r.trials]
            net = [t.net / 1000 for t in r.trials]
            error = [2 * t.error / 1000 for t in r.trials]
            right.errorbar(people, net, error, color=colour, ls=line, marker=marker, ms=5, capsize=2, label=label)
        left.set_yticks(range(len(groups)), [group_name(g, lang) for g in groups], fontsize=8.5)
        left.invert_yaxis()
        left.set(xlabel=say("report.axis_evppi", lang), xlim=(0, max(left.get_xlim()[1], LEAST_SCALE)))
        right.axhline(0, color="black", lw=0.7)
        right.set_xscale("log")
        right.set_xticks(people, [str(n) for n in people])
        right.minorticks_off()
        right.set(xlabel=say("report.axis_people", lang), ylabel=say("report.axis_net", lang))
        right.legend(fontsize=8.5)
        return drawn_figure
