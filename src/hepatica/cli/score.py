"""hepatica score: a clinical liver score from labs with units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from hepatica.cli.console.shell import AsJson, Lang, check_language, make_app
from hepatica.cli.console.terminal import make_table, out, print_json
from hepatica.errors import InputError

app = make_app()
EXAMPLE = "meld bilirubin='4.2 mg/dL' creatinine='1.9 mg/dL' inr=1.2"


@app.command()
def score(
    name: Annotated[str, typer.Argument(help="Score, e.g. meld3; none lists them.")] = "",
    values: Annotated[
        list[str] | None, typer.Argument(help="Inputs, each a number with its unit, e.g. bilirubin='54 umol/L'.")
    ] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Compute a clinical liver score from labs with units.

    Example: `hepatica score meld bilirubin='4.2 mg/dL' creatinine='1.9 mg/dL' inr=1.2`
    """
    from hepatica.api.score import ScoreRequest
    from hepatica.words import say

    lang = check_language(lang)
    if not name:
        _list(lang)
        return
    answer = ScoreRequest(score=name, inputs=_given(values or ())).run()
    if as_json:
        print_json(answer)
        return
    out.print(f"{answer.title}: {_text(answer.value)} {answer.label}", style="bold")
    for label, value in answer.readings.items():
        out.print(f"  {label}: {_text(value)}")
    out.print(f"{'; '.join(answer.cites)}. {say('common.research_use', lang)}", style="dim")


def _list(lang: str) -> None:
    from hepatica.outcomes.scores import SCORES
    from hepatica.words import say

    table = make_table(say("cli.score", lang), say("cli.score_needs", lang))
    for s in SCORES.values():
        table.add_row(f"{s.name}: {s.title}", ", ".join(s.required))
    out.print(table)
    out.print(say("cli.score_list", lang, example=EXAMPLE))


def _given(values: Sequence[str]) -> dict[str, str | float]:
    given: dict[str, str | float] = {}
    for text in values:
        key, sign, value = text.partition("=")
        if not sign:
            raise InputError("input", text, "name=value with a unit, as bilirubin='54 umol/L'")
        given[key.strip()] = value.strip()
    return given


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
