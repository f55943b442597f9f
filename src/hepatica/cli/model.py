"""hepatica model: modules, equations, parameters and sources; export to SBML and COMBINE archives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console.shell import AsJson, Changes, Lang, Modules, check_language, close, make_app
from hepatica.cli.console.terminal import Bars, make_table, markdown, out, print_json
from hepatica.errors import HepaticaError, InputError

if TYPE_CHECKING:
    from hepatica.exchange import Run
    from hepatica.model.structure import Model

app = make_app()


@app.command()
def model(
    check: Annotated[bool, typer.Option("--check", help="Counts, grades and problems.")] = False,
    module: Annotated[str, typer.Option("--module", help="Show one module: equations and parameters.")] = "",
    without: Annotated[list[str], typer.Option("--without", help="Switch a module off; repeat for more.")] = [],  # noqa: B006
    write: Annotated[
        Path | None, typer.Option("--write", help="Write the pages and figures of all modules here.")
    ] = None,
    export: Annotated[
        list[Path] | None,
        typer.Option("--export", help="Write the model: .xml is SBML, .omex an archive with SED-ML; may be repeated."),
    ] = None,
    study: Annotated[Path | None, typer.Option("--study", help="Export a patient of this study.")] = None,
    set_: Changes = None,
    patient: Annotated[int, typer.Option("--patient", min=0, help="Patient of the study, counted from 0.")] = 0,
    arm: Annotated[str, typer.Option("--arm", help="Name of an arm; the first with cells unless given.")] = "",
    hypothesis: Annotated[str, typer.Option("--hypothesis", help="The study's first unless given.")] = "",
    modules: Modules = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show modules, equations and sources; export to SBML.

    Example: `hepatica model --export model.xml --study studies/hbv-aclf.toml --patient 3`
    """
    from hepatica.api.model import ModelAnswer, ModelRequest, ModuleAnswer
    from hepatica.words import say

    lang, assembled = check_language(lang), ModelRequest(without=without, own=modules or []).compute()
    problems = assembled.summary()["problems"]
    if module and module not in assembled.modules:
        raise InputError("--module", module, f"one of {', '.join(assembled.modules)}")
    if export:
        run = _run(assembled, study, set_ or [], lang, patient=patient, arm=arm, hypothesis=hypothesis)
        _export(assembled, run, lang, as_json, export)
    elif as_json:
        print_json(ModuleAnswer.of(assembled, module) if module else ModelAnswer.of(assembled))
    elif write is not None:
        from hepatica.engine import System
        from hepatica.report.model.pages import write_pages

        write_pages(System(assembled), write)
        close(lang, write)
    elif module:
        from hepatica.model.describe import page

        out.print(markdown(page(assembled, module)))
    else:
        _print_tables(assembled, lang)
        if not check:
            _print_diagram(assembled)
    if assembled.constants and not as_json:
        constants = ", ".join(f"{name} = {value:.4g}" for name, value in assembled.constants.items())
        out.print(say("cli.held_constant", lang, held=constants), style="yellow")
    if check and problems:
        raise HepaticaError("; ".join(problems))
    if check and not as_json:
        out.print(say("cli.model_clean", lang), style="green")


def _run(
    assembled: Model, study: Path | None, changes: list[str], lang: str, *, patient: int, arm: str, hypothesis: str
) -> Run:
    """Simulation that is exported with the model: a patient of a study, or a healthy person."""
    from hepatica.exchange import Run, patient_run

    if study is not None:
        from hepatica.engine import System
        from hepatica.study import load_study
        from hepatica.study_system import system_of

        question, bars = load_study(study, changes), Bars(lang)
        with bars.bars:
            system = system_of(question, System(assembled))
            return patient_run(question, system, patient=patient, arm=arm, hypothesis=hypothesis, progress=bars)
    if patient or arm or hypothesis or changes:
        raise InputError("--study", None, "a study file; --patient, --arm, --hypothesis and --set choose from one")
    return Run()


def _export(assembled: Model, run: Run, lang: str, as_json: bool, paths: list[Path]) -> None:
    from hepatica.api.model import ExportAnswer
    from hepatica.exchange import export
    from hepatica.words import say

    written = [export(path, assembled, run) for path in paths]
    if as_json:
        print_json(ExportAnswer.of(assembled, run.title, written))
        return
    out.print(say("cli.exported", lang, title=run.title))
    close(lang, *written)


def _print_tables(assembled: Model, lang: str) -> None:
    """Print counts of states, flows and parameters by module, and of parameters by grade of evidence."""
    from hepatica.words import say

    s = assembled.summary()
    counts = {key: s[key] for key in ("states", "flows", "parameters")}
    out.print(say("cli.model_summary", lang, modules=len(s["modules"]), **counts), style="bold")
    table = make_table(*(say(f"cli.{key}", lang) for key in ("module", "states", "flows", "parameters")))
    groups = (assembled.states.values(), assembled.flows, assembled.parameters.values())
    for m in s["modules"]:
        table.add_row(m, *(str(sum(x.module == m for x in group)) for group in groups))
    for column in table.columns[1:]:
        column.justify = "right"
    out.print(table)
    grades = make_table(*(say(f"cli.{key}", lang) for key in ("grade", "parameters", "share")))
    for g, n in s["grades"].items():
        grades.add_row(g, str(n), f"{n / max(s['parameters'], 1):.0%}")
    out.print(grades)


def _print_diagram(assembled: Model) -> None:
    """Print which module uses what of which other."""
    from hepatica.model.describe import index

    out.print(markdown(index(assembled).split("```mermaid")[1].split("```")[0].replace("\n", "\n\n")))
