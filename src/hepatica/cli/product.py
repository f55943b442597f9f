"""hepatica product: products side by side for the patients of a study, and the process of one, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars

app = shell.make_app()


@app.callback()
def product() -> None:
    """Compare cell products for a study, or follow a process.

    Example: `hepatica product compare studies/hbv-aclf.toml`
    """


@app.command("compare")
def compare(
    study: shell.StudyFile,
    set_: shell.Changes = None,
    cells: Annotated[str, typer.Option("--cells", help="Dose of one infusion; the middle one of the grid.")] = "",
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("product"),
    draws: Annotated[int, typer.Option("--draws", help="Parameter draws.")] = 30,
    per_draw: Annotated[int, typer.Option("--per-draw", help="Patients of each.")] = 2,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Compare sources, passages, fresh and thawed cells.

    The same patients under every product at one dose, with gain, thrombo-embolism and their intervals; gain and harm
    over viability, passage, potency and hold; what the variation of lots costs, and what an assay or pooling gains.

    Example: `hepatica product compare studies/hbv-aclf.toml --cells "1e6 cells/kg"`
    """
    from hepatica.api.manufacturing.product import ProductAnswer, ProductRequest
    from hepatica.output_folder import claim
    from hepatica.report.quality.comparison import comparison_cards, write_comparison
    from hepatica.study import load_study
    from hepatica.units import parse

    lang = shell.check_language(lang)
    request = ProductRequest.check(
        {
            "study": load_study(study, set_ or []),
            "cells": parse(cells, "cell/kg", "--cells") if cells else None,
            "draws": draws,
            "per_draw": per_draw,
        }
    )
    bars = Bars(lang)
    with claim(folder, "product") as output, shell.make_system(lang, cluster) as system, bars.bars:
        comparison, lots = request.compute(system=system, workers=workers, progress=bars)
        made = comparison_cards(comparison, lots, lang)
        answer = ProductAnswer.of(comparison, lots, text=made[0].text)
        write_comparison(comparison, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)


@app.command("steps")
def steps(
    file: Annotated[Path, typer.Argument(help="Product file (TOML) with [[step]] tables.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("process"),
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Follow the process of a product from donor to needle.

    State of a counted cell after each step, with the law of each and its source; what arrives of a dose that was
    ordered; and the product under conflicting findings on thaw.

    Example: `hepatica product steps studies/products/cord-process.toml`
    """
    from hepatica.api.manufacturing.process import ProcessAnswer, ProcessRequest
    from hepatica.output_folder import claim
    from hepatica.report.quality.process import process_cards, write_process
    from hepatica.study import read_product

    lang = shell.check_language(lang)
    result = ProcessRequest.check({"product": read_product(file)}).compute()
    made = process_cards(result, lang)
    answer = ProcessAnswer.of(result, text=made[0].text)
    with claim(folder, "process") as output:
        write_process(result, made, answer, output.staging, lang, name=file.name, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)
