"""Commands that answer a study: init, dose, simulate, sensitivity."""

from __future__ import annotations

import importlib
import json
import shlex
import sys
import threading
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from hepatica import __version__
from hepatica.card import Card
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
    show,
)
from hepatica.dose_study import SHOWN, Answer, admitted, answer, population_of
from hepatica.errors import InputError
from hepatica.files import write_whole
from hepatica.sensitivity.screen import Question, ladder, screen
from hepatica.sensitivity.tornado import Tornado, tornado
from hepatica.sensitivity.variance import variance
from hepatica.simulate import simulate as follow
from hepatica.study import HYPOTHESES, MIN_DRAWS, Study, load_study
from hepatica.words import say


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("study.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite.")] = False,
    lang: Lang = "en",
) -> None:
    """Write a commented study file to start from."""
    if path.exists() and not force:
        raise InputError("path", str(path), "a file that does not exist yet, or --force")
    text = (files("hepatica") / "study.template.toml").read_text(encoding="utf-8")
    write_whole(path, lambda p: p.write_text(text, encoding="utf-8"))
    out.print(say("cli.written", language(lang), path=path))


@app.command()
def dose(
    study: StudyFile,
    set_: Changes = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("report"),
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
    full: Annotated[bool, typer.Option("--full", help="Print every part of the report.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Only the answer.")] = False,
) -> None:
    """Find the dose: which regimen, with what benefit, harm and doubt.

    Example: `hepatica dose studies/hbv-aclf.toml --set dose='2e6 cells/kg'`
    """
    lang = language(lang)
    question = load_study(study, set_ or [])
    drawing = threading.Thread(target=importlib.import_module, args=("hepatica.report",))
    drawing.start()  # slow to import, and only this command draws: let it load while the kernel works
    if not no_report:  # better now than after the work
        write_whole(folder / ".writable", lambda p: p.touch()).unlink()
    began = time.perf_counter()
    bars = Bars(lang)
    with make_system(lang, cluster) as system, bars.bars:
        found = answer(question, system=system, workers=workers, progress=bars)
    seconds = time.perf_counter() - began
    drawing.join()
    from hepatica.report import cards, write_report

    made = cards(found, lang)
    path = None if no_report else write_report(found, folder, lang, command=_command())
    if as_json:
        print(json.dumps(_as_json(found, made, path), ensure_ascii=False, indent=1))
        return
    for card in made if full else made[:2]:
        show(card)
    out.print(
        say(
            "cli.elapsed",
            lang,
            patients=question.patients,
            arms=len(found.decision.arms),
            seconds=seconds,
            hypotheses=len(question.hypotheses),
            engine=found.system.engine,
            error=found.error,
            failed=found.failed,
        ),
        style="dim",
    )
    if path is not None:
        beside = sorted(p.name for p in path.parent.iterdir() if p != path and not p.name.startswith("."))
        out.print(say("cli.tables_at", lang, names=", ".join(beside)), style="dim", soft_wrap=True)
        out.print(say("cli.report_at", lang, path=path), style="bold", soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


def _command() -> str:
    return shlex.join(["hepatica", *sys.argv[1:]])


def _as_json(found: Answer, made: list[Card], path: Path | None) -> dict[str, Any]:
    d = found.decision
    rows = json.loads(d.frame().replace([np.inf, -np.inf], np.nan).to_json(orient="records"))
    return {
        "answer": list(made[0].text),
        "extrapolation": found.population.extrapolation,
        "recommended": d.arms[d.recommended].name,
        "top_ranked": d.arms[d.top].name,
        "confident": d.confident,
        "holds_best": [d.arms[a].name for a in d.holds_best],
        "edges": list(d.edges),
        "beyond_given": d.beyond_given,
        "failed": found.failed,
        "assumptions": [vars(a) for a in d.assumptions],
        "arms": rows,
        "report": str(path) if path else None,
        "run": {
            "study_hash": found.study.hash,
            "model_hash": found.system.model.hash,
            "seed": found.study.seed,
            "version": __version__,
            "engine": found.system.engine,
            "tolerance_error": found.error,
        },
        "purpose": "for research use",
    }


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
        arms, done = question.arms(), [0]

        def step(k: int) -> None:
            done[0] += k
            bars(hypothesis, done[0], len(arms) * question.patients)

        ds = follow(
            system,
            patients,
            arms,
            question.times(),
            outputs=SHOWN,
            hypothesis=hypothesis,
            workers=workers,
            progress=step,
        )
    ds.attrs["study_hash"] = question.hash
    write_whole(target, lambda p: ds.to_netcdf(p, engine="h5netcdf"))
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
    bars, began, done = Bars(lang), time.perf_counter(), [0]

    def step(k: int) -> None:
        done[0] += k
        bars(hypothesis, done[0], patients)

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
            progress=step,
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


@app.command()
def sensitivity(
    study: StudyFile,
    set_: Changes = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("sensitivity"),
    trajectories: Annotated[int, typer.Option("--trajectories", min=1, help="Base points.")] = 6,
    patients: Annotated[int, typer.Option("--patients", min=4, help="Patients per base point.")] = 40,
    regimens: Annotated[int, typer.Option("--regimens", min=1, help="Doses screened, per hypothesis.")] = 3,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameters", help="Only these, e.g. `--parameters 'cells:*'`; may be repeated."),
    ] = None,
    days: Annotated[str, typer.Option("--days", help="Horizon.")] = "168 d",
    top: Annotated[int, typer.Option("--top", min=0, help="Parameters whose ends re-rank the doses.")] = 20,
    sobol: Annotated[
        int, typer.Option("--sobol", min=0, help="Sobol' indices of so many parameters that lead the screen; 0: none.")
    ] = 0,
    samples: Annotated[int, typer.Option("--samples", min=2, help="Blocks for these, a power of two.")] = 64,
    over: Annotated[str, typer.Option(help="Move these over: prior, or what the study has learnt.")] = "prior",
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Screen which unknowns move survival, the gain by cells and the dose that comes first.

    Example: `hepatica sensitivity studies/hbv-aclf.toml --parameters 'secretome:*' --trajectories 2 --sobol 8`
    """
    from hepatica.report.sensitivity import screen as shown
    from hepatica.report.sensitivity import variance as divided

    lang = language(lang)
    if over not in ("prior", "learnt"):
        raise InputError("--over", over, "prior or learnt")
    question = load_study(study, [*(set_ or []), f"horizon={days!r}", f"patients={max(patients, 40)}"])
    write_whole(folder / ".writable", lambda p: p.touch()).unlink()
    arms, began = question.arms(), time.perf_counter()
    bars = Bars(lang)
    with make_system(lang, cluster) as system, bars.bars:
        q = Question(
            system,
            population_of(question),
            ladder(arms, regimens),
            question.hypotheses,
            question.utility.utility(),
            question.times(),
            question.seed,
            patients,
            workers,
        )
        found = screen(q, bases=trajectories, patterns=parameters or (), progress=bars)
        best = [found.moved[k] for k in found.ranked()[:top] if not found.still[k]]
        wide = replace(q, arms=ladder(arms, 6))
        turned = tornado(wide, best, draws=max(MIN_DRAWS, patients), progress=bars) if best else None
        leading = [found.moved[k] for k in found.ranked()[:sobol] if not found.still[k]]
        arm = next(a for a in q.arms if a.name == found.regimen)
        known = question.known() if over == "learnt" else None
        many = replace(q, patients=max(MIN_DRAWS, patients))
        shares = variance(many, leading, arm, samples=samples, known=known, progress=bars) if leading else None
    written = shown.write(found, turned, q, folder, lang, study_hash=question.hash)
    if shares is not None:
        written += divided.write(shares, many, folder, lang, study_hash=question.hash)
    if as_json:
        whole = shown.whole(found, turned, q, question.hash)
        extra = {} if shares is None else {"sobol": divided.whole(shares, many, question.hash)}
        print(json.dumps(whole | extra, ensure_ascii=False))
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
    out.print(
        say("sensitivity.still", lang, n=int(found.still.sum()), path=folder / "moves_nothing.csv"), soft_wrap=True
    )
    if turned is not None:
        out.print(_turned(turned, lang))
    if shares is not None:
        show(divided.variance_card(shares, lang))
    elif sobol:
        out.print(say("sobol.none", lang))
    out.print(say("cli.written", lang, path=", ".join(p.name for p in written)), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


def _turned(t: Tornado, lang: str) -> str:
    """What the ends of the influential parameters do to the dose that comes first."""
    moved = [name for name, ends in zip(t.parameters, t.first, strict=True) if (ends != t.usual).any()]
    if moved:
        return say(
            "sensitivity.dose_moves", lang, arm=t.arms[t.usual], names=say("decision.separator", lang).join(moved)
        )
    return say("sensitivity.dose_stays", lang, arm=t.arms[t.usual], n=len(t.parameters))
