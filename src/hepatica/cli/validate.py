"""hepatica validate: predictions of publications and of real patients, with their scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.shell import AsJson, Bars, Cluster, Lang, Workers, app, language, make_system, out, show
from hepatica.cli.sources import left_out, read_file
from hepatica.errors import InputError
from hepatica.evidence import load_all
from hepatica.files import write_text
from hepatica.individual.forecast import KINDS, validate_people
from hepatica.report.evidence.predictions import prediction_cards
from hepatica.report.sensitivity.screen import draw
from hepatica.study import HYPOTHESES, draws_of
from hepatica.validation.predict import validate as judge
from hepatica.words import say


@app.command()
def validate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Publications that the model has not seen; `hepatica evidence check` them."),
    ] = None,
    posterior_: Annotated[
        str, typer.Option("--posterior", help="learnt, prior, or a file of `hepatica calibrate`.")
    ] = "learnt",
    people: Annotated[
        Path | None,
        typer.Option("--people", help="Real people's labs, day by day (CSV): forecast each person instead."),
    ] = None,
    train: Annotated[
        Path | None, typer.Option("--train", help="With --people: another such file, to learn from.")
    ] = None,
    kinds: Annotated[
        str, typer.Option("--kinds", help=f"With --people: virtual patients, {', '.join(KINDS)}.")
    ] = "acute",
    without: Annotated[
        Path | None,
        typer.Option("--left-out", help="Folder of `hepatica calibrate --leave-out`: predict each from the rest."),
    ] = None,
    patients: Annotated[int, typer.Option(min=4, help="Virtual patients of each population for each draw.")] = 40,
    draws: Annotated[int, typer.Option(min=20)] = 200,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    page: Annotated[Path | None, typer.Option("--out", help="Write a page of Markdown instead of printing.")] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Predict published numbers before looking at them, then look: scores beside two plain predictors.

    Without a file, the publications that were learnt from. Example: `hepatica validate new-trial.toml --json`
    """
    lang = language(lang)
    if people is not None:
        if files:
            raise InputError("PATH", str(files[0]), "no publication beside --people")
        with make_system(lang, cluster) as system:
            told = validate_people(
                people, system, train=train, kinds=kinds, seed=seed, known=draws_of(posterior_), workers=workers
            )
        print(json.dumps(told.to_dict(), allow_nan=False) if as_json else told.text())
        return
    publications = [read_file(path) for path in files or ()] or [
        p for p in load_all().values() if p.role == "calibration"
    ]
    bars = Bars(lang)
    with make_system(lang, cluster) as system, bars.bars:
        found = judge(
            system,
            publications,
            tuple(load_all().values()),
            draws_of(posterior_),
            hypotheses=tuple(HYPOTHESES),
            people=patients,
            draws=draws,
            seed=seed,
            left_out=left_out(without, publications) if without is not None else None,
            workers=workers,
            progress=bars,
        )
    if as_json:
        totals = found.totals().to_dict(orient="records")
        print(
            json.dumps(
                {
                    "records": [r.json() for r in found.records],
                    "totals": totals,
                    "left": found.left,
                    "alike": found.alike,
                    "pareto_k": found.shapes,
                    "in_sample": found.in_sample,
                    "purpose": "for research use",
                },
                ensure_ascii=False,
            )
        )
        return
    cards = prediction_cards(found, lang)
    if page is not None:
        head = f"# {say('validate.title', lang)}\n\n{say('common.research_use', lang)}\n\n"
        parts = []
        for card in cards:
            parts.append(card.markdown())
            if card.figure is not None:
                picture = draw(card.figure(), page.parent / "img" / page.stem, png=False)[0]
                parts.append(f"![{card.alt}]({picture.relative_to(page.parent).as_posix()})")
        text = head + "\n\n".join(parts) + "\n"
        write_text(page, text)
        out.print(say("cli.written", lang, path=page))
        return
    for card in cards:
        show(card)
    out.print(say("common.research_use", lang), style="dim")
