"""Parts of a mapping: columns of labs, of numbers and of words, layouts, further files, and samples named by person."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

ANY_ENTRY, NO_ENTRY = "*", ""
"""Words of a `WordColumn` that mean any other entry, and an empty cell."""

MAX_PATTERN = 200
"""Characters of the pattern of a `SampleName`."""


class Strict(BaseModel):
    """Base of the parts: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LabColumn(Strict):
    """Column of a lab, or its name in the column of tests; and its unit.

    Attributes
    ----------
    column : str
    unit : str
        Unit of all its cells; ``in cell`` where each has its own; empty for a lab without one.
    unit_column : str or None
        Column that holds the unit of each row.
    words : dict of str to list of str
        Words that stand for a number in the unit, such as those of a grade; other cells are read as numbers.
    also : list of str
        Other names of the same lab, in the same unit: further names of the test, or columns that are looked into in
        turn where the first is empty.
    bound_column : str or None
        Column of the sign of a value beyond the range of the assay, ``<`` or ``>``.
    file, sheet : str
        File beside the first, and sheet of a workbook, where the lab stands in a table of its own; with the same
        columns of person and day. A sheet alone is one of the first file.
    """

    column: str
    unit: str = ""
    unit_column: str | None = None
    words: dict[str, list[str]] = {}
    also: list[str] = []
    bound_column: str | None = None
    file: str = ""
    sheet: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Column and other names, in turn."""
        return self.column, *self.also


class WordColumn(Strict):
    """Column of words, and the words that mean each name; ``*`` means any other entry, an empty word no entry."""

    column: str
    words: dict[str, list[str]]

    def named(self, cell: str, missing: bool) -> list[str] | None:
        """Names that a cell means: none where it is missing and no word says what that means; None of no known word.

        Examples
        --------
        >>> died = WordColumn(column="Date of death", words={"died": ["*"], "alive": [""]})
        >>> died.named("2024-05-01", False), died.named("", True), died.named("NK", True)
        (['died'], ['alive'], ['alive'])
        """
        if missing:
            return [name for name, words in self.words.items() if NO_ENTRY in words]
        exact = [name for name, words in self.words.items() if cell in words]
        other = [name for name, words in self.words.items() if ANY_ENTRY in words]
        return exact or other or None


class LongLayout(Strict):
    """Columns of a file with one row per lab: name of the test, value, and unit where there is one.

    `value` is left out if `ColumnMapping.visits` names the columns of values; `bound` is the column of ``<`` and ``>``
    where it stands apart.
    """

    test: str
    value: str | None = None
    unit: str | None = None
    bound: str | None = None


class PeopleTable(Strict):
    """Second table with one row per person: its name, beside the first, and its column that tells people apart."""

    file: str
    person: str
    sheet: str = ""


class SampleName(Strict):
    """Column that names person and day together, such as ``P07-D3``, and the pattern that takes them apart.

    Attributes
    ----------
    column : str
    pattern : str
        Regular expression of the whole cell, whose named groups become columns: ``(?P<pid>.+)-D(?P<day>[0-9]+)``.
    """

    column: str
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _has_groups(cls, pattern: str) -> str:
        try:
            if len(pattern) <= MAX_PATTERN and re.compile(pattern).groupindex:
                return pattern
        except re.error:
            pass
        raise ValueError("named groups")

    @property
    def groups(self) -> tuple[str, ...]:
        """Columns that the pattern makes."""
        return tuple(re.compile(self.pattern).groupindex)


class MissingWords:
    """Words for not measured, in small letters; a ``*`` in one stands for anything, as in ``haemolysed*``.

    Stars alone stand for themselves, as they would leave nothing measured.
    """

    def __init__(self, words: Any) -> None:
        small = [str(word).lower() for word in words]
        patterns = [word for word in small if "*" in word and word.strip("*")]
        self.exact = frozenset(small) - frozenset(patterns)
        self.patterns = [re.compile(fnmatch.translate(word)) for word in patterns]

    def __contains__(self, cell: object) -> bool:
        """True of a cell that stands for not measured.

        Examples
        --------
        >>> words = MissingWords(["NK", "haemolysed*"])
        >>> "Haemolysed, please repeat" in words, "nk" in words, "5" in words
        (True, True, False)
        """
        small = str(cell).lower()
        return small in self.exact or any(pattern.match(small) for pattern in self.patterns)
