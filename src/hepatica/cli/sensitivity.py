"""hepatica sensitivity: Morris screening, tornado and Sobol' indices of a study."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.shell import (
    AsJson,
    Changes,
    Cluster,
    Lang,
    StudyFile,
    Workers,
    check_language,
    close,
    make_app,
    make_system,
)
from hepatica.cli.terminal import Bars, out, print_json, show
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.sensitivity.tornado import Tornado

app = make_app()


@app.command()
def sensitivity(
    study: StudyFile,
    set_: Changes = None,
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
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Screen which parameters move survival, gain and dose.

    Elementary effects (Morris), ranking of the doses at the ends of the leading parameters, Sobol' indices.

    Example: `hepatica sensitivity studies/hbv-aclf.toml --parameters 'secretome:*' --trajectories 2 --sobol 8`
    """
    from hepatica.card import Card
    from hepatica.dose_study import study_population
    from hepatica.output_folder import claim
    from hepatica.report.sensitivity import screen as shown
    from hepatica.report.sensitivity import variance as divided
    from hepatica.sensitivity.evaluate import Question, rising_doses
    from hepatica.sensitivity.screen import screen
    from hepatica.sensitivity.tornado import tornado
    from hepatica.sensitivity.variance import variance
    from hepatica.study import MIN_DRAWS, load_study
    from hepatica.words import say

    lang = check_language(lang)
    if over not in ("prior", "learnt"):
        raise InputError("--over", over, "prior or learnt")
    question = load_study(study, set_ or [], overrides=[f"horizon={days!r}", f"patients={max(patients, 40)}"])
    arms, began = question.arms(), time.perf_counter()
    bars = Bars(lang)
    with claim(folder, "sensitivity") as output, make_system(lang, cluster) as system, bars.bars:
        q = Question(
            system,
            study_population(question),
            rising_doses(arms, regimens),
            question.hypotheses,
            question.utility.utility(),
            question.times(),
            question.seed,
            patients,
            workers,
        )
        found = screen(q, bases=trajectories, patterns=parameters or (), progress=bars)
        best = [found.moved[k] for k in found.ranked()[:top] if not found.is_negligible[k]]
        wide = replace(q, arms=rising_doses(arms, 6))
        turned = tornado(wide, best, draws=max(MIN_DRAWS, patients), progress=bars) if best else None
        leading = [found.moved[k] for k in found.ranked()[:sobol] if not found.is_negligible[k]]
        arm = next(a for a in q.arms if a.name == found.regimen)
        known = question.known() if over == "learnt" else None
        many = replace(q, patients=max(MIN_DRAWS, patients))
        shares = variance(many, leading, arm, samples=samples, known=known, progress=bars) if leading else None
        shown.write(found, turned, q, output.staging, lang, study_hash=question.hash)
        if shares is not None:
            divided.write(shares, many, output.staging, lang, study_hash=question.hash)
        written = output.publish()
    if as_json:
        whole = shown.whole(found, turned, q, question.hash)
        extra = {} if shares is None else {"sobol": divided.whole(shares, many, question.hash)}
        print_json(whole | extra)
        return
    show(Card("sensitivity", say("sensitivity.title", lang), (), shown.table(found, q.system, lang, 12)))
    out.print(
        say(
            "sensitivity.done",
            lang,
            moved=len(found.moved),
            bases=len(found.centre),
            held=len(found.held),
            evaluations=found.evaluations,
            seconds=time.perf_counter() - began,
            never=len(found.never),
        )
    )
    if found.skipped:
        out.print(say("sensitivity.skipped", lang, n=found.skipped))
    out.print(say("sensitivity.still", lang, n=int(found.is_negligible.sum()), path=folder / "moves_nothing.csv"))
    if turned is not None:
        out.print(_turned(turned, lang))
    if shares is not None:
        show(divided.variance_card(shares, lang))
    elif sobol:
        out.print(say("sobol.none", lang))
    close(lang, *written)


def _turned(t: Tornado, lang: str) -> str:
    """Effect of the ends of the influential parameters on the dose that comes first."""
    from hepatica.words import say

    moved = [name for name, ends in zip(t.parameters, t.first, strict=True) if (ends != t.usual).any()]
    if moved:
        return say(
            "sensitivity.dose_moves", lang, arm=t.arms[t.usual], names=say("decision.separator", lang).join(moved)
        )
    return say("sensitivity.dose_stays", lang, arm=t.arms[t.usual], n=len(t.parameters))
