"""hepatica quality: control chart with run rules, capability and tolerance interval of one attribute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell

app = shell.make_app()


@app.command()
def quality(
    file: Annotated[Path, typer.Argument(help="CSV: a row a lot; columns value, lot, group, or count and size.")],
    column: Annotated[str, typer.Option("--column", help="Of the values; 'value' or 'count' unless given.")] = "",
    chart: Annotated[
        str, typer.Option("--chart", help="individuals, xbar, p, np, c or u; by the columns unless given.")
    ] = "",
    size: Annotated[float | None, typer.Option("--size", help="Units behind each count.")] = None,
    phase_1: Annotated[int | None, typer.Option("--phase-1", help="Leading points that set the limits; all.")] = None,
    exclude: Annotated[
        list[int] | None,
        typer.Option("--exclude", help="A point, from 1, whose cause was found; may be repeated."),
    ] = None,
    rules: Annotated[
        str, typer.Option("--rules", help="limits, western-electric (run of 8) or nelson (run of 9).")
    ] = "western-electric",
    lower: Annotated[float | None, typer.Option("--lower", help="Lower specification limit.")] = None,
    upper: Annotated[float | None, typer.Option("--upper", help="Upper specification limit.")] = None,
    target: Annotated[float | None, typer.Option("--target", help="Target, for Cpm.")] = None,
    content: Annotated[float, typer.Option("--content", help="Share of lots in the tolerance interval.")] = 0.95,
    confidence: Annotated[float, typer.Option("--confidence", help="Of tolerance and capability.")] = 0.95,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("quality"),
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Draw a control chart of lots, with capability.

    Run rules, exact run lengths, EWMA, CUSUM, capability and the exact tolerance interval.

    Example: `hepatica quality studies/products/viability.csv --phase-1 7 --lower 70`
    """
    from hepatica.api.manufacturing.quality import QualityAnswer, QualityRequest
    from hepatica.output_folder import claim
    from hepatica.report.quality.cards import control_cards
    from hepatica.report.quality.pages import write_control

    lang = shell.check_language(lang)
    request = QualityRequest.check(
        {
            "file": file,
            "column": column,
            "chart": chart,
            "size": size,
            "phase_1": phase_1,
            "exclude": exclude or [],
            "rules": rules,
            "lower": lower,
            "upper": upper,
            "target": target,
            "content": content,
            "confidence": confidence,
        }
    )
    found = request.compute()
    answer, made = QualityAnswer.of(found), control_cards(found, lang)
    with claim(folder, "quality") as output:
        name = column or file.stem
        write_control(found, made, answer, output.staging, lang, name=name, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)
