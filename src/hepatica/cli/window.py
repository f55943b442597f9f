"""hepatica window: benefit and harm over the dose, doses that matter, and what moves them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars
from hepatica.errors import InputError

app = shell.make_app()


@app.command()
def window(
    study: shell.StudyFile,
    set_: shell.Changes = None,
    modules: shell.Modules = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("window"),
    doses: Annotated[
        tuple[str, str], typer.Option("--doses", help="Lowest and highest dose of one infusion, with unit.")
    ] = ("1e4 cells/kg", "3e7 cells/kg"),
    points: Annotated[int, typer.Option("--points", help="Doses between them, each the same factor apart.")] = 9,
    relevant: Annotated[
        str, typer.Option("--relevant", help="Gain from which on a dose counts as effective, a time with its unit.")
    ] = "3 d",
    limit: Annotated[
        list[str] | None, typer.Option("--limit", help="Limit of a harm, such as thrombosis=0.05; may be repeated.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", help="Vary only this, such as route, splitting or homing; may be repeated."),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help="Parameter draws of the base window; 0: all.")] = 0,
    varied_draws: Annotated[int, typer.Option("--varied-draws", help="Parameter draws of each variation.")] = 40,
    patients: Annotated[int, typer.Option("--patients", help="Patients of one draw, over whom patients differ.")] = 100,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Compute the therapeutic window: doses that help or harm.

    Minimal effective dose, ED50, plateau, and the dose at which each harm passes its limit; each with intervals over
    parameters and over patients apart, and how they move with patient, product, route and schedule. With
    `--vary together`: cells with established treatments, more or less than additive, and when cells begin.

    Example: `hepatica window studies/hbv-aclf.toml --vary route --vary homing`
    """
    from hepatica.api.dosing.window import WindowAnswer, WindowRequest
    from hepatica.output_folder import claim
    from hepatica.report.window import cards, page, sentences
    from hepatica.study import load_study
    from hepatica.units import parse

    lang = shell.check_language(lang)
    low, high = (parse(d, "cell/kg", "--doses") for d in doses)
    request = WindowRequest.check(
        {
            "study": load_study(study, set_ or []),
            "low": low,
            "high": high,
            "points": points,
            "relevant": parse(relevant, "day", "--relevant"),
            "draws": draws,
            "varied_draws": varied_draws,
            "central_patients": patients,
            "vary": vary,
            "limits": _limits(limit or []),
        }
    )
    request.settings()  # refused before anything is simulated
    bars = Bars(lang)
    with claim(folder, "window") as output, shell.make_system(lang, cluster, modules) as system, bars.bars:
        computed = request.compute(system=system, workers=workers, progress=bars)
        answer = WindowAnswer.of(computed, text=sentences.sentences(computed, lang))
        made = cards.cards(computed, lang)
        page.write(computed, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, cards.terminal(computed, lang), lang, *written, as_json=as_json)


def _limits(entries: list[str]) -> dict[str, float]:
    """Limits by harm, of entries such as ``thrombosis=0.05``, each harm once."""
    made: dict[str, float] = {}
    for entry in entries:
        name, _, number = entry.partition("=")
        if name.strip() in made:
            raise InputError("--limit", entry, "each harm once")
        try:
            made[name.strip()] = float(number)
        except ValueError:
            raise InputError("--limit", entry, "harm=probability, such as thrombosis=0.05") from None
    return made
