"""hepatica simulate: labs and survival of a study's virtual patients under each arm."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, out, print_json

app = shell.make_app()


@app.command()
def simulate(
    study: shell.StudyFile,
    set_: shell.Changes = None,
    modules: shell.Modules = None,
    target: Annotated[Path, typer.Option("--out", help="NetCDF file.")] = Path("simulation.nc"),
    hypothesis: shell.Hypothesis = "label_is_cells",
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Simulate the arms of a study; write every lab to NetCDF.

    Every lab of every virtual patient, with its unit, over days; survival of each arm is printed.

    Example: `hepatica simulate studies/hbv-aclf.toml --out simulation.nc`
    """
    from hepatica.api.simulate import SimulateAnswer, SimulateRequest
    from hepatica.files import write_netcdf
    from hepatica.study import load_study
    from hepatica.words import say

    lang = shell.check_language(lang)
    request = SimulateRequest(study=load_study(study, set_ or []), hypothesis=shell.check_hypothesis(hypothesis))
    bars = Bars(lang)
    with shell.make_system(lang, cluster, modules) as system, bars.bars:
        ds = request.compute(system=system, workers=workers, progress=bars)
    write_netcdf(target, ds)
    answer = SimulateAnswer.of(ds, target)
    if as_json:
        print_json(answer)
        return
    shares = [share for share in answer.survival.values() if share is not None]
    span = f"{min(shares):.1%} - {max(shares):.1%}" if shares else "-"
    out.print(
        say(
            "cli.simulated",
            lang,
            arms=len(answer.survival),
            patients=answer.patients,
            days=request.study.horizon,
            survival=span,
        )
    )
    shell.close(lang, target)
