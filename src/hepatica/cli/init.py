"""hepatica init: a commented study file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console.shell import Lang, check_language, make_app
from hepatica.cli.console.terminal import out
from hepatica.errors import InputError

app = make_app()


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("study.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
    lang: Lang = "en",
) -> None:
    """Write a commented study file to start from."""
    from importlib.resources import files

    from hepatica.files import write_text
    from hepatica.words import say

    lang = check_language(lang)
    if path.exists() and not force:
        raise InputError("path", str(path), "a file that does not exist yet, or --force")
    text = (files("hepatica") / "study.template.toml").read_text(encoding="utf-8")
    write_text(path, text)
    out.print(say("cli.written", lang, path=path))
