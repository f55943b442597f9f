"""hepatica dose: the recommended regimen of a study, with its benefit, harm and uncertainty."""

from __future__ import annotations

import contextlib
import importlib
import json
import shlex
import sys
import threading
import time
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
from hepatica.dose_study import Answer, answer
from hepatica.output_folder import claim
from hepatica.study import load_study
from hepatica.words import say


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
    output = None if no_report else claim(folder, "dose")
    with output or contextlib.nullcontext():  # claimed before the work, so that a folder is not refused after it
        began = time.perf_counter()
        bars = Bars(lang)
        with make_system(lang, cluster) as system, bars.bars:
            found = answer(question, system=system, workers=workers, progress=bars)
        seconds = time.perf_counter() - began
        drawing.join()
        from hepatica.report import cards, write_report

        made = cards(found, lang)
        path, tables = None, []
        if output is not None:
            path = folder / write_report(found, output.staging, lang, command=_command()).name
            tables = [p.name for p in output.publish() if p != path]
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
        out.print(say("cli.tables_at", lang, names=", ".join(tables)), style="dim", soft_wrap=True)
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
        "confident": d.is_confident,
        "holds_best": [d.arms[a].name for a in d.credible_set],
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
