"""hepatica doctor: versions, C compiler and cache folder of this installation."""

from __future__ import annotations

from hepatica.cli.shell import AsJson, Lang, check_language, make_app
from hepatica.cli.terminal import make_table, out, print_json

app = make_app()


@app.command()
def doctor(lang: Lang = "en", as_json: AsJson = False) -> None:
    """Show versions, compiler and cache, and what is missing."""
    import os
    import platform
    from importlib.metadata import version as installed
    from pathlib import Path

    from hepatica import __version__
    from hepatica.engine.cache import cache_folder
    from hepatica.engine.compile import find_compiler
    from hepatica.words import say

    lang, compiler = check_language(lang), find_compiler()
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
        print_json(found)
        return
    table = make_table(say("cli.doctor_check", lang), say("cli.doctor_found", lang))
    for key, value in found.items():
        table.add_row(key, str(value))
    out.print(table)
    if compiler:
        out.print(say("cli.doctor_ok", lang), style="green")
