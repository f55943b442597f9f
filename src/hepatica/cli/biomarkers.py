"""hepatica biomarkers: who responds to cells, by what could be measured; in virtual patients."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars

app = shell.make_app()


@app.command()
def biomarkers(
    study: shell.StudyFile,
    patients: Annotated[int, typer.Option("--patients", help="Virtual patients.")] = 1000,
    regimen: Annotated[
        str | None, typer.Option("--regimen", help="Label of a regimen of the study's grid; the best unless given.")
    ] = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("biomarkers"),
    workers: shell.Workers = None,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Find who responds to cells, by what could be measured.

    Prognostic and predictive value apart, value for the choice to give or withhold, panels, a printable rule for days
    0, 3 and 7, and the trial that would validate a marker. In virtual patients: it proves nothing about people.

    Example: `hepatica biomarkers studies/hbv-aclf.toml --patients 2000`
    """
    from hepatica.api.biomarkers import BiomarkersAnswer, BiomarkersRequest
    from hepatica.output_folder import claim
    from hepatica.report.biomarkers.cards import biomarker_cards
    from hepatica.report.biomarkers.page import write_biomarkers

    lang = shell.check_language(lang)
    request = BiomarkersRequest.check({"study": study, "patients": patients, "regimen": regimen})
    bars = Bars(lang)
    with claim(folder, "biomarkers") as output:
        with shell.make_system(lang) as system, bars.bars:
            result = request.compute(system=system, workers=workers, progress=bars)
        answer, made = BiomarkersAnswer.of(result), biomarker_cards(result, lang)
        write_biomarkers(result, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)
