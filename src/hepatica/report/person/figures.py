"""Figures of a person's forecast: bands of labs with the samples so far, risk by time, gains by regimen."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.observations import Series
from hepatica.individual.prediction.result import PersonForecast
from hepatica.report.style import CARE, CELLS, VERMILLION, legend_below, log_scale, panels, roomy, styled
from hepatica.variables import variable
from hepatica.words import say

SHOWN = ("bilirubin", "inr", "creatinine", "albumin", "alt", "ammonia")
"""Labs drawn whether they were measured or not; those measured are drawn besides."""
LINEAR = ("albumin", "sodium")
"""Labs that vary too little for a logarithmic axis."""
NEXT_DAYS = 3.0
"""Days from the last lab within which the interval of the next sample is marked."""


def shown_labs(result: PersonForecast) -> tuple[str, ...]:
    """Labs that are drawn, in the library's order."""
    measured = {s.lab for s in result.observations.series}
    return tuple(lab for lab in LABS if lab in SHOWN or lab in measured)


def labs_figure(result: PersonForecast, lang: str) -> Figure:
    """Forecast bands of labs: without further cells with its 50 and 90 % bands, with cells as median and 90 % ends."""
    labs = shown_labs(result)
    columns = 3
    lines = -(-len(labs) // columns)
    with styled():
        figure, axes = panels(lines, columns, width=11.0, height=2.5)
        for ax, lab in zip(axes.ravel(), labs, strict=False):
            _lab(ax, result, lab, lang)
        for ax in axes.ravel()[len(labs) :]:
            ax.set_visible(False)
        legend_below(figure, axes, 4)
        return figure


def _lab(ax: Axes, result: PersonForecast, lab: str, lang: str) -> None:
    """One lab over time."""
    table = result.labs[result.labs["lab"] == lab]
    care = table[table["course"] == ""]
    day = care["day"].to_numpy(float)
    for low, high, alpha in (("low", "high", 0.18), ("q1", "q3", 0.3)):
        label = say("forecast.legend_care", lang) if low == "q1" else None
        ax.fill_between(day, care[low], care[high], color=CARE, alpha=alpha, lw=0, label=label)
    ax.plot(day, care["median"], color=CARE, lw=1.4)
    cells = _over_hypotheses(table[table["course"] != ""])
    ax.plot(cells.index, cells["median"], color=CELLS, lw=1.4, ls="--", label=say("forecast.legend_cells", lang))
    for end in ("low", "high"):
        ax.plot(cells.index, cells[end], color=CELLS, lw=0.8, ls=":")
    following = care[(care["day"] > day[0]) & (care["day"] <= day[0] + NEXT_DAYS)]
    if len(following):
        row = following.iloc[0]
        ax.plot(
            [row["day"]] * 2, [row["next_low"], row["next_high"]], color=VERMILLION, lw=2.0, marker="_", ms=8,
            label=say("forecast.legend_next", lang),
        )  # fmt: skip
    series = result.observations.get(lab)
    if series is not None:
        _samples(ax, series, lang)
    if lab not in LINEAR:
        log_scale(ax.yaxis)
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
    ax.set_title(roomy(f"{variable(lab).title(lang)}"))
    ax.set_xlabel(say("forecast.axis_day", lang))


def _samples(ax: Axes, series: Series, lang: str) -> None:
    """Measurements so far; those beyond a limit as triangles that point there."""
    for sign, marker in ((0, "o"), (-1, "v"), (1, "^")):
        at = series.signs == sign
        if at.any():
            label = say("forecast.legend_sample", lang) if sign == 0 else None
            ax.plot(
                series.days[at], np.exp(series.values[at]), color="black", ls="none", marker=marker, ms=4, label=label
            )


def _over_hypotheses(table: pd.DataFrame) -> pd.DataFrame:
    """Median and ends over hypotheses, which count alike, by day."""
    grouped = table.groupby("day")
    return pd.DataFrame(
        {"median": grouped["median"].mean(), "low": grouped["low"].min(), "high": grouped["high"].max()}
    )


def risk_figure(result: PersonForecast, lang: str) -> Figure:
    """Risk of death or transplant by time with its 90 % interval, without further cells and with them."""
    with styled():
        figure, axes = panels(1, 1, width=8.0, height=3.4)
        ax = axes[0, 0]
        for risk, colour, style, key in (
            (result.risk, CARE, "-", "legend_care"),
            (result.risk_with, CELLS, "--", "legend_cells"),
        ):
            x = np.concatenate([[result.observations.last_day], risk.days])
            y = 100 * np.concatenate([[0.0], risk.either])
            ax.plot(x, y, color=colour, ls=style, marker="o", ms=3, label=say(f"forecast.{key}", lang))
            low, high = (100 * np.concatenate([[0.0], end]) for end in (risk.low, risk.high))
            ax.fill_between(x, low, high, color=colour, alpha=0.12, lw=0)
        ax.set_ylim(0, 100)
        ax.set_xlabel(say("forecast.axis_day", lang))
        ax.set_ylabel(roomy(say("forecast.axis_risk", lang)))
        legend_below(figure, axes, 2)
        return figure


def gain_figure(result: PersonForecast, lang: str) -> Figure:
    """Expected gain of each regimen with both of its intervals."""
    with styled():
        figure, axes = panels(1, 1, width=8.0, height=0.7 + 0.5 * len(result.choice.gains))
        ax = axes[0, 0]
        for k, gain in enumerate(result.choice.gains):
            thin, thick = (say(f"forecast.legend_{name}", lang) if not k else None for name in ("person", "expected"))
            ax.plot([gain.person_low, gain.person_high], [k, k], color=CELLS, lw=1.0, label=thin)
            ax.plot([gain.low, gain.high], [k, k], color=CELLS, lw=4.0, alpha=0.6, label=thick)
            ax.plot(gain.expected, k, color="black", marker="D", ms=5, ls="none")
        ax.axvline(0.0, color=CARE, lw=1.0)
        ax.set_yticks(range(len(result.choice.gains)))
        ax.set_yticklabels([result.regimens[g.regimen].label for g in result.choice.gains])
        ax.set_ylim(len(result.choice.gains) - 0.5, -0.5)
        ax.set_xlabel(say("forecast.axis_gain", lang))
        legend_below(figure, axes, 2)
        return figure
