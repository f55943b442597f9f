"""Pages of quality: control of an attribute, certificate of analysis; with their JSON and table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.files import write_json, write_text
from hepatica.manufacturing.quality.control import ControlStudy
from hepatica.manufacturing.quality.release.lot import LotRelease
from hepatica.report.answer_page import Heading, write_answer
from hepatica.report.page import page
from hepatica.words import say


def points_table(result: ControlStudy) -> pd.DataFrame:
    """Points of the chart with limits and the numbers of the rules that alarm, one row each."""
    chart = result.chart
    rules = [
        " ".join(str(k) for k, at in enumerate(result.signals.values(), 1) if i in at) for i in range(chart.points.size)
    ]
    return pd.DataFrame(
        {
            "label": result.labels,
            "point": chart.points,
            "centre": chart.centre,
            "lower": chart.lower,
            "upper": chart.upper,
            "phase": [1 if i < chart.phase_1 else 2 for i in range(chart.points.size)],
            "excluded": [i in chart.excluded for i in range(chart.points.size)],
            "rules": rules,
        }
    )


def write_control(
    result: ControlStudy, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, name: str, command: str
) -> list[Path]:
    """Write ``report.html``, ``points.csv`` and ``quality.json``.

    Returns
    -------
    list of Path
        The files.
    """
    title = say("quality.title", lang, name=name)
    heading = Heading(title, say("quality.subtitle", lang), say("quality.beside", lang), command)
    tables = {"points": points_table(result)}
    return write_answer(made, answer, folder, lang, heading=heading, name="quality", tables=tables)


def write_certificate(
    result: LotRelease, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``certificate.html`` and ``certificate.json``.

    Returns
    -------
    list of Path
        The files.
    """
    product = say("decision.separator", lang) + result.product if result.product else ""
    text = page(
        made,
        say("lot.title", lang, title=result.title),
        lang,
        subtitle=say("lot.subtitle", lang, lot=result.lot, product=product),
        tables_note=say("lot.beside", lang),
        command=command,
    )
    return [write_text(folder / "certificate.html", text), write_json(folder / "certificate.json", answer.model_dump())]
