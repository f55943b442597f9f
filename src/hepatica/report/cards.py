"""The cards of an answer, in the order in which they are read."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from hepatica import __version__
from hepatica.answering import Answer
from hepatica.card import Card
from hepatica.evidence import load, references
from hepatica.outcomes.scores import meld
from hepatica.report import figures, sentences
from hepatica.report.figures import arm_name, drawn
from hepatica.words import say

UNTREATED = (
    "canonic",
    "yang2022_cossh",
    "jilin",
    "swmu2020",
    "ma2026_zz",
    "pba_thesis",
    "alss2019",
    "wjcc2024_aclf",
)
Maker = Callable[[Answer, str], Card]


def the_answer(a: Answer, lang: str) -> Card:
    """Question and answer."""
    text = (
        sentences.verdict(a, lang),
        *sentences.benefit(a, lang),
        *sentences.harm(a, lang),
        " ".join(sentences.caveats(a, lang)),
    )
    return Card("answer", say("report.answer", lang, question=a.study.title), text)


def by_hypothesis(a: Answer, lang: str) -> Card:
    """What each hypothesis recommends, and the regret of each candidate."""
    d, rows = a.decision, []
    shown = sorted(
        {d.recommended, d.top, *(h.best for h in d.by_hypothesis), *(h.runner_up for h in d.by_hypothesis), 0}
    )
    for arm in shown:
        row = {say("report.col_regimen", lang): arm_name(d.arms[arm].name, lang)}
        for k, h in enumerate(d.by_hypothesis):
            mark = " *" if h.best == arm else ""
            row[say("report.col_gain_if", lang, hypothesis=say(f"common.{h.hypothesis}", lang))] = (
                sentences.interval(h.gain[arm], lang) + mark
            )
            regret = d.regret[k, arm]
            row[say("report.col_regret_if", lang, hypothesis=say(f"common.{h.hypothesis}", lang))] = (
                f"{regret:.1f}" if np.isfinite(regret) else say("report.over_limit", lang)
            )
        worst = d.regret[:, arm].max()
        row[say("report.col_worst", lang)] = (
            f"{worst:.1f}" if np.isfinite(worst) else say("report.over_limit", lang)
        )
        row[""] = say("report.least_worst", lang) if arm == d.recommended else ""
        rows.append(row)
    return Card(
        "hypotheses",
        say("report.hypotheses", lang),
        (say("report.hypotheses_text", lang),),
        pd.DataFrame(rows),
    )


def baseline(a: Answer, lang: str) -> Card:
    """The simulated untreated population beside the published course."""
    ds = next(iter(a.courses.values()))
    alive = figures.survival_curves(ds)[0]
    publication, rows = load(a.population.baseline), []
    care = {n: ds[n].values[0] for n in ("bilirubin", "inr", "albumin", "creatinine", "alt")}
    care["meld"] = np.asarray(
        meld(bilirubin=care["bilirubin"], creatinine=care["creatinine"], inr=care["inr"])
    )
    for o in publication.observations:
        if (
            o.kind != "mean_sd"
            or o.variable not in care
            or o.time > a.study.horizon
            or (o.time == 0 and "day28" in o.arm)
        ):
            continue
        k = int(np.searchsorted(ds["time"].values, o.time))
        weight, value = alive[:, k], care[o.variable][:, k]
        mean = np.nansum(weight * value) / np.nansum(weight)
        sd = np.sqrt(np.nansum(weight * (value - mean) ** 2) / np.nansum(weight))
        rows.append(
            {
                say("report.col_variable", lang): say(f"report.axis_{o.variable}", lang),
                say("report.col_day", lang): f"{o.time:g}",
                say("report.col_published", lang): f"{o.value:.2f} ({o.sd:.2f})" + ("" if o.usable else " †"),
                say("report.col_simulated", lang): f"{mean:.2f} ({sd:.2f})",
            }
        )
    rejected = say("decision.separator", lang).join(
        f"{why}: {n}" for why, n in sorted(a.patients.rejected.items(), key=lambda x: -x[1])
    )
    text = (
        say(
            "report.baseline_text",
            lang,
            kept=len(a.patients.cohort.patient),
            tried=a.patients.tried,
            rejected=rejected or "0",
            source=references()[publication.cite].short(),
            dropped=len(a.patients.dropped_draws),
        ),
    )
    return Card(
        "baseline", say("report.baseline", lang), text, pd.DataFrame(rows), note=say("report.dagger", lang)
    )


def course(a: Answer, lang: str) -> Card:
    """Labs over time."""
    return Card(
        "course",
        say("report.course", lang),
        (say("report.course_text", lang),),
        figure=partial(drawn, figures.labs, a, lang),
        alt=say("report.course", lang),
    )


def life(a: Answer, lang: str) -> Card:
    """Survival beside the trial, and untreated deaths beside cohorts."""
    ds = next(iter(a.courses.values()))
    alive, times = figures.survival_curves(ds)[0], ds["time"].values
    rows = []
    for key in UNTREATED:
        publication = load(key)
        whole = [arm for arm in publication.arms if not arm.subset_of and arm.id not in ("ad", "pba")]
        labels = {arm.id: arm.label for arm in whole}
        for o in publication.observations:
            if (
                o.variable not in ("death", "survival")
                or o.time not in (28, 30, 90)
                or not o.usable
                or o.arm not in labels
            ):
                continue
            value = o.value * (1.0 if o.unit in ("percent", "%") else 100.0)
            dead = value if o.variable == "death" else 100 - value
            k = int(np.searchsorted(times, min(o.time, times[-1])))
            rows.append(
                {
                    say(
                        "report.col_cohort", lang
                    ): f"{references()[publication.cite].short()}: {labels[o.arm]}",
                    say("report.col_day", lang): f"{o.time:g}",
                    say("report.col_published_dead", lang): f"{dead:.1f}",
                    say("report.col_simulated_dead", lang): f"{100 * (1 - np.nanmean(alive[:, k])):.1f}",
                }
            )
    return Card(
        "survival",
        say("report.survival", lang),
        (say("report.survival_text", lang),),
        pd.DataFrame(rows),
        partial(drawn, figures.survival, a, lang),
        say("report.survival", lang),
    )


def where(a: Answer, lang: str) -> Card:
    """Cells per organ."""
    text = (say("report.kinetics_text", lang),)
    figure = partial(drawn, figures.kinetics, a, lang) if a.kinetics else None
    return Card(
        "kinetics", say("report.kinetics", lang), text, figure=figure, alt=say("report.kinetics", lang)
    )


def over_dose(a: Answer, lang: str) -> Card:
    """The therapeutic window."""
    return Card(
        "window",
        say("report.window", lang),
        (say("report.window_text", lang),),
        figure=partial(drawn, figures.window, a, lang),
        alt=say("report.window", lang),
    )


def two_spreads(a: Answer, lang: str) -> Card:
    """Between patients and ignorance."""
    return Card(
        "spread",
        say("report.spread", lang),
        (say("report.spread_text", lang),),
        figure=partial(drawn, figures.spread, a, lang),
        alt=say("report.spread", lang),
    )


def assumptions(a: Answer, lang: str) -> Card:
    """What moves the answer, then all that is assumed."""
    parameters = a.system.model.parameters
    moving = [x.parameter for x in a.decision.assumptions]
    assumed = [n for n, p in parameters.items() if p.entry.grade == "assumed" and n not in moving]
    strength = {x.parameter: f"{x.correlation:+.2f}" for x in a.decision.assumptions}
    rows = [
        {
            say("report.col_parameter", lang): n,
            say("report.col_meaning", lang): parameters[n].entry.label,
            say("report.col_value", lang): f"{parameters[n].entry.value:g} {parameters[n].entry.unit}",
            say("report.col_grade", lang): parameters[n].entry.grade,
            say("report.col_moves", lang): strength.get(n, ""),
            say("report.col_reason", lang): parameters[n].entry.reason or parameters[n].entry.cite,
        }
        for n in (*moving, *assumed)
    ]
    grades = a.system.model.summary()["grades"]
    share = say("decision.separator", lang).join(
        f"{g} {n} ({n / len(parameters):.0%})" for g, n in grades.items()
    )
    moved = say("decision.separator", lang).join(
        f"{x.label} ({x.correlation:+.2f})" for x in a.decision.assumptions
    )
    return Card(
        "assumptions",
        say("report.assumptions", lang),
        (say("report.assumptions_text", lang, grades=share, moved=moved or say("report.none", lang)),),
        pd.DataFrame(rows),
    )


def sources(a: Answer, lang: str) -> Card:
    """Everything that is cited."""
    keys = {k for p in a.system.model.parameters.values() for k in p.keys}
    keys |= {load(k).cite for k in (a.population.baseline, *a.population.shown, "canonic")}
    keys |= {c.cite.split(",")[0] for c in a.population.covariate.values() if c.cite} | set(
        a.study.utility.utility().utilities.cites
    )
    known = references()
    rows = [
        {say("report.col_key", lang): k, say("report.col_work", lang): known[k].full()}
        for k in sorted(keys)
        if k in known
    ]
    return Card("sources", say("report.sources", lang), (), pd.DataFrame(rows))


def again(a: Answer, lang: str) -> Card:
    """How to run it again."""
    rows = {
        "study": a.study.hash,
        "model": a.system.model.hash,
        "seed": a.study.seed,
        "hepatica": __version__,
        "engine": a.system.engine,
        "patients x draws": f"{a.study.patients} x {a.study.draws}",
        "largest error of the tolerance, / (size + scale)": f"{a.error:.1e}",
        "failed": a.failed,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    table = pd.DataFrame(
        {
            say("report.col_what", lang): rows.keys(),
            say("report.col_value", lang): [str(v) for v in rows.values()],
        }
    )
    return Card("again", say("report.again", lang), (), table)


CARDS: tuple[Maker, ...] = (
    the_answer,
    by_hypothesis,
    over_dose,
    where,
    baseline,
    course,
    life,
    two_spreads,
    assumptions,
    sources,
    again,
)


def cards(answer: Answer, lang: str = "en") -> list[Card]:
    """All cards of an answer; one that fails becomes a card that says so.

    Parameters
    ----------
    answer : Answer
    lang : {"en", "zh"}
    """
    made = []
    for maker in CARDS:
        try:
            made.append(maker(answer, lang))
        except Exception as error:  # a broken part must not cost the answer
            made.append(
                Card(
                    maker.__name__,
                    maker.__name__,
                    (say("report.broken", lang, what=f"{type(error).__name__}: {error}"),),
                )
            )
    return made
