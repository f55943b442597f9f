"""hepatica evidence: published evidence, listed, exported, plotted and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console.shell import AsJson, Lang, check_language, close, make_app
from hepatica.cli.console.terminal import out, print_json
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.api.evidence import EvidenceRequest

app = make_app()

Disease = Annotated[str, typer.Option("--disease", help="Part of the disease, e.g. HBV.")]
InRole = Annotated[str, typer.Option("--role", help="calibration, supporting or check.")]
Variable = Annotated[str, typer.Option("--variable", help="Has it observed, e.g. bilirubin.")]
Cells = Annotated[bool | None, typer.Option("--cells/--no-cells", help="Some arm has cells, or none has.")]
Species = Annotated[str, typer.Option("--species", help="human, mouse, rat, pig, sheep, monkey or mixed.")]
Key = Annotated[str, typer.Option("--key", help="One publication, e.g. lin2017.")]


@app.callback(invoke_without_command=True)
def evidence(
    ctx: typer.Context,
    disease: Disease = "",
    role: InRole = "",
    variable: Variable = "",
    cells: Cells = None,
    species: Species = "",
    key: Key = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """List, export, plot and check published evidence.

    Without a command, lists the publications, then those of animals and of people with other diseases; --key
    shows one in full.

    Example: `hepatica evidence --disease HBV --cells`
    """
    if ctx.invoked_subcommand is None:
        from hepatica.api.evidence import EvidenceRequest

        request = EvidenceRequest(key=key, disease=disease, role=role, variable=variable, cells=cells, species=species)
        _list(request, check_language(lang), as_json)
    elif disease or role or variable or cells is not None or species or key or as_json:
        name = ctx.invoked_subcommand
        raise InputError(
            "hepatica evidence", f"options before '{name}'", f"write them after it: hepatica evidence {name} ..."
        )


app.command("list", help="List the publications, as `hepatica evidence` alone.")(evidence)


def _list(request: EvidenceRequest, lang: str, as_json: bool) -> None:
    from hepatica.api.evidence import EvidenceAnswer, IndirectAnswer, PublicationAnswer
    from hepatica.cli.console.evidence_text import print_list, print_publication
    from hepatica.cli.console.indirect_text import print_indirect, print_indirect_publication
    from hepatica.words import say

    publications, indirect = request.compute(), request.compute_indirect()
    one = bool(request.key)
    if as_json and one and indirect:
        print_json(IndirectAnswer.of(indirect[0]))
    elif as_json:
        listed = EvidenceAnswer.of(publications, indirect)
        print_json(PublicationAnswer.of(publications[0]) if one and publications else listed)
    if as_json:
        return
    if not publications and not indirect:
        out.print(say("evidence.none", lang))
    elif one:
        for p in publications:
            print_publication(p, request.variable, lang)
        for other in indirect:
            print_indirect_publication(other, request.variable, lang)
    else:
        if publications:
            print_list(publications, lang)
        if indirect:
            print_indirect(indirect, lang)
    close(lang)


@app.command("export")
def export_observations(
    path: Annotated[Path, typer.Argument(help="Ends with .csv, .parquet or .json.")],
    disease: Disease = "",
    role: InRole = "",
    variable: Variable = "",
    cells: Cells = None,
    species: Species = "",
    key: Key = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Write the observations to CSV, Parquet or JSON.

    One a row, with its unit, its arm and its source. With --species, or the --key of one of them, those of
    animals and of people with other diseases.

    Example: `hepatica evidence export bilirubin.csv --variable bilirubin`
    """
    from hepatica.api.evidence import EvidenceRequest, TableAnswer
    from hepatica.evidence.indirect import keys
    from hepatica.evidence.indirect_tables import indirect_observations
    from hepatica.evidence.tabulate import export, observations
    from hepatica.words import say

    request = EvidenceRequest(key=key, disease=disease, role=role, variable=variable, cells=cells, species=species)
    lang = check_language(lang)
    indirect = request.compute_indirect() if species or key in keys() else ()
    publications = () if indirect else request.compute_some()
    frame = indirect_observations(indirect, variable) if indirect else observations(publications, variable)
    export(frame, path)
    number = len(publications) + len(indirect)
    if as_json:
        print_json(TableAnswer(file=str(path), observations=len(frame), publications=number))
        return
    out.print(say("evidence.exported", lang, n=len(frame), publications=number))
    close(lang, path)


@app.command()
def plot(
    path: Annotated[Path, typer.Argument(help="Ends with .svg or .png.")],
    variable: Annotated[str, typer.Option("--variable", help="What to draw over time, e.g. bilirubin.")],
    disease: Disease = "",
    role: InRole = "",
    cells: Cells = None,
    key: Key = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Draw a variable over time (days), an arm a line.

    Bars show the dispersion that the publication prints.

    Example: `hepatica evidence plot meld.svg --variable meld --cells`
    """
    from hepatica.api.evidence import EvidenceRequest, PlotAnswer
    from hepatica.report.evidence.observed import evidence_figure, series, write_figure

    request = EvidenceRequest(key=key, disease=disease, role=role, variable=variable, cells=cells)
    lang, publications = check_language(lang), request.compute_some()

    write_figure(evidence_figure(publications, variable, lang), path)
    if as_json:
        print_json(PlotAnswer(file=str(path), arms=len(series(publications, variable)), publications=len(publications)))
        return
    close(lang, path)


@app.command("check")
def check_files(
    files: Annotated[list[Path] | None, typer.Argument(help="Publication files, TOML.")] = None,
    bibliography: Annotated[bool, typer.Option("--bibliography", help="Check the works cited instead.")] = False,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Check publication files of your own, or the works cited.

    Prints every fault with its file, line and key; the exit code is 1 if there is any.

    Example: `hepatica evidence check new-trial.toml`
    """
    if bibliography == bool(files):
        raise InputError("FILES", [str(f) for f in files or ()], "publication files, or --bibliography alone")
    if bibliography:
        _check_bibliography(lang, as_json)
        return
    from hepatica.api.evidence import CheckAnswer, CheckRequest
    from hepatica.cli.console.evidence_text import print_checked, print_fault
    from hepatica.words import say

    lang = check_language(lang)
    checked, twice = CheckRequest(files=files or []).compute()
    faults = [*(f for c in checked for f in c.faults), *twice]
    if as_json:
        print_json(CheckAnswer.of(checked, twice))
    else:
        for c in checked:
            print_checked(c, lang)
        for fault in twice:
            print_fault(fault, "red", say("evidence.wrong", lang))
        if faults:
            wrong = len({f.file for f in faults})
            out.print(
                say("evidence.wrong_count", lang, faults=len(faults), wrong=wrong, files=len(checked)), style="bold red"
            )
        close(lang)
    if faults:
        raise typer.Exit(1)


def _check_bibliography(lang: str, as_json: bool) -> None:
    from hepatica.api.evidence import BibliographyAnswer, BibliographyRequest
    from hepatica.words import say

    lang = check_language(lang)
    answer: BibliographyAnswer = BibliographyRequest().run()
    if as_json:
        print_json(answer)
    else:
        for fault in answer.faults:
            out.print(f"{fault.key}: {say(f'evidence.bibliography_{fault.rule}', lang)}")
        out.print(say("evidence.bibliography_checked", lang, works=answer.works, faults=len(answer.faults)))
        close(lang)
    if answer.faults:
        raise typer.Exit(1)


@app.command("template")
def print_template() -> None:
    """Print a publication file to start from, with every field.

    Example: `hepatica evidence template > new-trial.toml`
    """
    from hepatica.evidence.publication_file import template

    print(template(), end="")


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of publication files, for editors."""
    from hepatica.evidence.schema import schema

    print(schema(), end="")
