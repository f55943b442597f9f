"""Page of one subject's scans, with its table, its JSON and the posterior beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hepatica.api.imaging.image import ImageAnswer
from hepatica.api.imaging.rows import LabelAnswer
from hepatica.card import Card
from hepatica.imaging.guidance.image_draws import image_draws
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report.answer_page import Heading, write_answer
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
    heading = Heading(analysis.subject.title, say("image.subtitle", lang), say("image.beside", lang), command)
    draws = folder / "posterior.parquet"
    image_draws(analysis.fit).write(draws)
    tables = {"organs": organ_table(answer)}
    written = write_answer(made, answer, folder, lang, heading=heading, name="image", tables=tables, figures=True)
    return [*written, draws]


def organ_table(answer: ImageAnswer) -> pd.DataFrame:
    """Label and cells by organ, day and hypothesis, a row each, with codes and full precision."""
    rows: list[dict[str, object]] = []
    for r in answer.labels:
        seen: dict[str, object] = {"organ": r.organ, "day": r.day, "percent": r.percent, "sd": r.sd, "limit": r.limit}
        seen |= {"voxel_ml": r.voxel_ml, "voxel_limit": r.voxel_limit}
        for h in list(r.cells) or [""]:
            row = seen | {"hypothesis": h}
            for name, intervals in (("cells", r.cells), ("living_share", r.living_share)):
                if h in intervals:
                    row |= {f"{name}_{k}": v for k, v in intervals[h].model_dump().items()}
            row |= {n: least[h] for n, least in _least(r).items() if h in least}
            rows.append(row)
    return pd.DataFrame(rows)


def _least(label: LabelAnswer) -> dict[str, dict[str, float | None]]:
    """Least living cells seen in an organ and in a voxel of it, by hypothesis."""
    return {"limit_cells": label.limit_cells, "voxel_limit_cells": label.voxel_limit_cells}
