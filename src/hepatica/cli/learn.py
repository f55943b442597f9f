"""Commands that learn from evidence and are held to it: calibrate, validate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from hepatica.calibrate.infer import Settings
from hepatica.calibrate.leave_out import leave_out
from hepatica.calibrate.run import calibrate as learn
from hepatica.calibrate.run import used, write
from hepatica.card import Card
from hepatica.cli.shell import AsJson, Bars, Cluster, Lang, Workers, app, language, make_system, out, show
from hepatica.errors import InputError
from hepatica.evidence import load_all
from hepatica.evidence.publications import Publication, read
from hepatica.files import write_whole
from hepatica.individual.as_evidence import as_publications
from hepatica.individual.forecast import KINDS, validate_people
from hepatica.patients import Draws
from hepatica.report.evidence.predictions import prediction_cards
from hepatica.report.sensitivity.screen import draw
from hepatica.study import HYPOTHESES, draws_of
from hepatica.validation.predict import validate as judge
from hepatica.words import say

QUICK = Settings(draws=40, waves=(300, 200), people=8, particles=400, moves=5, cell_draws=4, cell_people=4)


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
        write_whole(page, lambda p: p.write_text(text, encoding="utf-8"))
        out.print(say("cli.written", lang, path=page))
        return
    for card in cards:
        show(card)
    out.print(say("common.research_use", lang), style="dim")


@app.command()
def calibrate(
    folder: Annotated[Path, typer.Option("--out", help="Folder of the draws and of finished work.")] = Path(
        "calibration"
    ),
    without: Annotated[list[str] | None, typer.Option(help="Leave a publication out, e.g. zekri2015.")] = None,
    alternative: Annotated[
        list[str] | None, typer.Option(help="What another source says, e.g. lin2017:dose_1e6.")
    ] = None,
    hypothesis: Annotated[list[str] | None, typer.Option(help=f"Only these of {', '.join(HYPOTHESES)}.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = Settings.seed,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Real people's labs, day by day (CSV), to learn from as well; never kept."),
    ] = None,
    leave: Annotated[
        bool,
        typer.Option("--leave-out", help="Learn without each publication too, for `hepatica validate --left-out`."),
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A few draws, to see that it runs; too few to use.")] = False,
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Learn from the evidence: draws of what is not known, with where they come from.

    Goes on where it was stopped. `hepatica dose ... --set posterior=calibration/posterior.parquet` uses them.
    """
    lang = language(lang)
    for name in hypothesis or ():
        if name not in HYPOTHESES:
            raise InputError("--hypothesis", name, f"one of {', '.join(HYPOTHESES)}")
    publications = used(alternative or (), without or ())
    people = [p for path in data or () for p in as_publications(path)]
    settings = Settings(**{**(QUICK if quick else Settings()).__dict__, "seed": seed})
    write_whole(folder / ".writable", lambda p: p.touch()).unlink()
    bars = Bars(lang)
    with make_system(lang, cluster) as system, bars.bars:
        made = learn(
            system,
            publications,
            folder / "work",
            settings,
            hypotheses=hypothesis or tuple(HYPOTHESES),
            people=people,
            workers=workers,
            progress=bars,
        )
        posterior, notes = write(made, folder)
        if leave:
            few = max(min(100, settings.draws), 20)
            for key, draws in leave_out(
                made, system, folder / "work", settings, rows=few, workers=workers, progress=bars
            ):
                write_whole(folder / "without" / f"{key}.parquet", draws.write)
    if as_json:
        print(notes.read_text(encoding="utf-8"))
        return
    rows = made.contraction()
    leading = rows[rows["learnt"]].head(25)
    table = pd.DataFrame(
        {
            say("calibrate.parameter", lang): leading["parameter"],
            say("calibrate.hypothesis", lang): [say(f"common.{h}", lang) if h else "" for h in leading["hypothesis"]],
            say("calibrate.mean", lang): leading["mean"].map("{:+.2f}".format),
            say("calibrate.sd", lang): leading["sd"].map("{:.2f}".format),
        }
    )
    learnt = int(rows["learnt"].sum())
    text = say(
        "calibrate.text",
        lang,
        learnt=learnt,
        of=len(rows),
        data=len(made.data),
        contrasts=len(made.contrasts),
        publications=len(made.draws.provenance["publications"]),
        r_hat=f"{np.nanmax(rows['r_hat']):.3f}",
    )
    show(Card("calibrate", say("calibrate.title", lang), (text,), table, note=say("calibrate.note", lang)))
    out.print(say("cli.written", lang, path=posterior), say("cli.written", lang, path=notes), sep="\n")
    out.print(say("common.research_use", lang), style="dim")


def left_out(folder: Path, publications: Sequence[Publication]) -> dict[str, Draws]:
    """Draws of a folder that were learnt without a publication."""
    paths = {p.key: folder / f"{p.key}.parquet" for p in publications}
    found = {key: Draws.read(path) for key, path in paths.items() if path.exists()}
    if not found:
        raise InputError("--left-out", str(folder), "the folder `without` of `hepatica calibrate --leave-out`")
    return found


def read_file(path: Path) -> Publication:
    """A publication from a file of the user's."""
    try:
        return read(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("PATH", str(path), f"a text file that can be read ({type(error).__name__})") from error
