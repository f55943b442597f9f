"""hepatica calibrate: posterior parameter draws from the published evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, print_json, show

if TYPE_CHECKING:
    from hepatica.calibrate.run import Calibration
    from hepatica.card import Card

app = shell.make_app()


@app.command()
def calibrate(
    folder: Annotated[Path, typer.Option("--out", help="Folder of the draws and of finished work.")] = Path(
        "calibration"
    ),
    without: Annotated[
        list[str] | None, typer.Option("--without", help="Leave a publication out, e.g. zekri2015; may be repeated.")
    ] = None,
    alternative: Annotated[
        list[str] | None,
        typer.Option("--alternative", help="What another source says, e.g. lin2017:dose_1e6; may be repeated."),
    ] = None,
    hypothesis: Annotated[
        list[str] | None,
        typer.Option("--hypothesis", help="Only this of label_is_cells and lung_only; both unless given."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="That of the shipped draws unless given.")] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Real people's labs, day by day (CSV), to learn from as well; never kept."),
    ] = None,
    publication: Annotated[
        list[Path] | None,
        typer.Option("--publication", help="A publication of your own (TOML), to learn from as well; may be repeated."),
    ] = None,
    leave: Annotated[
        bool,
        typer.Option("--leave-out", help="Learn without each publication too, for `hepatica validate --left-out`."),
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A few draws, to see that it runs; too few to use.")] = False,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Learn posterior parameter draws from the evidence.

    Goes on where it was stopped. `hepatica dose ... --set posterior=calibration/posterior.parquet` uses them.
    """
    from hepatica.api.calibrate import CalibrateAnswer, CalibrateRequest
    from hepatica.calibrate.run import write
    from hepatica.output_folder import claim
    from hepatica.study import HYPOTHESES

    lang = shell.check_language(lang)
    hypotheses = tuple(map(shell.check_hypothesis, hypothesis or ())) or tuple(HYPOTHESES)
    request = CalibrateRequest(
        without=without or [],
        alternative=alternative or [],
        hypotheses=list(hypotheses),
        seed=seed,
        data=data or [],
        publication=publication or [],
        leave_out=leave,
        quick=quick,
    )
    bars = Bars(lang)
    with claim(folder, "calibrate") as output, shell.make_system(lang, cluster) as system, bars.bars:
        work = folder / "work"
        made = request.compute(work, system=system, workers=workers, progress=bars)
        posterior, notes = (folder / path.name for path in write(made, output.staging))
        output.publish()
        if leave:
            for key, draws in request.compute_left_out(made, work, system=system, workers=workers, progress=bars):
                draws.write(folder / "without" / f"{key}.parquet")
    if as_json:
        print_json(CalibrateAnswer.of(made, posterior, notes))
        return
    show(_card(made, lang))
    shell.close(lang, posterior, notes)


def _card(made: Calibration, lang: str) -> Card:
    """Card of the parameters whose posterior is narrower than the prior."""
    import numpy as np
    import pandas as pd

    from hepatica.calibrate.diagnostics.contraction import contraction
    from hepatica.card import Card
    from hepatica.words import say

    rows = contraction(made.course, made.cells)
    leading = rows[rows["learnt"]].head(25)
    table = pd.DataFrame(
        {
            say("calibrate.parameter", lang): leading["parameter"],
            say("calibrate.hypothesis", lang): [say(f"common.{h}", lang) if h else "" for h in leading["hypothesis"]],
            say("calibrate.mean", lang): leading["mean"].map("{:+.2f}".format),
            say("calibrate.sd", lang): leading["sd"].map("{:.2f}".format),
        }
    )
    text = say(
        "calibrate.text",
        lang,
        learnt=int(rows["learnt"].sum()),
        of=len(rows),
        data=len(made.terms),
        contrasts=len(made.contrasts),
        publications=len(made.draws.provenance["publications"]),
        r_hat=f"{np.nanmax(rows['r_hat']):.3f}",
    )
    return Card("calibrate", say("calibrate.title", lang), (text,), table, note=say("calibrate.note", lang))
