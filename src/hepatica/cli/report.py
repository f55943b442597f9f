"""hepatica report: a saved answer drawn again, in another language, without running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import out, print_json

app = shell.make_app()


@app.command()
def report(
    answer: Annotated[Path, typer.Argument(help="Folder that `hepatica dose` wrote, or its answer.hepatica.")],
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the report; that of the answer with the language behind it.")
    ] = None,
    modules: shell.Modules = None,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Draw the report of a saved answer again, without running.

    In the language of the first report it is the same page. An answer of another version or model is refused.

    Example: `hepatica report report --lang zh`
    """
    from hepatica.api.dose import DoseAnswer
    from hepatica.api.dosing.search import SearchSummary
    from hepatica.dose_summary.saved_answer import load_answer, save_answer_into
    from hepatica.output_folder import claim
    from hepatica.report import cards, write_report
    from hepatica.report.window.regimens import with_search
    from hepatica.words import say

    lang = shell.check_language(lang)
    saved = load_answer(answer, modules=modules or ())
    made = cards(saved.answer, lang, command=saved.command)
    made = made if saved.searched is None else with_search(made, saved.searched, lang)
    summary = None if saved.searched is None else SearchSummary.of(saved.searched)
    if as_json:
        print_json(DoseAnswer.of(saved.answer, text=made[0].text, search=summary))
        return
    base = answer if answer.is_dir() else answer.parent
    place = folder or base.with_name(f"{base.resolve().name}-{lang}")
    with claim(place, "dose") as output:
        path = write_report(saved.answer, output.staging, lang, command=saved.command, made=made)
        save_answer_into(output.staging, saved)
        output.publish()
    out.print(say("cli.report_at", lang, path=place / path.name), style="bold")
    shell.close(lang)
