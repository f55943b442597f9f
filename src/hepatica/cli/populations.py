"""hepatica populations: the virtual populations that a study may name."""

from __future__ import annotations

import json

from rich.table import Table

from hepatica.cli.shell import (
    AsJson,
    Lang,
    app,
    language,
    out,
)
from hepatica.evidence import load as load_publication
from hepatica.evidence import references
from hepatica.patients import load_population, populations
from hepatica.words import say


@app.command("populations")
def list_populations(lang: Lang = "en", as_json: AsJson = False) -> None:
    """List the populations that a study may name, with their sources; extrapolations are marked."""
    lang, rows = language(lang), []
    for p in map(load_population, populations()):
        rows.append(
            {
                "key": p.key,
                "title": p.title_zh if lang == "zh" else p.title,
                "extrapolation": p.extrapolation_zh if lang == "zh" else p.extrapolation,
                "sources": [references()[load_publication(k).cite].short() for k in p.publications],
            }
        )
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold")
    for key in ("population", "title", "extrapolation", "sources"):
        table.add_column(say(f"cli.{key}", lang), overflow="fold", no_wrap=key == "population")
    for row in rows:
        mark = say("cli.extrapolated" if row["extrapolation"] else "cli.calibrated", lang)
        table.add_row(str(row["key"]), str(row["title"]), mark, "; ".join(dict.fromkeys(row["sources"])))
    out.print(table)
    for row in rows:
        if row["extrapolation"]:
            out.print(say("cli.extrapolation_why", lang, population=row["key"], why=row["extrapolation"]))
    out.print(say("common.research_use", lang), style="dim")
