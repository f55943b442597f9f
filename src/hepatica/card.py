"""One result type for terminal, notebook and report: a title, what it says, a table, a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:  # slow to import, and only the report draws
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Card:
    """A part of an answer.

    Attributes
    ----------
    key : str
        Short name, the anchor in the report.
    title : str
    text : tuple of str
        Paragraphs, the first the most important.
    table : DataFrame or None
        Ready to read: rounded, headed in words.
    figure : callable or None
        Makes the figure when asked; may fail without harming other cards.
    alt : str
        What the figure shows, for those who do not see it.
    note : str
    """

    key: str
    title: str
    text: tuple[str, ...] = ()
    table: pd.DataFrame | None = None
    figure: Callable[[], Figure] | None = None
    alt: str = ""
    note: str = ""
