"""hepatica qualify: the evidence for the model's credibility, computed again (ICH M15, ASME V&V 40)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars

if TYPE_CHECKING:
    from hepatica.study import Study

app = shell.make_app()


@app.command()
def qualify(
    study: Annotated[
        Path | None, typer.Argument(help="Study file (TOML); the one that `hepatica init` writes unless given.")
    ] = None,
    set_: shell.Changes = None,
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
    draws: Annotated[int, typer.Option("--draws", min=20, help="Of the predictions: parameter draws.")] = 100,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="That of the study unless given.")] = None,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Write a credibility report (ICH M15, ASME V&V 40).

    Runs code verification, calculation verification, validation and sensitivity for a question of interest.

    Example: `hepatica qualify studies/hbv-aclf.toml --files new-trial.toml --out qualification`
    """
    from hepatica.api.qualify import QualifyAnswer, QualifyRequest
    from hepatica.output_folder import claim
    from hepatica.report.qualification.cards import closing, summary
    from hepatica.report.qualification.page import write_qualification

    lang = shell.check_language(lang)
    question = _study(study, [*(set_ or []), *([f"seed={seed}"] if seed is not None else [])])
    request = QualifyRequest(
        study=question,
        people=people,
        blind=blind or [],
        influence=influence,
        left_out=without,
        patients=patients,
        draws=draws,
    )
    bars = Bars(lang)
    with claim(folder, "qualify") as output, shell.make_system(lang, cluster) as system, bars.bars:
        dossier = request.compute(system=system, workers=workers, progress=bars)
        write_qualification(dossier, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shown = (*summary(dossier, lang), *closing(dossier, lang))
    shell.present(QualifyAnswer.of(dossier, written), shown, lang, *written, as_json=as_json)


def _study(path: Path | None, changes: list[str]) -> Study:
    """Study of the user's, or the one that ships."""
    from importlib.resources import as_file, files

    from hepatica.study import load_study

    if path is not None:
        return load_study(path, changes)
    with as_file(files("hepatica") / "study.template.toml") as shipped:
        return load_study(shipped, changes)
