"""Cards of potency assays: potencies, suitability, analysis of variance, outliers, runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.card import Card
from hepatica.manufacturing.assay.result import AssayResult, PotencyAnalysis, SampleRuns
from hepatica.manufacturing.assay.suitability import Check
from hepatica.report import names
from hepatica.report.potency import figures
from hepatica.words import say

MOST_ASSAYS = 12
"""Assays with cards of their own; the table holds all."""
MOST_ROWS = 60
SHOWN = 4
"""Cards that a terminal shows."""


def number(value: float, digits: int = 4) -> str:
    """Number to significant digits, a dash where there is none.

    Examples
    --------
    >>> number(19228.4755, 6), number(float("nan"))
    ('19228.5', '–')
    """
    return f"{value:.{digits}g}" if np.isfinite(value) else "–"


def p_value(p: float) -> str:
    """P value as printed: three decimals, or a bound.

    Examples
    --------
    >>> p_value(0.0075), p_value(1e-9)
    ('0.007', '<0.001')
    """
    return "–" if not np.isfinite(p) else "<0.001" if p < 0.001 else f"{p:.3f}"


def cards(result: PotencyAnalysis, lang: str) -> list[Card]:
    """Cards of an analysis: potencies, runs, then each assay's suitability with figure and analysis of variance."""
    made = [_potencies(result, lang)]
    if result.runs:
        made.append(_runs(result, lang))
    for place, a in enumerate(result.assays[:MOST_ASSAYS], 1):
        made += [_suitability(result, a, place, lang), _anova(a, place, lang)]
    return made


def table(result: PotencyAnalysis) -> pd.DataFrame:
    """All potencies, a row each, with codes and full precision; NaN where suitability refuses one."""
    rows = []
    for a in result.assays:
        for p, shown in zip(a.potencies, a.reported, strict=True):
            values = (np.nan,) * 3 if shown is None else shown.potency
            rows.append(
                {
                    "assay": a.assay,
                    "run": a.run,
                    "sample": p.sample,
                    "reported": shown is not None,
                    "potency": values[0],
                    "low": values[1],
                    "high": values[2],
                    "assumed": p.assumed,
                    "failures": " ".join(sorted({c.key.value for c in a.failures})),
                    "outlier_lines": " ".join(str(o.line) for o in a.outliers),
                }
            )
    return pd.DataFrame(rows)


def _potencies(result: PotencyAnalysis, lang: str) -> Card:
    rows = []
    for a in result.assays:
        for k, shown in enumerate(a.reported):
            row = {say("potency.col_sample", lang): figures.label(a, k)}
            if shown is None:
                row |= {say("potency.col_potency", lang): say("potency.refused", lang)}
                row |= {say("potency.col_limits", lang): "–", say("potency.col_percent", lang): "–"}
            else:
                estimate, low, high = shown.potency
                percent = [f"{100 * v / estimate:.1f}" for v in (low, high)]
                row |= {say("potency.col_potency", lang): number(estimate, 6)}
                row |= {say("potency.col_limits", lang): f"{number(low, 6)} – {number(high, 6)}"}
                row |= {say("potency.col_percent", lang): " – ".join(percent)}
            rows.append(row)
    total = len(rows)
    refused = sum(p is None for a in result.assays for p in a.reported)
    model = say(f"potency.model_{result.options.model.name.lower()}", lang)
    text = [say("potency.summary", lang, model=model, assays=len(result.assays), total=total, refused=refused)]
    text += [_refusal(a, lang) for a in result.assays[:MOST_ASSAYS] if a.failures]
    if result.missing:
        text.append(say("potency.missing", lang, n=result.missing))
    if total > MOST_ROWS:
        text.append(say("potency.more", lang, shown=MOST_ROWS, total=total))
    return Card(
        "potency",
        say("potency.card_potency", lang),
        tuple(text),
        pd.DataFrame(rows[:MOST_ROWS]),
        (lambda: figures.potencies(result, lang)) if refused < total else None,
        say("potency.alt_potency", lang),
        _note(result, lang),
    )


def _note(result: PotencyAnalysis, lang: str) -> str:
    crossed = all(a.layout.is_cross_over for a in result.assays)
    return say(f"potency.note_limits{'_cross_over' * crossed}", lang, level=100 * result.options.level)


def _refusal(a: AssayResult, lang: str) -> str:
    """Sentence that names what an assay failed."""
    failed = names.listed(dict.fromkeys(_check_text(a, c, lang) for c in a.failures), lang)
    name = " · ".join(x for x in (a.assay, a.run) if x) or say("potency.this_assay", lang)
    return say("potency.not_suitable", lang, name=name, failed=failed)


def _check_text(a: AssayResult, c: Check, lang: str) -> str:
    text = say(f"potency.check_{c.key.value}", lang)
    if c.sample >= 0:
        text = say("potency.of_sample", lang, what=text, sample=a.samples[c.sample])
    return f"{text} (p {p_value(c.p)})" if np.isfinite(c.p) else text


def _suitability(result: PotencyAnalysis, a: AssayResult, place: int, lang: str) -> Card:
    rows = []
    for c in a.checks:
        if np.isfinite(c.margin_low):
            statistic = (
                f"{number(c.low, 3)} – {number(c.high, 3)}" if np.isfinite(c.low) or np.isfinite(c.high) else "–"
            )
            needed = f"{number(c.margin_low, 3)} – {number(c.margin_high, 3)}"
        else:
            statistic = f"{number(c.statistic)}, p {p_value(c.p)}" if np.isfinite(c.p) else "–"
            needed = "–" if not np.isfinite(c.p) else _needed(result, c)
        rows.append(
            {
                say("potency.col_check", lang): _check_text(a, c._replace(p=np.nan), lang),
                say("potency.col_result", lang): statistic,
                say("potency.col_needed", lang): needed,
                say("potency.col_met", lang): say("potency.met" if c.passed else "potency.not_met", lang),
                say("potency.col_decides", lang): say("potency.decides" if c.decides else "potency.shown", lang),
            }
        )
    text = [say("potency.suitable", lang) if not a.failures else _refusal(a, lang)]
    text += [
        say(
            "potency.outlier_line",
            lang,
            line=o.line,
            sample=o.sample,
            dose=f"{o.dose:g}",
            response=f"{o.response:g}",
            p=p_value(o.p),
        )
        for o in a.outliers
    ]
    return Card(
        f"suitability-{place}",
        say("potency.card_suitability", lang, name=" · ".join(x for x in (a.assay, a.run) if x)).rstrip(" :："),
        tuple(text),
        pd.DataFrame(rows),
        lambda: figures.dose_response(result, a, lang),
        say("potency.alt_response", lang),
        say("potency.note_margins", lang),
    )


def _needed(result: PotencyAnalysis, c: Check) -> str:
    return f"p {'<' if c.key.value == 'regression' else '≥'} {result.options.criteria.alpha:g}"


def _anova(a: AssayResult, place: int, lang: str) -> Card:
    counts = a.anova and not any(t.term == "total" for t in a.anova)
    rows = [
        {
            say("potency.col_term", lang): say(f"potency.term_{t.term}", lang),
            say("potency.col_df", lang): str(t.df),
            say("potency.col_chi2" if counts else "potency.col_ss", lang): number(t.ss, 6),
            say("potency.col_ms", lang): number(t.ms, 6),
            "F": number(t.f),
            "p": p_value(t.p),
        }
        for t in a.anova
    ]
    design = say(f"potency.design_{a.layout.design.name.lower()}", lang)
    text = say("potency.anova_text", lang, design=design, slope=number(a.slope, 6), df=number(a.df))
    return Card(f"anova-{place}", say("potency.card_anova", lang), (text,), pd.DataFrame(rows))


def _runs(result: PotencyAnalysis, lang: str) -> Card:
    return Card(
        "runs",
        say("potency.card_runs", lang),
        (say("potency.runs_text", lang),),
        pd.DataFrame([_run_row(r, lang) for r in result.runs[:MOST_ROWS]]),
        note=say("potency.note_runs", lang),
    )


def _run_row(r: SampleRuns, lang: str) -> dict[str, str]:
    texts = ["–"] * 5
    if r.combined is not None and r.effect is not None:
        c, e = r.combined, r.effect
        both = [[r.assumed * float(np.exp(v)) for v in (x.log_potency, x.low, x.high)] for x in (c, e)]
        combined, random = (f"{number(m)} ({number(low)} – {number(high)})" for m, low, high in both)
        weighting = say(f"potency.weighting_{c.weighting.name.lower()}", lang)
        between = f"{number(e.between, 3)} ({number(e.between_low, 3)} – {number(e.between_high, 3)})"
        texts = [weighting, combined, f"χ² {number(c.chi2, 3)}, p {p_value(c.p)}", random, between]
    return {
        say("potency.col_sample", lang): " · ".join(x for x in (r.assay, r.sample) if x),
        say("potency.col_runs", lang): f"{len(r.runs)} / {len(r.runs) + len(r.refused)}",
        say("potency.col_weighting", lang): texts[0],
        say("potency.col_combined", lang): texts[1],
        say("potency.col_homogeneity", lang): texts[2],
        say("potency.col_random", lang): texts[3],
        say("potency.col_between", lang): texts[4],
    }
