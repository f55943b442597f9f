"""Dataset of a submission: columns with labels and lengths within the limits of transport files, and rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from hepatica.errors import InputError

MAX_NAME, MAX_LABEL, MAX_TEXT = 8, 40, 200  # of version 5 transport files
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")


class Kind(Enum):
    """Kind of a column."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "float"


@dataclass(frozen=True)
class Column:
    """Column of a dataset.

    Attributes
    ----------
    name : str
        At most 8 characters: capitals, digits, underscores.
    label : str
        At most 40 ASCII characters.
    kind : Kind
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class DataSet:
    """Dataset with checked columns.

    Attributes
    ----------
    name, label : str
    columns : tuple of Column
    frame : DataFrame
        A column for each, text without missing values (empty instead), numbers with NaN.
    keys : tuple of str
        Columns that identify a row.

    Examples
    --------
    >>> frame = pd.DataFrame({"A": ["x"], "B": [1.5]})
    >>> DataSet("DM", "Demographics", (Column("A", "a"), Column("B", "b", Kind.NUMBER)), frame, ("A",)).lengths
    {'A': 1, 'B': 8}
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what a transport file cannot hold."""
        for name, label in ((self.name, self.label), *((c.name, c.label) for c in self.columns)):
            if not NAME.fullmatch(name):
                raise InputError(
                    "name", name, f"a capital letter, then up to {MAX_NAME - 1} capitals, digits, underscores"
                )
            if len(label) > MAX_LABEL or not label.isascii() or not label:
                raise InputError(f"label of {name}", label, f"1 to {MAX_LABEL} ASCII characters")
        if list(self.frame.columns) != [c.name for c in self.columns]:
            raise InputError(self.name, list(self.frame.columns), f"columns {[c.name for c in self.columns]}")
        for column in self.columns:
            if column.kind is Kind.TEXT:
                _check_text(f"{self.name}.{column.name}", self.frame[column.name])

    @property
    def lengths(self) -> dict[str, int]:
        """Bytes of each column: 8 of numbers, those of the longest text."""
        return {c.name: max([1, *self.frame[c.name].str.len()]) if c.kind is Kind.TEXT else 8 for c in self.columns}


def _check_text(where: str, values: pd.Series[str]) -> None:
    for text in values.unique():
        if not isinstance(text, str) or not text.isascii() or len(text) > MAX_TEXT or not (text.isprintable()):
            raise InputError(where, text, f"printable ASCII text of at most {MAX_TEXT} characters")


def make_dataset(
    name: str, label: str, columns: tuple[Column, ...], rows: pd.DataFrame, keys: tuple[str, ...]
) -> DataSet:
    """Dataset of rows sorted by its keys, text without missing values, text in ASCII.

    Parameters
    ----------
    name, label : str
        Of the dataset.
    columns : tuple of Column
        In order; a column that the rows lack is empty.
    rows : DataFrame
        Any order.
    keys : tuple of str
        That identify a row.
    """
    frame = pd.DataFrame(index=rows.index)
    for c in columns:
        if c.kind is Kind.TEXT:
            given = rows[c.name] if c.name in rows else pd.Series("", rows.index)
            frame[c.name] = pd.Series([plain_text(x) for x in given], rows.index, dtype=object)
        else:
            frame[c.name] = np.asarray(rows[c.name], float) if c.name in rows else np.full(len(rows), np.nan)
    ordered = frame.sort_values(list(keys), kind="stable").reset_index(drop=True) if len(frame) else frame
    return DataSet(name, label, columns, ordered, keys)


def plain_text(value: object) -> str:
    """ASCII text of at most 200 characters; nothing for what is missing.

    Examples
    --------
    >>> plain_text("naïve"), plain_text(float("nan")), plain_text(3)
    ('nave', '', '3')
    """
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).encode("ascii", "ignore").decode()[:MAX_TEXT]
