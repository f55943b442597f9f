"""Cards of observed and predicted outcomes of published arms."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.calibrate.endpoints import SHARES
from hepatica.calibrate.inference.loo import MAX_PARETO_K
from hepatica.card import Card
from hepatica.report.style import LOOKS, legend_below, log_scale, panels, styled
from hepatica.validation.records import REFERENCES, Record, Validation
from hepatica.words import say


def prediction_cards(validation: Validation, lang: str) -> list[Card]:
    """Prediction of each published number, and scores of each publication with those of the baselines."""
    rows = [_row(r, lang) for r in validation.records if not r.is_statement]
    names = ", ".join(validation.in_sample)
    inside = (say("validate.in_sample", lang, names=names),) if names else ()
    cards = [
        Card(
            "predictions",
            say("validate.title", lang),
            (say("validate.text", lang), *inside),
            pd.DataFrame(rows),
            partial(observed_over_predicted, validation, lang),
            alt=say("validate.alt", lang),
            note=say("validate.note", lang),
        )
    ]
    if told := [r for r in validation.records if r.is_statement]:
        table = pd.DataFrame([_statement_row(r, lang) for r in told])
        text = (say("validate.statements_text", lang),)
        cards.append(Card("statements", say("validate.statements", lang), text, table))
    odds = [
        {
            say("validate.publication", lang): r.publication,
            say("validate.arm", lang): f"{r.arm} - {r.against}",
            say("validate.endpoint", lang): r.endpoint_text,
            say("validate.day", lang): f"{r.time:g}",
            say("validate.observed", lang): f"{r.odds[0]:.2f}",
            say("validate.median", lang): f"{r.odds[1]:.2f}",
            "90 %": f"{r.odds[2]:.2f} - {r.odds[3]:.2f}" + ("" if r.odds[2] <= r.odds[0] <= r.odds[3] else " *"),
        }
        for r in validation.records
        if r.odds
    ]
    if odds:
        cards.append(
            Card("odds", say("validate.odds", lang), (), pd.DataFrame(odds), note=say("validate.odds_note", lang))
        )
    totals, apart = validation.totals(), validation.parts()
    if len(totals):
        table = _totals(totals, [(say("validate.publication", lang), totals["publication"])], lang)
        cards.append(Card("totals", say("validate.totals", lang), (), table, note=say("validate.totals_note", lang)))
        parts = pd.Series([say(f"validate.part_{part}", lang) for part in apart["part"]])
        table = _totals(apart, [(say("validate.part", lang), parts)], lang)
        cards.append(Card("parts", say("validate.parts", lang), (), table))
    if validation.pareto_k:
        rows = [
            {say("validate.publication", lang): k, "Pareto k": f"{v:.2f}" + (" *" if v >= MAX_PARETO_K else "")}
            for k, v in validation.pareto_k.items()
        ]
        cards.append(
            Card(
                "left_out", say("validate.shapes", lang), (), pd.DataFrame(rows), note=say("validate.shapes_note", lang)
            )
        )
    if validation.matching:
        cards.append(_matching(validation, lang))
    if validation.assumed:
        rows = [
            {say("validate.what", lang): arm, say("validate.assumed_what", lang): "; ".join(what)}
            for arm, what in validation.assumed.items()
        ]
        cards.append(Card("assumed", say("validate.assumed", lang), (), pd.DataFrame(rows)))
    if validation.not_predicted:
        left = pd.DataFrame(
            {
                say("validate.what", lang): list(validation.not_predicted),
                say("validate.why", lang): list(validation.not_predicted.values()),
            }
        )
        cards.append(Card("left", say("validate.left", lang), (), left))
    return cards


def _row(r: Record, lang: str) -> dict[str, str]:
    """Row of a published number."""
    inside = r.quantiles[0] <= r.observed <= r.quantiles[4]
    return {
        **_place(r, lang),
        say("validate.observed", lang): f"{r.observed:.3g}",
        say("validate.median", lang): f"{r.quantiles[2]:.3g}",
        "50 %": f"{r.quantiles[1]:.3g} - {r.quantiles[3]:.3g}",
        "90 %": f"{r.quantiles[0]:.3g} - {r.quantiles[4]:.3g}" + ("" if inside else " *"),
        **_scores(r, lang),
    }


def _statement_row(r: Record, lang: str) -> dict[str, str]:
    """Row of a statement: what was printed, its probability, and the number of which it speaks."""
    return {
        **_place(r, lang),
        say("validate.statement", lang): r.statement,
        say("validate.probability", lang): f"{100 * r.probability:.0f} %",
        say("validate.median", lang): f"{r.quantiles[2]:.3g}",
        "90 %": f"{r.quantiles[0]:.3g} - {r.quantiles[4]:.3g}",
        **_scores(r, lang, crps=say("validate.quadratic", lang)),
    }


def _place(r: Record, lang: str) -> dict[str, str]:
    """Cells that say which number it is."""
    return {
        say("validate.publication", lang): r.publication,
        say("validate.arm", lang): r.arm + (f" - {r.against}" if r.against else ""),
        say("validate.endpoint", lang): r.endpoint_text,
        say("validate.day", lang): r.day_text,
    }


def _scores(r: Record, lang: str, crps: str = "CRPS") -> dict[str, str]:
    """Cells of the scores of model and baselines, each with its Monte Carlo error."""
    plain = {
        say(f"validate.{n}", lang): f"{v.log_score:.2f} ± {v.log_score_error:.1g} ({v.q05:.3g} - {v.q95:.3g})"
        for n, v in r.references.items()
    }
    return {
        crps: f"{r.crps:.3g} ± {r.crps_error:.1g}",
        say("validate.log_score", lang): f"{r.log_score:.2f} ± {r.log_score_error:.1g}",
        **plain,
    }


def _matching(validation: Validation, lang: str) -> Card:
    """Card of the effective sample size of each arm once it matches the published means at day 0."""
    rows = [
        {
            say("validate.what", lang): arm,
            say("validate.effective", lang): f"{100 * share:.0f} %"
            if np.isnan(people := validation.effective.get(arm, float("nan")))
            else f"{people:.0f} ({100 * share:.0f} %)",
        }
        for arm, share in validation.matching.items()
    ]
    text, note = (say(f"validate.matching_{part}", lang) for part in ("text", "note"))
    return Card("matching", say("validate.matching", lang), (text,), pd.DataFrame(rows), note=note)


def _totals(totals: pd.DataFrame, first: list[tuple[str, pd.Series[str]]], lang: str) -> pd.DataFrame:
    """Coverage and mean scores, ready to read."""
    plain = {
        f"{say(f'validate.{n}', lang)}: {say(f'validate.{score}', lang)}": totals[f"{n}_{column}"].map(form.format)
        for score, column, form in (("crps", "crps", "{:.3f}"), ("log_score", "logscore", "{:.2f}"))
        for n in REFERENCES
    }
    return pd.DataFrame(
        {
            **dict(first),
            say("validate.numbers", lang): totals["numbers"].map("{:.0f}".format),
            say("validate.in_50", lang): totals["in_50"].map(_percent),
            say("validate.in_90", lang): totals["in_90"].map(_percent),
            say("validate.crps", lang): _with_error(totals, "crps", "{:.3f}"),
            say("validate.log_score", lang): _with_error(totals, "logscore", "{:.2f}"),
            say("validate.width", lang): totals["width_90"].map("{:.2f}".format),
            **plain,
        }
    )


def _percent(share: float) -> str:
    """Share in percent; a dash where only statements were printed, which no interval holds."""
    return "–" if pd.isna(share) else f"{100 * float(share):.0f} %"


def _with_error(totals: pd.DataFrame, column: str, form: str) -> pd.Series[str]:
    """Mean scores with their Monte Carlo errors."""
    errors = totals[f"{column}_error"].astype(float).map("{:.1g}".format)
    return totals[column].map(form.format) + " ± " + errors


def observed_over_predicted(validation: Validation, lang: str) -> Figure:
    """Observed over predicted: shares of people, means on logarithmic axes, and differences of shares between arms.

    A mark stands at the predicted median with its 90 % interval; it is hollow where what was observed lies outside.
    """
    numbers = [r for r in validation.records if not r.is_statement and r.scale == "difference"]
    shares = [r for r in numbers if r.endpoint in SHARES and not r.against]
    between = [r for r in numbers if r.endpoint in SHARES and r.against]
    means = [r for r in numbers if r.endpoint not in SHARES and not r.against and min(r.quantiles[0], r.observed) > 0]
    drawn = [(name, rows) for name, rows in (("shares", shares), ("means", means), ("differences", between)) if rows]
    with styled():
        figure, axes = panels(1, max(len(drawn), 1), width=3.3 * max(len(drawn), 1), height=3.9)
        for ax, (name, rows) in zip(axes[0], drawn, strict=False):
            _marks(ax, rows, lang)
            if name == "means":
                log_scale(ax.xaxis, ax.yaxis)
            low, high = max(ax.get_xlim()[0], ax.get_ylim()[0]), min(ax.get_xlim()[1], ax.get_ylim()[1])
            ax.plot([low, high], [low, high], color="black", lw=0.8, zorder=0)
            ax.set(title=say(f"validate.{name}", lang))
            ax.set(xlabel=say("validate.median", lang), ylabel=say("validate.observed", lang))
        if drawn:
            legend_below(figure, axes, 2)
    return figure


def _marks(ax: Axes, rows: list[Record], lang: str) -> None:
    for cells, (colour, _, marker) in zip((False, True), LOOKS, strict=False):
        here = [r for r in rows if r.cells == cells]
        label = say(f"validate.{'with' if cells else 'without'}_cells", lang)
        for k, r in enumerate(here):
            inside = r.quantiles[0] <= r.observed <= r.quantiles[4]
            ax.plot(r.quantiles[[0, 4]], [r.observed] * 2, color=colour, lw=0.6, alpha=0.45)
            face = colour if inside else "white"
            name = label if k == 0 else None
            ax.plot(r.quantiles[2], r.observed, marker=marker, color=colour, mfc=face, ms=4.5, ls="none", label=name)
