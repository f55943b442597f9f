"""Cards that compare simulated standard care with published cohorts."""

from __future__ import annotations

from functools import partial

import pandas as pd

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.ranking import shown_gains, shows_cells
from hepatica.dose_summary.standard_care import compare_deaths, compare_labs
from hepatica.evidence import load, references
from hepatica.patients.admitted import Rejection, Side
from hepatica.report import names
from hepatica.report.dose import figures
from hepatica.report.dose.survival import survival
from hepatica.variables import variable
from hepatica.words import say


def baseline(a: Answer, lang: str) -> Card:
    """Labs of the untreated virtual population, compared with its baseline publication."""
    publication, rows, flagged, medians = load(a.population.baseline), [], False, False
    for c in compare_labs(a):
        digits, o = variable(c.variable).digits, c.published
        flagged, medians = flagged or (o is not None and not o.usable), medians or c.is_median
        rows.append(
            {
                say("report.col_variable", lang): variable(c.variable).title(lang),
                say("report.col_day", lang): f"{c.day:g}",
                say("report.col_until", lang): f"{c.alive_until:g}" if c.alive_until else say("report.everybody", lang),
                say("report.col_published", lang): "–"
                if o is None
                else f"{names.number(o.value, digits)} ({names.number(c.published_sd, digits)})"
                + ("" if o.usable else " †")
                + (" ‡" if c.is_median else ""),
                "n": "–" if o is None or o.n is None else str(o.n),
                say("report.col_simulated", lang): f"{names.number(c.mean, digits)} ({names.number(c.sd, digits)})",
            }
        )
    p = a.patients
    lost = sum(p.rejected.values())
    rejected = names.listed(
        (
            say("report.rejected", lang, why=_reason(why, lang), n=n)
            for why, n in sorted(p.rejected.items(), key=lambda x: -x[1])
        ),
        lang,
    )
    text = (
        say("report.baseline_text", lang, source=references()[publication.cite].short()),
        say(
            "report.candidates",
            lang,
            kept=len(p.cohort.patient),
            tried=p.tried,
            lost=lost,
            rejected=rejected or "–",
            spare=p.tried - lost - len(p.cohort.patient),
            dropped=len(p.dropped_draws),
        ),
    )
    return Card(
        "baseline",
        say("report.baseline", lang),
        text,
        pd.DataFrame(rows),
        partial(figures.baseline, a, lang),
        say("report.baseline_alt", lang),
        " ".join(
            say(f"report.{mark}", lang) for mark, needed in (("dagger", flagged), ("double_dagger", medians)) if needed
        ),
    )


def _reason(why: Rejection, lang: str) -> str:
    """Reason of a rejection, with the lab in words."""
    if why.side is Side.FAILED:
        return say("report.rejected_failed", lang)
    return say(
        "report.rejected_low" if why.side is Side.BELOW else "report.rejected_high",
        lang,
        lab=names.variable(why.variable, lang),
        value=f"{why.limit:g}",
    )


def life(a: Answer, lang: str) -> Card:
    """Survival of both arms, compared with published trials."""
    d, ends = a.decision, []
    for k, h in enumerate(d.by_hypothesis if shows_cells(d) else ()):
        ends.append(
            say(
                "report.survival_end",
                lang,
                hypothesis=names.hypothesis(h.hypothesis, lang),
                days=f"{a.study.horizon:g}",
                care=names.interval(h.survival[0], lang, 100.0),
                gain=names.interval(shown_gains(d, k)[1], lang, 100.0),
            )
        )
    trials = names.listed((references()[load(key).cite].short() for key in a.population.shown), lang)
    text = (
        say("report.survival_text", lang),
        *ends,
        *([say("report.shown_only", lang, trials=trials)] if trials else []),
    )
    return Card(
        "survival",
        say("report.survival", lang),
        text,
        None,
        partial(survival, a, lang),
        " ".join(ends).replace("*", "") or say("report.survival", lang),
        say("report.as_drawn_curves", lang) if d.conclusion.as_drawn else "",
    )


def deaths(a: Answer, lang: str) -> Card:
    """Deaths under standard care, compared with published cohorts without cells."""
    rows = [
        {
            say("report.col_cohort", lang): f"{names.cohort(r.publication, r.n, lang)}: {load(r.publication).disease}",
            say("report.col_day", lang): f"{r.day:g}",
            say("report.col_published_dead", lang): say(
                "decision.interval",
                lang,
                mean=names.number(100 * r.published),
                low=names.number(100 * r.low),
                high=names.number(100 * r.high),
            ),
            say("report.col_simulated_dead", lang): names.interval(r.simulated, lang, 100.0),
            say("report.col_role", lang): say("report.fitted" if r.is_fitted else "report.not_fitted", lang),
        }
        for r in compare_deaths(a)
    ]
    return Card(
        "deaths",
        say("report.deaths", lang),
        (
            say(
                "report.deaths_text",
                lang,
                source="; ".join(references()[load(d.publication).cite].short() for d in a.population.fit.deaths),
            ),
        ),
        pd.DataFrame(rows) if rows else None,
        partial(figures.untreated, a, lang) if rows else None,
        say("report.deaths_alt", lang),
        say("report.deaths_note", lang),
    )
