"""Faults of a publication file: what is wrong, where in the file, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from hepatica.evidence.arms import Alternative, Arm
from hepatica.evidence.findings import Finding
from hepatica.evidence.indirect import IndirectPublication
from hepatica.evidence.observations import Observation, Wrong
from hepatica.evidence.publications import Publication

ROWS: dict[str, type[BaseModel]] = {
    "arm": Arm,
    "observation": Observation,
    "alternative": Alternative,
    "finding": Finding,
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file.

    Attributes
    ----------
    file : str
    place : str
        Row, line and key, as far as they are known.
    got : str
        What was got.
    do : str
        What is wrong or what to do.
    """

    file: str
    place: str
    got: str
    do: str

    def __str__(self) -> str:
        """File, place, what was got, and what to do, in one line."""
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: got {self.got}; {self.do}" if self.got else f"{where}: {self.do}"


@dataclass(frozen=True)
class Checked:
    """Result of checking a file.

    Attributes
    ----------
    file : str
    publication : Publication or None
        None where something is wrong, or the file is one of indirect evidence.
    faults : tuple of Fault
        Empty where all is in order.
    warnings : tuple of Fault
        What is allowed, yet probably not meant.
    indirect : IndirectPublication or None
        Where the file is one of indirect evidence, in order.
    """

    file: str
    publication: Publication | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    indirect: IndirectPublication | None = None

    @property
    def key(self) -> str | None:
        """Key of the publication; None where something is wrong."""
        checked = self.publication or self.indirect
        return None if checked is None else checked.key

    @property
    def kept_out(self) -> dict[str, int]:
        """Number of observations that cannot enter a likelihood, by reason."""
        counts: dict[str, int] = {}
        for o in self.publication.observations if self.publication else ():
            if why := self.publication.lacks(o) if self.publication else "":
                counts[why] = counts.get(why, 0) + 1
        return counts


def rows_of(raw: Mapping[str, Any], kind: str) -> list[Any]:
    """Rows of a kind as the file has them, whether written [[arm]] or [[arms]]."""
    rows = raw.get(kind, raw.get(f"{kind}s", []))
    return rows if isinstance(rows, list) else []


def fault_of(text: str, raw: Mapping[str, Any], name: str, wrong: Wrong) -> Fault:
    """Fault of a file, with row, line and key, from what is wrong with its content."""
    parts: list[str] = []
    if len(wrong.place) > 1 and isinstance(wrong.place[1], int):
        parts.append(f"{wrong.place[0]} {wrong.place[1] + 1}")
        rest = wrong.place[2:]
    else:
        rest = wrong.place
    line = line_of(text, raw, wrong.place)
    parts += [f"line {line}"] if line else []
    parts += [".".join(str(part) for part in rest)] if rest else []
    return Fault(name, ", ".join(parts), _got(wrong.got), wrong.says)


def _got(got: object) -> str:
    """Value that was got, in short; empty for a table."""
    if got is None or isinstance(got, BaseModel | dict):
        return ""
    text = repr(got)
    return text if len(text) <= 60 else f"{text[:57]}..."


def line_of(text: str, raw: Mapping[str, Any], place: tuple[str | int, ...]) -> int | None:
    """The line of a key, else of its table; None where the file writes it in a way that we do not follow."""
    if not place:
        return None
    lines, start, key = text.splitlines(), 0, str(place[0])
    if len(place) > 1 and isinstance(place[1], int) and place[0] in ROWS:
        heads = [i for i, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{place[0]}s?\s*\]\]", line)]
        if len(heads) != len(rows_of(raw, str(place[0]))):
            return None
        start = heads[place[1]] + 1
        key = str(place[2]) if len(place) > 2 else ""
    for i in range(start, len(lines)):
        if (
            lines[i].lstrip().startswith("[[")
            and start == 0
            and re.match(rf"\s*\[\[?\s*{re.escape(key)}\s*\]", lines[i])
        ):
            return i + 1
        if lines[i].lstrip().startswith("[["):
            if start:
                break
            continue
        if key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", lines[i]):
            return i + 1
    return start or None
