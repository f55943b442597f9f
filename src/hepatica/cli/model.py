"""hepatica model: modules, equations, parameters and sources; export to SBML and COMBINE archives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

from hepatica.cli.shell import (
    AsJson,
    Bars,
    Changes,
    Lang,
    app,
    language,
    out,
)
from hepatica.engine import System
from hepatica.errors import HepaticaError, InputError
from hepatica.exchange import Run, patient_run, to_sbml, write_omex
from hepatica.files import write_text, write_whole
from hepatica.model.assemble import Model, assemble
from hepatica.model.describe import index, page
from hepatica.model.modules import MODULES
from hepatica.study import load_study
from hepatica.words import say


@app.command()
def model(
    check: Annotated[bool, typer.Option("--check", help="Counts, grades and problems.")] = False,
    module: Annotated[str, typer.Option("--module", help="Show one module: equations and parameters.")] = "",
    without: Annotated[list[str], typer.Option("--without", help="Switch a module off; repeat for more.")] = [],  # noqa: B006
    write: Annotated[
        Path | None, typer.Option("--write", help="Write the pages and figures of all modules here.")
    ] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write the model as SBML.")] = None,
    omex: Annotated[Path | None, typer.Option("--omex", help="Write an archive of SBML and SED-ML.")] = None,
    study: Annotated[Path | None, typer.Option("--study", help="Export a patient of this study.")] = None,
    set_: Changes = None,
    patient: Annotated[int, typer.Option("--patient", min=0, help="Which patient of the study.")] = 0,
    arm: Annotated[str, typer.Option("--arm", help="Name of an arm; the first with cells unless given.")] = "",
    hypothesis: Annotated[str, typer.Option("--hypothesis", help="The study's first unless given.")] = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show the model: modules, equations, parameters with sources, diagram; or export it for other tools.

    Example: `hepatica model --export model.xml --study studies/hbv-aclf.toml --patient 3`
    """
    lang, assembled = language(lang), assemble(MODULES, without=without)
    summary = assembled.summary()
    if module and module not in assembled.modules:
        raise InputError("--module", module, f"one of {', '.join(assembled.modules)}")
    if export is not None or omex is not None:
        _export(
            assembled, export, omex, _run(assembled, study, set_ or [], patient, arm, hypothesis, lang), lang, as_json
        )
    elif as_json and module:
        rows = [
            {
                "parameter": p.name,
                "unit": p.unit,
                "value": p.value,
                **p.entry.model_dump(include={"label", "grade", "cite", "reason", "note"}),
            }
            for p in assembled.parameters.values()
            if p.module == module
        ]
        print(
            json.dumps(
                {
                    "module": module,
                    "states": [s.name for s in assembled.states.values() if s.module == module],
                    "parameters": rows,
                },
                ensure_ascii=False,
            )
        )
    elif as_json:
        print(json.dumps(summary, ensure_ascii=False))
    elif write is not None:
        from hepatica.report.model.behaviour import write_pages

        write_pages(System(assembled), write)
        out.print(say("cli.written", lang, path=write))
    elif module:
        out.print(Markdown(page(assembled, module)))
    else:
        _model_tables(assembled, lang)
        if not check:
            out.print(Markdown(index(assembled).split("```mermaid")[1].split("```")[0].replace("\n", "\n\n")))
    if assembled.constants and not as_json:
        held = ", ".join(f"{name} = {value:.4g}" for name, value in assembled.constants.items())
        out.print(say("cli.held_constant", lang, held=held), style="yellow")
    if check and summary["problems"]:
        raise HepaticaError("; ".join(summary["problems"]))
    if check and not as_json:
        out.print(say("cli.model_clean", lang), style="green")


def _run(
    assembled: Model, study: Path | None, changes: list[str], patient: int, arm: str, hypothesis: str, lang: str
) -> Run:
    if study is not None:
        question, bars = load_study(study, changes), Bars(lang)
        with bars.bars:
            return patient_run(
                question, System(assembled), patient=patient, arm=arm, hypothesis=hypothesis, progress=bars
            )
    if patient or arm or hypothesis or changes:
        raise InputError("--study", None, "a study file; --patient, --arm, --hypothesis and --set choose from one")
    return Run()


def _export(assembled: Model, export: Path | None, omex: Path | None, run: Run, lang: str, as_json: bool) -> None:
    if export is not None:
        text = to_sbml(assembled, run)
        write_text(export, text)
    if omex is not None:
        write_whole(omex, lambda p: write_omex(p, assembled, run))
    written = [str(p) for p in (export, omex) if p is not None]
    if as_json:
        print(
            json.dumps(
                {
                    "files": written,
                    "simulation": run.title,
                    "model_hash": assembled.hash,
                    "purpose": "for research use",
                },
                ensure_ascii=False,
            )
        )
        return
    out.print(say("cli.exported", lang, title=escape(run.title)))
    out.print(say("cli.written", lang, path=", ".join(written)), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


def _model_tables(assembled: Any, lang: str) -> None:
    s = assembled.summary()
    out.print(
        say(
            "cli.model_summary",
            lang,
            modules=len(s["modules"]),
            states=s["states"],
            flows=s["flows"],
            parameters=s["parameters"],
        ),
        style="bold",
    )
    table = Table(box=None)
    for key in ("module", "states", "flows", "parameters"):
        table.add_column(say(f"cli.{key}", lang), justify="left" if key == "module" else "right")
    for m in s["modules"]:
        counts = [
            sum(x.module == m for x in group)
            for group in (assembled.states.values(), assembled.flows, assembled.parameters.values())
        ]
        table.add_row(m, *map(str, counts))
    out.print(table)
    grades = Table(box=None)
    for key in ("grade", "parameters", "share"):
        grades.add_column(say(f"cli.{key}", lang))
    for g, n in s["grades"].items():
        grades.add_row(g, str(n), f"{n / max(s['parameters'], 1):.0%}")
    out.print(grades)
