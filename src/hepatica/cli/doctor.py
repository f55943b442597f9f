"""hepatica doctor: versions, C compiler and cache folder of this installation."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version as installed
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from hepatica import __version__
from hepatica.cli.shell import (
    AsJson,
    Lang,
    app,
    language,
    out,
)
from hepatica.engine.compile import cache_folder, find_compiler
from hepatica.words import say


@app.command()
def doctor(lang: Lang = "en", as_json: AsJson = False) -> None:
    """Say what is here, what is missing, and how to get it."""
    lang, compiler = language(lang), find_compiler()
    found = {
        "hepatica": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "compiler": " ".join(Path(c).name for c in compiler) if compiler else say("cli.slow_engine", lang),
        "engine": "compiled" if compiler else "reference",
        "cache": str(cache_folder()),
        "cores": os.cpu_count(),
        **{name: installed(name) for name in ("numpy", "scipy", "sympy", "xarray", "pydantic")},
    }
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table(box=None)
    table.add_column(say("cli.doctor_check", lang))
    table.add_column(say("cli.doctor_found", lang), overflow="fold")
    for key, value in found.items():
        table.add_row(key, escape(str(value)))
    out.print(table)
    if compiler:
        out.print(say("cli.doctor_ok", lang), style="green")
