"""hepatica calibrate: posterior parameter draws from the published evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from hepatica.calibrate.infer import Settings
from hepatica.calibrate.leave_out import leave_out
from hepatica.calibrate.run import calibrate as learn
from hepatica.calibrate.run import used, write
from hepatica.card import Card
from hepatica.cli.shell import AsJson, Bars, Cluster, Lang, Workers, app, language, make_system, out, show
from hepatica.errors import InputError
from hepatica.individual.as_evidence import as_publications
from hepatica.output_folder import claim
from hepatica.study import HYPOTHESES
from hepatica.words import say

QUICK = Settings(draws=40, waves=(300, 200), people=8, particles=400, moves=5, cell_draws=4, cell_people=4)


@app.command()
def calibrate(
    folder: Annotated[Path, typer.Option("--out", help="Folder of the draws and of finished work.")] = Path(
        "calibration"
    ),
    without: Annotated[list[str] | None, typer.Option(help="Leave a publication out, e.g. zekri2015.")] = None,
    alternative: Annotated[
        list[str] | None, typer.Option(help="What another source says, e.g. lin2017:dose_1e6.")
    ] = None,
    hypothesis: Annotated[list[str] | None, typer.Option(help=f"Only these of {', '.join(HYPOTHESES)}.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = Settings.seed,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Real people's labs, day by day (CSV), to learn from as well; never kept."),
    ] = None,
    leave: Annotated[
        bool,
        typer.Option("--leave-out", help="Learn without each publication too, for `hepatica validate --left-out`."),
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A few draws, to see that it runs; too few to use.")] = False,
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Learn from the evidence: draws of what is not known, with where they come from.

    Goes on where it was stopped. `hepatica dose ... --set posterior=calibration/posterior.parquet` uses them.
    """
    lang = language(lang)
    for name in hypothesis or ():
        if name not in HYPOTHESES:
            raise InputError("--hypothesis", name, f"one of {', '.join(HYPOTHESES)}")
    publications = used(alternative or (), without or ())
    people = [p for path in data or () for p in as_publications(path)]
    settings = Settings(**{**(QUICK if quick else Settings()).__dict__, "seed": seed})
    bars = Bars(lang)
    with claim(folder, "calibrate") as output, make_system(lang, cluster) as system, bars.bars:
        made = learn(
            system,
            publications,
            folder / "work",
            settings,
            hypotheses=hypothesis or tuple(HYPOTHESES),
            people=people,
            workers=workers,
            progress=bars,
        )
        posterior, notes = (folder / path.name for path in write(made, output.staging))
        output.publish()
        if leave:
            few = max(min(100, settings.draws), 20)
            for key, draws in leave_out(
                made, system, folder / "work", settings, rows=few, workers=workers, progress=bars
            ):
                draws.write(folder / "without" / f"{key}.parquet")
    if as_json:
        print(notes.read_text(encoding="utf-8"))
        return
    rows = made.contraction()
    leading = rows[rows["learnt"]].head(25)
    table = pd.DataFrame(
        {
            say("calibrate.parameter", lang): leading["parameter"],
            say("calibrate.hypothesis", lang): [say(f"common.{h}", lang) if h else "" for h in leading["hypothesis"]],
            say("calibrate.mean", lang): leading["mean"].map("{:+.2f}".format),
            say("calibrate.sd", lang): leading["sd"].map("{:.2f}".format),
        }
    )
    learnt = int(rows["learnt"].sum())
    text = say(
        "calibrate.text",
        lang,
        learnt=learnt,
        of=len(rows),
        data=len(made.data),
        contrasts=len(made.contrasts),
        publications=len(made.draws.provenance["publications"]),
        r_hat=f"{np.nanmax(rows['r_hat']):.3f}",
    )
    show(Card("calibrate", say("calibrate.title", lang), (text,), table, note=say("calibrate.note", lang)))
    out.print(say("cli.written", lang, path=posterior), say("cli.written", lang, path=notes), sep="\n")
    out.print(say("common.research_use", lang), style="dim")
