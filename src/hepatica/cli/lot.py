"""hepatica lot: release of one lot, with its certificate of analysis."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars

app = shell.make_app()


@app.callback()
def lot() -> None:
    """Decide about the release of a lot.

    Example: `hepatica lot release studies/products/cord-lot.toml`
    """


@app.command("release")
def release(
    file: Annotated[Path, typer.Argument(help="Lot file (TOML): attributes, limits, doses, loss.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder of the certificate.")] = Path("certificate"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the intervals of losses.")] = 1,
    draws: Annotated[int, typer.Option("--draws", help="Parameter draws, where the loss is the model's.")] = 30,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
) -> None:
    """Decide about a lot and write its certificate of analysis.

    Every attribute against its limit, with the chance that the true value meets it; the verdict and the expected loss.
    With a table [model_loss] the loss is simulated in the patients of a study, once, and kept in the cache. The exit
    status is 1 where the lot is rejected.

    Example: `hepatica lot release studies/products/cord-lot.toml`
    """
    from hepatica.api.manufacturing.lot import LotAnswer, LotRequest
    from hepatica.manufacturing.quality.release.lot import Verdict
    from hepatica.output_folder import claim
    from hepatica.report.quality.certificate import certificate_cards
    from hepatica.report.quality.pages import write_certificate

    lang = shell.check_language(lang)
    bars = Bars(lang)
    with bars.bars:
        request = LotRequest.check({"file": file, "seed": seed, "draws": draws})
        found = request.compute(workers=workers, progress=bars)
    answer, made = LotAnswer.of(found), certificate_cards(found, lang)
    with claim(folder, "lot") as output:
        write_certificate(found, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made[:-1], lang, *written, as_json=as_json)  # signatures are for paper
    if found.verdict is Verdict.REJECT:
        raise typer.Exit(1)
