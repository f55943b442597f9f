"""hepatica simulate: labs and survival of a study's virtual patients under each arm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from hepatica.cli.shell import (
    AsJson,
    Bars,
    Changes,
    Cluster,
    Lang,
    StudyFile,
    Workers,
    app,
    language,
    make_system,
    out,
)
from hepatica.dose_study import SHOWN, admitted
from hepatica.errors import InputError
from hepatica.files import write_netcdf
from hepatica.progress import staged
from hepatica.simulation import simulate as follow
from hepatica.study import HYPOTHESES, Study, load_study
from hepatica.words import say


@app.command()
def simulate(
    study: StudyFile,
    set_: Changes = None,
    target: Annotated[Path, typer.Option("--out", help="NetCDF file.")] = Path("simulation.nc"),
    hypothesis: Annotated[str, typer.Option(help=f"One of {', '.join(HYPOTHESES)}.")] = "label_is_cells",
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Simulate a study's arms and write every lab of every patient to NetCDF."""
    lang = language(lang)
    question: Study = load_study(study, set_ or [])
    if hypothesis not in HYPOTHESES:
        raise InputError("--hypothesis", hypothesis, f"one of {', '.join(HYPOTHESES)}")
    bars = Bars(lang)
    with make_system(lang, cluster) as system, bars.bars:
        patients = admitted(question, system, workers=workers)
        arms = question.arms()
        ds = follow(
            system,
            patients,
            arms,
            question.times(),
            outputs=SHOWN,
            hypothesis=hypothesis,
            workers=workers,
            progress=staged(bars, hypothesis),
        )
    ds.attrs["study_hash"] = question.hash
    write_netcdf(target, ds)
    intensity, times = ds["death_intensity"].values, ds["time"].values
    alive = np.exp(-np.trapezoid(intensity, times, axis=-1))
    survival = {a.name: round(float(np.nanmean(alive[i])), 4) for i, a in enumerate(arms)}
    if as_json:
        print(
            json.dumps(
                {
                    "file": str(target),
                    "survival": survival,
                    "failed": int((ds["status"] != 0).sum()),
                    "purpose": "for research use",
                },
                ensure_ascii=False,
            )
        )
        return
    low, high = min(survival.values()), max(survival.values())
    out.print(
        say(
            "cli.simulated",
            lang,
            arms=len(arms),
            patients=question.patients,
            days=question.horizon,
            survival=f"{low:.1%} - {high:.1%}",
        )
    )
    out.print(say("cli.written", lang, path=target), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")
