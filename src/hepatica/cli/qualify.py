"""The command that runs the evidence for the model's credibility again: qualify."""

from __future__ import annotations

import json
import shlex
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.shell import (
    AsJson,
    Bars,
    Changes,
    Cluster,
    Lang,
    Workers,
    app,
    language,
    make_system,
    out,
    show,
)
from hepatica.cli.sources import left_out, read_file
from hepatica.errors import InputError
from hepatica.evidence import load_all
from hepatica.evidence.publications import Publication
from hepatica.output_folder import claim
from hepatica.study import Study, load_study
from hepatica.words import say


@app.command()
def qualify(
    study: Annotated[
        Path | None, typer.Argument(help="Study file; the one that `hepatica init` writes unless given.")
    ] = None,
    set_: Changes = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("qualification"),
    people: Annotated[
        Path | None, typer.Option("--people", help="Real people's labs, day by day (CSV), to forecast.")
    ] = None,
    blind: Annotated[
        list[Path] | None, typer.Option("--files", help="A publication that the model has not seen; may be repeated.")
    ] = None,
    influence: Annotated[
        Path | None, typer.Option("--influence", help="Folder of a finished `hepatica sensitivity`.")
    ] = None,
    without: Annotated[
        Path | None,
        typer.Option("--left-out", help="Folder of `hepatica calibrate --leave-out`: predict each from the rest."),
    ] = None,
    patients: Annotated[
        int,
        typer.Option(
            "--patients", min=4, help="Of the predictions: virtual patients of each population for each draw."
        ),
    ] = 20,
    draws: Annotated[int, typer.Option("--draws", min=20, help="Of the predictions.")] = 100,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="That of the study unless given.")] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Run the evidence for the model's credibility again and write a qualification report (ICH M15, ASME V&V 40).

    Example: `hepatica qualify studies/hbv-aclf.toml --files new-trial.toml --out qualification`
    """
    from hepatica.qualify.dossier import qualify as judge
    from hepatica.qualify.dossier import whole
    from hepatica.report.qualification.cards import closing, summary
    from hepatica.report.qualification.page import write_qualification

    lang = language(lang)
    question = _study(study, [*(set_ or []), *([f"seed={seed}"] if seed is not None else [])])
    unseen = _unseen([read_file(path) for path in blind or ()])
    publications = [p for p in load_all().values() if p.role == "calibration"]
    apart = left_out(without, publications) if without is not None else None
    if people is not None and not people.is_file():
        raise InputError("--people", str(people), "a CSV file that exists")
    bars = Bars(lang)
    with claim(folder, "qualify") as output, make_system(lang, cluster) as system, bars.bars:
        found = judge(
            question, system, blind=unseen, people=people, screen=influence, left_out=apart, publications=publications,
            patients=patients, draws=draws, workers=workers, progress=bars,
        )  # fmt: skip
        write_qualification(found, output.staging, lang, command=shlex.join(["hepatica", *sys.argv[1:]]))
        written = output.publish()
    if as_json:
        print(json.dumps(whole(found) | {"files": [str(p) for p in written]}, ensure_ascii=False, allow_nan=False))
        return
    for card in (*summary(found, lang), *(closing(found, lang))):
        show(card)
    out.print(say("cli.written", lang, path=", ".join(str(p) for p in written)), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


def _study(path: Path | None, changes: list[str]) -> Study:
    """The user's study, or the one that ships."""
    if path is not None:
        return load_study(path, changes)
    with as_file(files("hepatica") / "study.template.toml") as shipped:
        return load_study(shipped, changes)


def _unseen(publications: list[Publication]) -> list[Publication]:
    """The user's publications, each with a key of its own."""
    known, seen = load_all(), set[str]()
    for p in publications:
        if p.key in known or p.key in seen:
            raise InputError("--files", p.key, "a key that no other publication has; change `key` in the file")
        seen.add(p.key)
    return publications
