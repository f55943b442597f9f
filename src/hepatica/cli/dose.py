"""hepatica dose: the recommended regimen of a study, with its benefit, harm and uncertainty."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, out, print_json, show
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.dose_study import Answer

app = shell.make_app()

SHORT = 2  # cards in the terminal without --full


@app.command()
def dose(
    study: shell.StudyFile,
    set_: shell.Changes = None,
    modules: shell.Modules = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("report"),
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
    full: Annotated[bool, typer.Option("--full", help="Print every part of the report.")] = False,
    searching: Annotated[
        bool, typer.Option("--search", help="Search thousands of regimens first, [search] of the study, not its grid.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Folder of a search's evaluations, from which a killed one goes on.")
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no files, only print the answer.")] = False,
) -> None:
    """Recommend a regimen, with benefit, harm and uncertainty.

    Benefit is in quality-adjusted life days over standard care; intervals hold 90 %. Writes a report to --out.

    Example: `hepatica dose studies/hbv-aclf.toml --set dose='2e6 cells/kg'`
    """
    import contextlib
    import importlib
    import threading

    from hepatica.dose_study import answer
    from hepatica.output_folder import claim
    from hepatica.study import load_study

    lang = shell.check_language(lang)
    question = load_study(study, set_ or [])
    if keep is not None and not searching:
        raise InputError("--keep", str(keep), "a search; add --search")
    drawing = threading.Thread(target=importlib.import_module, args=("hepatica.report",), daemon=True)
    drawing.start()  # slow to import, and only this command draws: let it load while the kernel works
    output = None if no_report else claim(folder, "dose")
    with output or contextlib.nullcontext():  # claimed before the work, so that a folder is not refused after it
        began = time.perf_counter()
        bars = Bars(lang)
        with shell.make_system(lang, cluster, modules) as system, bars.bars:
            searched = None
            if searching:
                from hepatica.regimen_search import search

                searched = search(question, system=system, folder=keep, workers=workers, progress=bars)
            result = answer(question, system=system, searched=searched, workers=workers, progress=bars)
        seconds = time.perf_counter() - began
        drawing.join()
        from hepatica.dose_summary.saved_answer import SavedAnswer, save_answer_into
        from hepatica.report import cards, write_report
        from hepatica.report.window.regimens import with_search

        made = cards(result, lang, command=shell.command_line(), most=None if full or output else SHORT)
        if searched is not None:
            made = with_search(made, searched, lang)
        path, tables = None, list[str]()
        if output is not None:
            path = folder / write_report(result, output.staging, lang, command=shell.command_line(), made=made).name
            save_answer_into(output.staging, SavedAnswer(result, searched, shell.command_line()))
            tables = [p.name for p in output.publish() if p != path]
    if as_json:
        from hepatica.api.dose import DoseAnswer
        from hepatica.api.dosing.search import SearchSummary

        summary = None if searched is None else SearchSummary.of(searched)
        report = None if path is None else str(path)
        print_json(DoseAnswer.of(result, text=made[0].text, report=report, search=summary))
        return
    for card in made if full else made[:SHORT]:
        show(card)
    _summary(result, lang, seconds, path, tables)


def _summary(result: Answer, lang: str, seconds: float, path: Path | None, tables: list[str]) -> None:
    """Print what was computed, how well, and where the report is."""
    from hepatica.words import say

    out.print(
        say(
            "cli.elapsed",
            lang,
            patients=result.study.patients,
            arms=len(result.decision.arms),
            seconds=seconds,
            hypotheses=len(result.study.hypotheses),
            engine=result.system.engine,
            error=result.tolerance_error,
            failed=result.failed_solves,
        ),
        style="dim",
        soft_wrap=False,
    )
    if path is not None:
        out.print(say("cli.tables_at", lang, names=", ".join(tables)), style="dim")
        out.print(say("cli.report_at", lang, path=path), style="bold")
    shell.close(lang)
