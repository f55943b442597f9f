"""Exam: every reference set of the rooms of trials computed, and the table of ours beside theirs.

``python -m hepatica.trials.exam ROOT`` in a checkout reads ``tests/reference/trials_*.toml`` and writes
``docs/exam.md``, and ``exam.csv`` beside this file, which `read_exam` shows where there is no checkout.
"""

from __future__ import annotations

import argparse
import math
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from hepatica.errors import InputError
from hepatica.files import write_csv, write_text
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.analysis import exam as analysis
from hepatica.trials.confirmatory import exam as confirmatory
from hepatica.trials.dose_finding import exam as dose_finding
from hepatica.trials.exam_data import with_data
from hepatica.trials.exam_row import Compute, ExamRow, examine

# room -> what computes its sets, tests/reference/trials_<room>.toml
ROOMS: dict[str, Mapping[str, Compute]] = {
    "dose_finding": dose_finding.COMPUTATIONS,
    "confirmatory": confirmatory.COMPUTATIONS,
    "analysis": analysis.COMPUTATIONS,
}
COLUMNS = (*ExamRow._fields, "difference", "passes")


def read_sets(root: Path, room: str) -> dict[str, Mapping[str, Any]]:
    """Reference sets of a room, from a checkout.

    Raises
    ------
    InputError
        If the folder holds no reference sets.
    """
    path = root / "tests" / "reference" / f"trials_{room}.toml"
    try:
        sets = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError("root", str(root), f"a checkout of Hepatica, which holds {path.relative_to(root)}") from None
    return {name: with_data(reference, path.parent / "data") for name, reference in sets.items()}


def sit_exam(root: Path, progress: Progress = ignore_progress) -> list[ExamRow]:
    """Rows of all rooms, computed from the reference sets of a checkout.

    Raises
    ------
    InputError
        If the folder is no checkout.
    """
    rows: list[ExamRow] = []
    for done, (room, computations) in enumerate(ROOMS.items()):
        progress("exam", done, len(ROOMS))
        rows += examine(read_sets(root, room), computations)
    progress("exam", len(ROOMS), len(ROOMS))
    return rows


def tabulate(rows: Sequence[ExamRow]) -> pd.DataFrame:
    """Table of the exam, a row for each number."""
    table = pd.DataFrame([(*row, row.difference, row.passes) for row in rows], columns=list(COLUMNS))
    return table.astype({"passes": bool})


def _worst(rows: pd.DataFrame) -> float:
    gap = rows["difference"].abs().max()
    return 0.0 if math.isnan(gap) else float(gap)


def markdown(table: pd.DataFrame) -> str:
    """Page of the exam: a line for each reference set, with its largest difference and tolerance, then every number."""
    passed = int(table["passes"].sum())
    lines = [
        "# Exam: numbers of others beside ours",
        "",
        "Written by `make exam`; for research use. Each set of numbers comes from another program or a publication.",
        f"{passed} of {len(table)} numbers in {table['reference'].nunique()} sets lie within their tolerance.",
        "",
        "| set | method | numbers | within | largest difference | tolerance | source |",
        "|---|---|--:|--:|--:|--:|---|",
    ]
    for name, rows in table.groupby("reference", sort=False):
        first = rows.iloc[0]
        lines.append(
            f"| `{name}` | {first.method} | {len(rows)} | {int(rows.passes.sum())} | {_worst(rows):.2g} "
            f"| {rows.tolerance.max():.2g} | {first.source} |"
        )
    lines += ["", "## Every number", "", "| set | quantity | ours | theirs | difference |", "|---|---|--:|--:|--:|"]
    shown = table[["ours", "theirs"]].map(lambda x: "-" if math.isnan(x) else f"{x:.8g}")
    gaps = table["difference"].map(lambda x: "-" if math.isnan(x) else f"{x:.2g}")
    for name, quantity, ours, theirs, gap in zip(
        table["reference"], table["quantity"], shown["ours"], shown["theirs"], gaps, strict=True
    ):
        lines.append(f"| `{name}` | {quantity} | {ours} | {theirs} | {gap} |")
    return "\n".join(lines) + "\n"


def read_exam() -> pd.DataFrame:
    """Table of the exam as it was when the package was built.

    Examples
    --------
    >>> bool(read_exam()["passes"].all())
    True
    """
    with files(__package__).joinpath("exam.csv").open("rb") as file:
        return pd.read_csv(file)


def main() -> None:
    """Sit the exam of a checkout and write ``docs/exam.md`` and the shipped table."""
    parser = argparse.ArgumentParser(description="Reference sets of trials: ours beside theirs.")
    parser.add_argument("root", type=Path, help="a checkout of Hepatica")
    root = parser.parse_args().root
    table = tabulate(sit_exam(root))
    write_csv(Path(__file__).with_name("exam.csv"), table)
    write_text(root / "docs" / "exam.md", markdown(table))
    print(f"{int(table['passes'].sum())} of {len(table)} numbers within tolerance: docs/exam.md")


if __name__ == "__main__":
    main()
