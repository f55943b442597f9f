"""Card of whom it helps: gain by baseline risk, optimum by subgroup, and a short dosing rule."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.subgroups import FEATURES, WhomItHelps, whom_it_helps
from hepatica.dosing.groups.dosing_rule import Leaf, Split
from hepatica.dosing.groups.subgroups import SubgroupOptimum
from hepatica.dosing.verdict import side
from hepatica.report import names
from hepatica.report.style import legend_below, look, panels, styled
from hepatica.words import say


def whom(a: Answer, lang: str) -> Card:
    """Gain by baseline risk with its prognostic share, optima of subgroups, and a rule of at most three questions."""
    title, rows = say("report.whom", lang), whom_it_helps(a)
    if not rows:
        return Card("whom", title, (say("decision.no_cells_asked", lang),))
    text = [say("report.whom_text", lang)]
    for r in rows:
        text.append(
            say(
                "report.whom_share",
                lang,
                hypothesis=names.hypothesis(r.hypothesis, lang),
                share=names.number(100 * r.risk.share, 0),
                ratio=names.number(float(np.exp(r.risk.log_odds_ratio)), 2),
            )
        )
        if r.rule is not None:
            text.append(_rule(a, r, lang))
    table = pd.DataFrame([row for r in rows for row in _rows(a, r, lang)])
    note = say("report.whom_note", lang)
    return Card("whom", title, tuple(text), table, partial(figure, rows, lang), say("report.whom_alt", lang), note)


def _rows(a: Answer, r: WhomItHelps, lang: str) -> list[dict[str, str]]:
    return [
        {
            say("report.col_subgroup", lang): _subgroup(s.name, lang),
            say("report.col_hypothesis", lang): names.hypothesis(r.hypothesis, lang),
            "n": str(s.patients),
            say("report.col_best", lang): _optimum(a, r, s, lang),
            say("report.col_gain", lang): names.number(s.gain) + names.with_error(s.error),
            say("report.col_given_up", lang): names.number(s.lost) + names.with_error(s.lost_error),
        }
        for s in r.subgroups
    ]


def _optimum(a: Answer, r: WhomItHelps, s: SubgroupOptimum, lang: str) -> str:
    """Regimen that is best in a subgroup; one that two standard errors do not tell from the dose is not named."""
    arm = r.arms[s.best]
    if arm != a.decision.top and side(s.lost, 0.0, s.lost_error) <= 0:
        return say("report.not_told_from_dose", lang)
    return names.arm_name(a.decision.arms[arm], lang, a.decision.arms)


def _subgroup(name: str, lang: str) -> str:
    feature, _, half = name.rpartition("_")
    return say(f"report.half_{half}", lang, lab=_feature(feature, lang))


def _feature(name: str, lang: str) -> str:
    return say("report.body_weight", lang) if name == "body_weight" else names.variable(name, lang)


def _rule(a: Answer, r: WhomItHelps, lang: str) -> str:
    assert r.rule is not None
    value = r.rule
    words = {
        "gain": names.number(value.gain) + names.with_error(value.gain_error),
        "lost": names.number(value.lost),
        "returns": names.number(100 * value.first_returns, 0),
    }
    if not isinstance(value.rule, Split) or value.gain < 2 * value.gain_error:
        return say("report.rule_none", lang, **words)
    return say("report.rule", lang, rule=_written(a, r, value.rule, lang), **words)


def _written(a: Answer, r: WhomItHelps, rule: Split | Leaf, lang: str) -> str:
    if isinstance(rule, Leaf):
        return names.arm_name(a.decision.arms[r.arms[rule.arm]], lang, a.decision.arms)
    return say(
        "report.rule_split",
        lang,
        lab=_feature(FEATURES[rule.feature], lang),
        cut=f"{rule.cut:.3g}",
        low=_written(a, r, rule.low, lang),
        high=_written(a, r, rule.high, lang),
    )


def figure(rows: tuple[WhomItHelps, ...], lang: str) -> Figure:
    """Gain in survival by quarter of the baseline risk, with what one odds ratio for everybody would give."""
    with styled():
        drawn, axes = panels(1, len(rows), width=5.4 * len(rows), height=3.0, sharey=True)
        for k, (ax, r) in enumerate(zip(axes[0], rows, strict=True)):
            colour, _, marker = look(k)
            x = [100 * g.risk for g in r.risk.groups]
            y, e = ([100 * getattr(g, n) for g in r.risk.groups] for n in ("gain", "error"))
            ax.axhline(0, color="black", lw=0.7)
            same = [100 * g.foreseen for g in r.risk.groups]
            ax.plot(x, same, color="#555555", ls="--", lw=1.3, label=say("report.one_odds_ratio", lang))
            look_of = {"color": colour, "marker": marker, "ms": 6, "capsize": 3, "ls": "none"}
            ax.errorbar(x, y, yerr=[2 * v for v in e], label=say("report.simulated", lang), **look_of)
            ax.set_title(names.hypothesis(r.hypothesis, lang))
            ax.set_xlabel(say("report.axis_risk", lang))
        axes[0, 0].set_ylabel(say("report.axis_gain_survival", lang))
        legend_below(drawn, axes, 2)
    return drawn
