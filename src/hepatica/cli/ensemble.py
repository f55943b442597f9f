"""hepatica ensemble: any number of virtual patients in bounded memory."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

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
from hepatica.dose_study import population_of
from hepatica.errors import InputError
from hepatica.progress import staged
from hepatica.study import HYPOTHESES, load_study
from hepatica.words import say


@app.command()
def ensemble(
    study: StudyFile,
    set_: Changes = None,
    patients: Annotated[int, typer.Option("--patients", min=1, help="Any number: memory stays bounded.")] = 10_000,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the files.")] = Path("ensemble"),
    courses: Annotated[bool, typer.Option("--courses", help="Also every day of every patient, as Zarr.")] = False,
    hypothesis: Annotated[str, typer.Option(help=f"One of {', '.join(HYPOTHESES)}.")] = "label_is_cells",
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Simulate many patients under a study's arms; write endpoints and percentile bands, a block at a time."""
    from hepatica.ensemble import run

    lang = language(lang)
    question = load_study(study, set_ or [])
    if hypothesis not in HYPOTHESES:
        raise InputError("--hypothesis", hypothesis, f"one of {', '.join(HYPOTHESES)}")
    bars, began = Bars(lang), time.perf_counter()
    with make_system(lang, cluster) as system, bars.bars:
        tally = run(
            system,
            population_of(question),
            question.arms(),
            folder,
            patients=patients,
            seed=question.seed,
            known=question.known(),
            draws=question.draws,
            times=question.times(),
            hypothesis=hypothesis,
            courses=courses,
            workers=workers,
            progress=staged(bars, hypothesis),
        )
    if as_json:
        print(
            json.dumps(
                {
                    "folder": str(folder),
                    "patients": tally.patients,
                    "candidates": tally.candidates,
                    "failed": tally.failed,
                    "purpose": "for research use",
                },
                ensure_ascii=False,
            )
        )
        return
    out.print(
        say(
            "cli.ensemble",
            lang,
            patients=tally.patients,
            candidates=tally.candidates,
            failed=tally.failed,
            seconds=time.perf_counter() - began,
        )
    )
    out.print(say("cli.written", lang, path=folder), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")
