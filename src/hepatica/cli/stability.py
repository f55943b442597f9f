"""hepatica stability: shelf life of one attribute from batches over time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell

app = shell.make_app()


@app.command()
def stability(
    file: Annotated[Path, typer.Argument(help="CSV: a row a value; columns batch, time, value, and factors.")],
    column: Annotated[str, typer.Option("--column", help="Of the values.")] = "value",
    factor: Annotated[
        list[str] | None,
        typer.Option("--factor", help="Column of a factor, such as strength or container; may be repeated."),
    ] = None,
    lower: Annotated[float | None, typer.Option("--lower", help="Lower specification limit.")] = None,
    upper: Annotated[float | None, typer.Option("--upper", help="Upper specification limit.")] = None,
    release: Annotated[
        float | None, typer.Option("--release", help="Release limit: shelf life of a lot that starts at it.")
    ] = None,
    confidence: Annotated[float, typer.Option("--confidence", help="Of the limit of the mean.")] = 0.95,
    extrapolation: Annotated[
        float, typer.Option("--extrapolation", help="Time allowed beyond the last observed; 0 for frozen cells.")
    ] = 0.0,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("stability"),
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Find the shelf life of an attribute.

    Tests of poolability, lines, and where the confidence limit of the mean meets the specification (ICH Q1E).

    Example: `hepatica stability studies/products/assay-over-months.csv --lower 95`
    """
    from hepatica.api.manufacturing.stability import StabilityAnswer, StabilityRequest
    from hepatica.output_folder import claim
    from hepatica.report.quality.stability import stability_cards, write_stability

    lang = shell.check_language(lang)
    request = StabilityRequest.check(
        {
            "file": file,
            "column": column,
            "factors": factor or [],
            "lower": lower,
            "upper": upper,
            "release": release,
            "confidence": confidence,
            "extrapolation": extrapolation,
        }
    )
    found = request.compute()
    answer, made = StabilityAnswer.of(found), stability_cards(found, lang)
    with claim(folder, "stability") as output:
        write_stability(found, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)
