"""hepatica simulate: labs and survival of a study's virtual patients under each arm."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.shell import (
    AsJson,
    Changes,
    Cluster,
    Hypothesis,
    Lang,
    StudyFile,
    Workers,
    check_hypothesis,
    check_language,
    close,
    make_app,
    make_system,
)
from hepatica.cli.terminal import Bars, out, print_json

app = make_app()


@app.command()
def simulate(
    study: StudyFile,
    set_: Changes = None,
    target: Annotated[Path, typer.Option("--out", help="NetCDF file.")] = Path("simulation.nc"),
    hypothesis: Hypothesis = "label_is_cells",
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Simulate the arms of a study; write every lab to NetCDF.

    Every lab of every virtual patient, with its unit, over days; survival of each arm is printed.

    Example: `hepatica simulate studies/hbv-aclf.toml --out simulation.nc`
    """
    import numpy as np

    from hepatica.dose_study import COURSE_OUTPUTS, admit_patients
    from hepatica.files import write_netcdf
    from hepatica.progress import staged
    from hepatica.simulation import simulate as follow
    from hepatica.study import load_study
    from hepatica.words import say

    lang, hypothesis = check_language(lang), check_hypothesis(hypothesis)
    question = load_study(study, set_ or [])
    bars = Bars(lang)
    with make_system(lang, cluster) as system, bars.bars:
        patients = admit_patients(question, system, workers=workers)
        arms = question.arms()
        ds = follow(
            system,
            patients,
            arms,
            question.times(),
            outputs=COURSE_OUTPUTS,
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
        print_json(
            {
                "file": str(target),
                "survival": survival,
                "failed": int((ds["status"] != 0).sum()),
                "purpose": "for research use",
            }
        )
        return
    low, high = min(survival.values()), max(survival.values())
    span = f"{low:.1%} - {high:.1%}"
    out.print(
        say(
            "cli.simulated",
            lang,
            arms=len(arms),
            patients=question.patients,
            days=question.horizon,
            survival=span,
        )
    )
    close(lang, target)
