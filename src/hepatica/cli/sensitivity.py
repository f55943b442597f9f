"""hepatica sensitivity: Morris screening, tornado and Sobol' indices of a study."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, out, print_json, show

if TYPE_CHECKING:
    from hepatica.sensitivity.tornado import Tornado

app = shell.make_app()


@app.command()
def sensitivity(
    study: shell.StudyFile,
    set_: shell.Changes = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("sensitivity"),
    trajectories: Annotated[int, typer.Option("--trajectories", min=1, help="Base points of the Morris screen.")] = 6,
    patients: Annotated[int, typer.Option("--patients", min=4, help="Virtual patients per base point.")] = 40,
    regimens: Annotated[int, typer.Option("--regimens", min=1, help="Doses screened, per hypothesis.")] = 3,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameters", help="Only these, e.g. --parameters 'cells:*'; may be repeated."),
    ] = None,
    days: Annotated[str, typer.Option("--days", help="Horizon, a time with its unit.")] = "168 d",
    top: Annotated[int, typer.Option("--top", min=0, help="Parameters at whose ends the doses are ranked again.")] = 20,
    sobol: Annotated[
        int, typer.Option("--sobol", min=0, help="Sobol' indices of so many parameters that lead the screen; 0: none.")
    ] = 0,
    samples: Annotated[
        int, typer.Option("--samples", min=2, help="Sample size of the Sobol' indices, a power of two.")
    ] = 64,
    over: Annotated[
        str, typer.Option("--over", help="Distribution for the Sobol' indices: prior, or learnt (the posterior).")
    ] = "prior",
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Screen which parameters move survival, gain and dose.

    Elementary effects (Morris), ranking of the doses at the ends of the leading parameters, Sobol' indices.

    Example: `hepatica sensitivity studies/hbv-aclf.toml --parameters 'secretome:*' --trajectories 2 --sobol 8`
    """
    from hepatica.api.sensitivity import SensitivityRequest
    from hepatica.card import Card
    from hepatica.output_folder import claim
    from hepatica.report.sensitivity import screen as screens
    from hepatica.report.sensitivity import variance as variances
    from hepatica.study import load_study
    from hepatica.words import say

    lang = shell.check_language(lang)
    request = SensitivityRequest.check(
        {
            "study": load_study(study, set_ or [], overrides=[f"horizon={days!r}", f"patients={max(patients, 40)}"]),
            "trajectories": trajectories,
            "patients": patients,
            "regimens": regimens,
            "parameters": parameters or [],
            "top": top,
            "sobol": sobol,
            "samples": samples,
            "over": over,
        }
    )
    bars, began = Bars(lang), time.perf_counter()
    with claim(folder, "sensitivity") as output, shell.make_system(lang, cluster) as system, bars.bars:
        result = request.compute(system=system, workers=workers, progress=bars)
        screen, turned, q = result.screen, result.tornado, result.question
        screens.write(screen, turned, q, output.staging, lang, study_hash=result.study_hash)
        if result.variance is not None:
            variances.write(result.variance, result.wide, output.staging, lang, study_hash=result.study_hash)
        written = output.publish()
    if as_json:
        print_json(result.answer())
        return
    show(Card("sensitivity", say("sensitivity.title", lang), (), screens.table(screen, q.system, lang, 12)))
    out.print(
        say(
            "sensitivity.done",
            lang,
            moved=len(screen.moved),
            bases=len(screen.centre),
            held=len(screen.held),
            evaluations=screen.evaluations,
            seconds=time.perf_counter() - began,
            never=len(screen.never),
        )
    )
    if screen.skipped:
        out.print(say("sensitivity.skipped", lang, n=screen.skipped))
    out.print(say("sensitivity.negligible", lang, n=int(screen.is_negligible.sum()), path=folder / "negligible.csv"))
    if turned is not None:
        out.print(_turned(turned, lang))
    if result.variance is not None:
        show(variances.variance_card(result.variance, lang))
    elif sobol:
        out.print(say("sobol.none", lang))
    shell.close(lang, *written)


def _turned(t: Tornado, lang: str) -> str:
    """Effect of the ends of the influential parameters on the dose that comes first."""
    from hepatica.words import say

    moved = [name for name, ends in zip(t.parameters, t.first, strict=True) if (ends != t.usual).any()]
    if moved:
        return say(
            "sensitivity.dose_moves", lang, arm=t.arms[t.usual], names=say("decision.separator", lang).join(moved)
        )
    return say("sensitivity.dose_stays", lang, arm=t.arms[t.usual], n=len(t.parameters))
