"""hepatica potency: relative potency of a file of assays, with suitability; precision of an assay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars
from hepatica.errors import InputError

app = shell.make_app()


@app.command()
def potency(
    file: Annotated[Path, typer.Argument(help="CSV: sample, dose, response; one response a row.")],
    model: Annotated[
        str, typer.Option("--model", help="parallel-line, slope-ratio, 4pl, 5pl, probit, logit or cloglog.")
    ] = "parallel-line",
    transform: Annotated[
        str, typer.Option("--transform", help="Of the responses: none, ln, log10, sqrt, square or reciprocal.")
    ] = "none",
    standard: Annotated[str, typer.Option("--standard", help="Name of the standard; S, or the first sample.")] = "",
    assumed: Annotated[
        list[str] | None,
        typer.Option("--assumed", help="Assumed potency, a number or SAMPLE=NUMBER; may be repeated."),
    ] = None,
    level: Annotated[float, typer.Option("--level", help="Confidence of the limits.")] = 0.95,
    parallelism: Annotated[
        str, typer.Option("--parallelism", help="What decides: significance, equivalence or both.")
    ] = "significance",
    margin: Annotated[
        tuple[float, float], typer.Option("--margin", help="Equivalence margins of the ratio of slopes.")
    ] = (0.8, 1.25),
    asymptote_margin: Annotated[
        float, typer.Option("--asymptote-margin", help="Equivalence margin of asymptotes, share of the span.")
    ] = 0.1,
    weighting: Annotated[
        str | None, typer.Option("--weighting", help="Of runs: weighted, unweighted or semi-weighted.")
    ] = None,
    outliers: Annotated[
        str, typer.Option("--outliers", help="Test that names outliers: studentised, grubbs, dixon or esd.")
    ] = "studentised",
    precision: Annotated[
        bool, typer.Option("--precision", help="FILE is a precision study: expected, run, potency.")
    ] = False,
    accept: Annotated[
        tuple[float, float], typer.Option("--accept", help="Acceptance limits of measured over true potency.")
    ] = (0.7, 1.43),
    change: Annotated[float, typer.Option("--change", help="Relative potency whose detection is asked for.")] = 0.8,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("potency"),
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Compute relative potencies of assays, with suitability.

    A potency is reported only where the assay is suitable; otherwise the exit status is 1.

    Example: `hepatica potency studies/products/turbidimetric.csv --assumed 17902.4`
    """
    lang = shell.check_language(lang)
    if precision:
        _study(file, accept, change, folder, lang, as_json)
        return
    asked = {
        "file": str(file),
        "model": model,
        "transform": transform,
        "standard": standard,
        "assumed": _assumed(assumed or []),
        "level": level,
        "parallelism": parallelism,
        "slope_margin": margin,
        "asymptote_margin": asymptote_margin,
        "weighting": weighting,
        "outliers": outliers,
    }
    if not _analyse(asked, folder, lang, as_json):
        raise typer.Exit(1)


def _analyse(asked: dict[str, object], folder: Path, lang: str, as_json: bool) -> bool:
    """Analyse, write and print; True where every potency is reported."""
    from hepatica.api.manufacturing.potency import PotencyAnswer, PotencyRequest
    from hepatica.output_folder import claim
    from hepatica.report.potency import cards, page

    request, bars = PotencyRequest.check(asked), Bars(lang)
    with claim(folder, "potency") as output, bars.bars:
        found = request.compute(bars)
        made = cards.cards(found, lang)
        answer = PotencyAnswer.of(found)
        page.write(made, cards.table(found), answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made[: cards.SHOWN], lang, *written, as_json=as_json)
    return found.is_suitable


def _study(file: Path, accept: tuple[float, float], change: float, folder: Path, lang: str, as_json: bool) -> None:
    """Study the precision of an assay, write and print."""
    from hepatica.api.manufacturing.precision import PrecisionAnswer, PrecisionRequest
    from hepatica.output_folder import claim
    from hepatica.report.potency import page, precision

    request = PrecisionRequest.check({"file": str(file), "accept": accept, "change": change})
    with claim(folder, "potency") as output:
        found = request.compute()
        answer, made = PrecisionAnswer.of(found), precision.cards(found, lang)
        page.write(made, precision.table(answer), answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)


def _assumed(entries: list[str]) -> dict[str, float]:
    """Assumed potencies by sample, of entries such as ``20`` or ``T=20``."""
    made = {}
    for entry in entries:
        name, _, number = entry.rpartition("=")
        try:
            made[name.strip()] = float(number)
        except ValueError:
            raise InputError("--assumed", entry, "a number, or SAMPLE=NUMBER") from None
    return made
