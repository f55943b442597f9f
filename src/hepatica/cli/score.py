"""hepatica score: a clinical liver score from labs with units."""

from __future__ import annotations

import json
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from hepatica.cli.shell import (
    AsJson,
    Lang,
    app,
    language,
    out,
)
from hepatica.errors import InputError
from hepatica.outcomes.scores import SCORES
from hepatica.words import say


@app.command()
def score(
    name: Annotated[str, typer.Argument(help="Score, e.g. meld3; none lists them.")] = "",
    values: Annotated[list[str] | None, typer.Argument(help="Inputs, e.g. bilirubin='54 umol/L'.")] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Compute a liver score from labs with units.

    Example: `hepatica score meld bilirubin='4.2 mg/dL' creatinine='1.9 mg/dL' inr=1.2`
    """
    lang = language(lang)
    if not name:
        table = Table(box=None)
        table.add_column(say("cli.score", lang))
        table.add_column(say("cli.score_needs", lang))
        for s in SCORES.values():
            table.add_row(f"{s.name}: {s.title}", ", ".join(s.required))
        out.print(table)
        out.print(say("cli.score_list", lang, example="meld bilirubin='4.2 mg/dL' creatinine='1.9 mg/dL' inr=1.2"))
        return
    if name not in SCORES:
        raise InputError("score", name, f"one of {', '.join(SCORES)}")
    given = {}
    for text in values or []:
        key, sign, value = text.partition("=")
        if not sign:
            raise InputError("input", text, "name=value with a unit, as bilirubin='54 umol/L'")
        given[key.strip()] = value.strip()
    chosen = SCORES[name]
    inputs = chosen.read(given)
    result = chosen.function(**inputs)
    readings = {label: _plain(f(result)) for label, f in chosen.readings}
    if as_json:
        print(
            json.dumps(
                {
                    "score": name,
                    "value": _plain(result),
                    "inputs": {k: _plain(v) for k, v in inputs.items()},
                    "readings": readings,
                    "cites": list(chosen.cites),
                    "purpose": "for research use",
                },
                ensure_ascii=False,
            )
        )
        return
    out.print(f"[bold]{chosen.title}: {_text(result)}[/bold]  {chosen.result_label}")
    for label, value in readings.items():
        out.print(f"  {label}: {_text(value)}")
    out.print(f"{'; '.join(chosen.cites)}. {say('common.research_use', lang)}", style="dim")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic | np.ndarray) and np.ndim(value) == 0 else value


def _text(value: Any) -> str:
    value = _plain(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
