"""Pages of quality: control of an attribute, certificate of analysis; with their JSON and table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.manufacturing.quality.control import ControlStudy
from hepatica.manufacturing.quality.release.lot import LotRelease
from hepatica.report.page import page
from hepatica.words import say


def points_table(found: ControlStudy) -> pd.DataFrame:
    """Points of the chart with limits and the numbers of the rules that alarm, one row each."""
    chart = found.chart
    rules = [
        " ".join(str(k) for k, at in enumerate(found.signals.values(), 1) if i in at) for i in range(chart.points.size)
    ]
    return pd.DataFrame(
        {
            "label": found.labels,
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
    found: ControlStudy, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, name: str, command: str
) -> list[Path]:
    """Write ``report.html``, ``points.csv`` and ``quality.json``.

    Returns
    -------
    list of Path
        The files.
    """
    text = page(
        made,
        say("quality.title", lang, name=name),
        lang,
        subtitle=say("quality.subtitle", lang),
        tables_note=say("quality.beside", lang),
        command=command,
    )
    return [
        write_text(folder / "report.html", text),
        write_csv(folder / "points.csv", points_table(found)),
        write_json(folder / "quality.json", answer.model_dump()),
    ]


def write_certificate(
    found: LotRelease, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``certificate.html`` and ``certificate.json``.

    Returns
    -------
    list of Path
        The files.
    """
    product = say("decision.separator", lang) + found.product if found.product else ""
    text = page(
        made,
        say("lot.title", lang, title=found.title),
        lang,
        subtitle=say("lot.subtitle", lang, lot=found.lot, product=product),
        tables_note=say("lot.beside", lang),
        command=command,
    )
    return [write_text(folder / "certificate.html", text), write_json(folder / "certificate.json", answer.model_dump())]
