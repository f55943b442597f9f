"""hepatica ensemble: any number of virtual patients in bounded memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, out, print_json

app = shell.make_app()


@app.command()
def ensemble(
    study: shell.StudyFile,
    set_: shell.Changes = None,
    patients: Annotated[
        int, typer.Option("--patients", min=1, help="Virtual patients, any number: memory stays bounded.")
    ] = 10_000,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the files.")] = Path("ensemble"),
    courses: Annotated[bool, typer.Option("--courses", help="Also every day of every patient, as Zarr.")] = False,
    hypothesis: shell.Hypothesis = "label_is_cells",
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Simulate any number of patients in bounded memory.

    Writes endpoints of each patient and percentile bands of each arm, a block at a time.

    Example: `hepatica ensemble studies/hbv-aclf.toml --patients 1000000`
    """
    from hepatica.api.simulate import EnsembleRequest
    from hepatica.study import load_study
    from hepatica.words import say

    lang = shell.check_language(lang)
    question = load_study(study, set_ or [])
    request = EnsembleRequest(
        study=question, hypothesis=shell.check_hypothesis(hypothesis), patients=patients, courses=courses
    )
    bars, began = Bars(lang), time.perf_counter()
    with shell.make_system(lang, cluster) as system, bars.bars:
        answer = request.run(folder, system=system, workers=workers, progress=bars)
    if as_json:
        print_json(answer)
        return
    counts = {"patients": answer.patients, "candidates": answer.candidates, "failed": answer.failed}
    out.print(say("cli.ensemble", lang, seconds=time.perf_counter() - began, **counts))
    shell.close(lang, folder)
