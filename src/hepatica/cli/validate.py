"""hepatica validate: predictions of publications and of real patients, with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console.shell import AsJson, Cluster, Lang, Workers, check_language, close, make_app, make_system
from hepatica.cli.console.terminal import Bars, err, out, print_json, show

if TYPE_CHECKING:
    from hepatica.card import Card
    from hepatica.validation.records import Validation

app = make_app()


@app.command()
def validate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Publications (TOML) that the model has not seen; `hepatica evidence check` them. "
            "Those that it learnt from unless given."
        ),
    ] = None,
    posterior: Annotated[
        str, typer.Option("--posterior", help="Parameter draws: learnt, prior, or a file of `hepatica calibrate`.")
    ] = "learnt",
    people: Annotated[
        Path | None,
        typer.Option("--people", help="Real people's labs, day by day (CSV): forecast each person instead."),
    ] = None,
    train: Annotated[
        Path | None, typer.Option("--train", help="With --people: another such file, to learn from.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", help="With --people: columns of the files (TOML), as `hepatica person` takes them."),
    ] = None,
    kinds: Annotated[
        str, typer.Option("--kinds", help="With --people: virtual patients, acute, chronic or both.")
    ] = "acute",
    without: Annotated[
        Path | None,
        typer.Option("--left-out", help="Folder of `hepatica calibrate --leave-out`: predict each from the rest."),
    ] = None,
    patients: Annotated[
        int, typer.Option("--patients", min=4, help="Virtual patients of each population for each draw.")
    ] = 40,
    draws: Annotated[int, typer.Option("--draws", min=20, help="Parameter draws.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random streams.")] = 1,
    results: Annotated[
        Path | None,
        typer.Option("--results", help="Folder for the result of each publication (JSON), written as it comes."),
    ] = None,
    page: Annotated[Path | None, typer.Option("--out", help="Write a page of Markdown instead of printing.")] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Predict published numbers, then score the predictions.

    Scores (CRPS, logarithmic) stand beside those of three plain predictors: no effect, pooled effect, meta-regression.

    Of several files, one that is wrong or fails ends none of the others: the reason stands in the answer.

    Without a file, the publications that were learnt from. Example: `hepatica validate new-trial.toml --json`
    """
    from hepatica.api.validate import ForecastAnswer, ValidateAnswer, ValidateRequest

    lang = check_language(lang)
    request = ValidateRequest(
        files=files or [],
        posterior=posterior,
        people=people,
        train=train,
        mapping=mapping,
        kinds=kinds,
        left_out=without,
        patients=patients,
        draws=draws,
        seed=seed,
    )
    bars = Bars(lang)
    if people is not None:
        with make_system(lang, cluster) as system:
            forecast = request.forecast(system=system, workers=workers)
        if as_json:
            print_json(ForecastAnswer.of(forecast))
        else:
            out.print(forecast.text(lang))
        return
    from hepatica.files import write_json
    from hepatica.report.evidence.predictions import prediction_cards
    from hepatica.words import say

    def keep(key: str, part: Validation) -> None:
        if results is not None:
            write_json(results / f"{key}.json", ValidateAnswer.of(part).model_dump())
        err.print(say("validate.kept", lang, publication=key, numbers=len(part.records), left=len(part.not_predicted)))

    with make_system(lang, cluster) as system, bars.bars:
        validation = request.compute(system=system, workers=workers, progress=bars, keep=keep)
    if as_json:
        print_json(ValidateAnswer.of(validation))
        return
    cards = prediction_cards(validation, lang)
    if page is not None:
        _write(page, cards, lang)
        close(lang, page)
        return
    for card in cards:
        show(card)
    close(lang)


def _write(page: Path, cards: Sequence[Card], lang: str) -> None:
    """Write the cards as a page of Markdown, with their figures beside it."""
    from hepatica.files import write_text
    from hepatica.report.sensitivity.screen import draw
    from hepatica.words import say

    parts = [f"# {say('validate.title', lang)}", say("common.research_use", lang)]
    for card in cards:
        parts.append(card.markdown())
        if card.figure is not None:
            picture = draw(card.figure(), page.parent / "img" / page.stem, png=False)[0]
            parts.append(f"![{card.alt}]({picture.relative_to(page.parent).as_posix()})")
    text = "\n\n".join(parts) + "\n"
    write_text(page, text)
