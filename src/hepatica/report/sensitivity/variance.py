"""Report of Sobol' indices: figure, card and tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.api.sensitivity import SobolAnswer
from hepatica.card import Card
from hepatica.files import write_csv, write_json
from hepatica.report import names
from hepatica.report.sensitivity.screen import draw
from hepatica.report.style import GREY, legend_below, look, panels, styled
from hepatica.sensitivity.evaluate import Question
from hepatica.sensitivity.variance import Variance
from hepatica.words import say


def figure(v: Variance, lang: str) -> Figure:
    """First-order and total indices with their intervals: one panel an output, a row a parameter, filled by order."""
    s, order = v.indices, list(np.argsort(-v.indices.total.max(axis=1), kind="stable"))
    with styled():
        columns = [(c, name, h) for c, (name, h) in enumerate(v.columns)]
        made, axes = panels(
            1, len(columns), width=3.2 + 3.2 * len(columns), height=1.7 + 0.36 * len(order), sharey=True
        )
        for ax, (c, name, hypothesis) in zip(axes[0], columns, strict=True):
            for place, kind in enumerate(("first", "total")):
                colour, _, marker = look(place)
                y = -np.arange(len(order)) + (0.14 if place == 0 else -0.14)
                mean, low, high = (getattr(s, f"{kind}{end}")[order, c] for end in ("", "_low", "_high"))
                fill = "white" if kind == "first" else colour
                ax.hlines(y, low, high, color=colour, lw=1.6)
                ax.plot(
                    mean, y, ls="none", marker=marker, ms=6, color=colour, mfc=fill, label=say(f"sobol.{kind}", lang)
                )
            ax.axvline(0.0, color=GREY, lw=0.8, zorder=0)
            what = say(f"sobol.{name}", lang)
            ax.set_title(f"{what}\n{names.hypothesis(hypothesis, lang)}" if hypothesis else what, fontsize=10)
            ax.set_xlabel(say("sobol.axis", lang))
        axes[0, 0].set_yticks(-np.arange(len(order)), [v.moved[k].name for k in order])
        axes[0, 0].set_ylim(-len(order) + 0.4, 0.6)
        legend_below(made, axes, 2)
        return made


def variance_card(v: Variance, lang: str) -> Card:
    """Indices of survival and gain, the largest total first; of several hypotheses the one with the larger total."""
    s, rows = v.indices, []
    for k in np.argsort(-s.total.max(axis=1), kind="stable"):
        name = v.moved[k].name
        name = say("sensitivity.nominal", lang, name=name) if v.moved[k].nominal else name
        row = {say("sensitivity.col_parameter", lang): name}
        for output in ("survival", "gain"):
            here = [c for c, (name, _) in enumerate(v.columns) if name == output]
            c = here[int(np.argmax(s.total[k, here]))]
            for order in ("first", "total"):
                mean, low, high = (getattr(s, f"{order}{end}")[k, c] for end in ("", "_low", "_high"))
                head = say(f"sobol.col_{order}", lang, output=say(f"sobol.{output}", lang))
                row[head] = say(
                    "decision.interval",
                    lang,
                    mean=names.number(mean, 2),
                    low=names.number(low, 2),
                    high=names.number(high, 2),
                )
        rows.append(row)
    note = say("sobol.note", lang, over=say(f"sobol.over_{v.over}", lang), regimen=v.regimen)
    if any(m.nominal for m in v.moved):
        note = f"{note} {say('sensitivity.nominal_note', lang)}"
    done = say(
        "sobol.done",
        lang,
        evaluations=v.evaluations,
        parameters=len(v.moved),
        blocks=s.blocks,
        lost=s.lost,
        failed=v.failed,
        sum=float(s.first[:, 0].sum()),
    )
    return Card("sobol", say("sobol.title", lang), (done,), pd.DataFrame(rows), note=note)


def write(v: Variance, q: Question, folder: Path, lang: str, *, study_hash: str) -> list[Path]:
    """``sobol.csv``, one row per parameter and output, ``sobol.json``, and the figure."""
    return [
        write_csv(folder / "sobol.csv", v.frame()),
        write_json(folder / "sobol.json", SobolAnswer.of(v, q, study_hash).model_dump()),
        *draw(figure(v, lang), folder / "sobol"),
    ]
