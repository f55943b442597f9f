"""Page of one subject's scans, with its table, its JSON and the posterior beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hepatica.api.imaging.image import ImageAnswer
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.imaging.guidance.image_draws import image_draws
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report.page import page
from hepatica.report.sensitivity.screen import draw
from hepatica.words import say


def write_subject(
    analysis: SubjectAnalysis, made: Sequence[Card], answer: ImageAnswer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``organs.csv``, ``image.json``, ``posterior.parquet`` and each figure as SVG.

    Parameters
    ----------
    analysis : SubjectAnalysis
        What the scans say.
    made : sequence of Card
        From `subject_cards`.
    answer : ImageAnswer
        The same as codes and numbers.
    folder : Path
        That exists.
    lang : str
        One of ``hepatica.words.LANGUAGES``.
    command : str
        As it was typed.

    Returns
    -------
    list of Path
        The files.
    """
    text = page(
        made,
        analysis.subject.title,
        lang,
        subtitle=say("image.subtitle", lang),
        tables_note=say("image.beside", lang),
        command=command,
    )
    draws = folder / "posterior.parquet"
    image_draws(analysis.fit).write(draws)
    written = [
        write_text(folder / "report.html", text),
        write_csv(folder / "organs.csv", organ_table(answer)),
        write_json(folder / "image.json", answer.model_dump()),
        draws,
    ]
    for card in made:
        if card.figure is not None:
            written += draw(card.figure(), folder / card.key, png=False)
    return written


def organ_table(answer: ImageAnswer) -> pd.DataFrame:
    """Label and cells by organ, day and hypothesis, a row each, with codes and full precision."""
    rows: list[dict[str, object]] = []
    for r in answer.labels:
        seen: dict[str, object] = {"organ": r.organ, "day": r.day, "percent": r.percent, "sd": r.sd, "limit": r.limit}
        for h in list(r.cells) or [""]:
            row = seen | {"hypothesis": h}
            for name, intervals in (("cells", r.cells), ("living_share", r.living_share)):
                if h in intervals:
                    row |= {f"{name}_{k}": v for k, v in intervals[h].model_dump().items()}
            rows.append(row)
    return pd.DataFrame(rows)
