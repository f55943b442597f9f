"""Card of interactions: cells with established treatments, more or less than additive, and the order of the two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.card import Card
from hepatica.report import names
from hepatica.report.style import legend_below, look, panels, styled
from hepatica.report.window import texts
from hepatica.therapeutic_window.answer import GAIN, TherapeuticWindow
from hepatica.therapeutic_window.contrasts import TELLING, Difference
from hepatica.therapeutic_window.interactions import Additivity, Interaction, sign_of
from hepatica.therapy import TREATMENTS
from hepatica.words import say


def interaction_card(window: TherapeuticWindow, lang: str) -> Card:
    """Card of the interactions at the dose of comparison: sentences, a table of those begun together, a figure."""
    dose = texts.total(float(window.log_doses[window.reference]))
    text = [say("window.interaction_text", lang, dose=dose)]
    for h in window.study.hypotheses:
        own = [i for i in window.interactions if i.hypothesis == h]
        parts = [*_additivity(own, lang), *_timing(own, lang)]
        text.append(say("window.if", lang, hypothesis=names.hypothesis(h, lang), text=" ".join(parts)))
    return Card(
        "interactions",
        say("window.card_interactions", lang),
        tuple(text),
        pd.DataFrame([_row(i, lang) for i in window.interactions if i.delay == 0]),
        lambda: figure(window, lang),
        say("window.alt_interactions", lang),
        say("window.note_interactions", lang),
    )


def _treatment(i: Interaction, lang: str) -> str:
    return TREATMENTS[i.treatment].label[lang]


def _additivity(own: Sequence[Interaction], lang: str) -> list[str]:
    """A sentence for each kind of interaction of those begun on the same day, the largest first."""
    made, at_once = [], [i for i in own if i.delay == 0]
    for kind in Additivity:
        these = sorted((i for i in at_once if i.additivity is kind), key=lambda i: -abs(i.interaction[GAIN].mean))
        if not these:
            continue
        if kind in (Additivity.ADDITIVE, Additivity.UNSURE):
            listed = names.listed((_treatment(i, lang) for i in these), lang)
        else:
            listed = names.listed((_with_size(i, i.interaction[GAIN], lang) for i in these), lang)
        made.append(say(f"window.{kind.value}", lang, treatments=listed))
    return made


def _with_size(i: Interaction, d: Difference, lang: str) -> str:
    return say(
        "window.treatment_by",
        lang,
        treatment=_treatment(i, lang),
        days=texts.with_error(d.mean, d.error, lang),
        low=names.number(d.parameter_low),
        high=names.number(d.parameter_high),
    )


def _timing(own: Sequence[Interaction], lang: str) -> list[str]:
    """Treatments whose order with the cells matters beyond the delay of the cells themselves, by the largest delay."""
    made = []
    for treatment in dict.fromkeys(i.treatment for i in own):
        later = [i for i in own if i.treatment == treatment and sign_of(i.timing)]
        if later:
            i = max(later, key=lambda x: abs(x.timing.mean))
            what = {"treatment": _treatment(i, lang), "delay": f"{i.delay:g}"}
            what["timing"] = texts.with_error(abs(i.timing.mean), i.timing.error, lang)
            what["both"] = texts.with_error(i.delayed.mean, i.delayed.error, lang)
            more = i.timing.sign > 0
            made.append(say("window.timing_more", lang, **what) if more else say("window.timing_less", lang, **what))
    return made or [say("window.timing_none", lang)]


def _row(i: Interaction, lang: str) -> dict[str, str]:
    gain, alive, clot = (i.interaction[e] for e in (GAIN, "survival", "thrombosis"))
    return {
        say("window.col_treatment", lang): _treatment(i, lang),
        say("window.col_hypothesis", lang): names.hypothesis(i.hypothesis, lang),
        say("window.col_treatment_alone", lang): _days(i.treatment_alone[GAIN], lang),
        say("window.col_cells_alone", lang): _days(i.cells_alone[GAIN], lang),
        say("window.col_both", lang): _days(i.both[GAIN], lang),
        say("window.col_interaction", lang): f"{_days(gain, lang)} [{_over_parameters(gain, lang)}]",
        say("window.col_interaction_survival", lang): texts.with_error(alive.mean, alive.error, lang, 100.0),
        say("window.col_interaction_odds", lang): texts.with_error(i.log_odds.mean, i.log_odds.error, lang, digits=2),
        say("window.col_interaction_clots", lang): texts.with_error(clot.mean, clot.error, lang, 100.0),
        say("window.col_additivity", lang): say(f"window.short_{i.additivity.value}", lang),
    }


def _days(d: Difference, lang: str) -> str:
    return texts.with_error(d.mean, d.error, lang)


def _over_parameters(d: Difference, lang: str) -> str:
    low, high = (names.number(v) for v in (d.parameter_low, d.parameter_high))
    return say("window.range", lang, low=low, high=high)


def figure(window: TherapeuticWindow, lang: str) -> Figure:
    """Interaction of each treatment by the delay of the cells, hypotheses as columns.

    Thick bars are two Monte-Carlo errors, thin ones 90 % over parameters.
    """
    hypotheses = window.study.hypotheses
    treatments = list(dict.fromkeys(i.treatment for i in window.interactions))
    delays = sorted({i.delay for i in window.interactions})
    with styled():
        figure, axes = panels(
            1,
            len(hypotheses),
            width=max(7.0, 5.4 * len(hypotheses)),
            height=1.2 + 0.42 * len(treatments),
            sharey=True,
            sharex=True,
        )
        for ax, h in zip(axes[0], hypotheses, strict=True):
            ax.axvline(0, color="black", lw=0.8)
            for k, delay in enumerate(delays):
                own = {i.treatment: i for i in window.interactions if (i.hypothesis, i.delay) == (h, delay)}
                label = say("window.line_delay", lang, n=f"{delay:g}")
                _forest(
                    ax, [own[t].interaction[GAIN] for t in treatments], 0.17 * (k - (len(delays) - 1) / 2), k, label
                )
            ax.set_title(names.hypothesis(h, lang))
            ax.set_xlabel(say("window.axis_interaction", lang))
        axes[0, 0].set_yticks(range(len(treatments)), [TREATMENTS[t].label[lang] for t in treatments])
        axes[0, 0].set_ylim(len(treatments) - 0.5, -0.5)
        legend_below(figure, axes, len(delays))
        return figure


def _forest(ax: Axes, rows: Sequence[Difference], offset: float, place: int, label: str) -> None:
    colour, _, marker = look(place)
    y = np.arange(len(rows)) + offset
    mean, error, low, high = (
        np.array([getattr(d, n) for d in rows]) for n in ("mean", "error", "parameter_low", "parameter_high")
    )
    ax.hlines(y, low, high, color=colour, lw=0.8)
    ax.hlines(y, mean - TELLING * error, mean + TELLING * error, color=colour, lw=2.6, alpha=0.6)
    ax.plot(mean, y, color=colour, ls="none", marker=marker, ms=4.5, label=label)
