"""Card: one result type for terminal, notebook and report, with a title, text, a table and a figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import, and not every command draws or has a table
    import pandas as pd
    from matplotlib.figure import Figure


def escape_markdown(text: object) -> str:
    r"""Markdown that shows a text as it is, on one line: no markup, links, HTML or cells of a table.

    Examples
    --------
    >>> print(escape_markdown("a|b [c](d) <i> *e*"))
    a\|b \[c\](d) &lt;i> \*e\*
    """
    return re.sub(r"([\\`*\[\]|])", r"\\\1", " ".join(str(text).split("\n"))).replace("<", "&lt;")


def _escape_prose(text: str) -> str:
    """A paragraph whose stars are markup and whose brackets are not."""
    return re.sub(r"([\[\]])", r"\\\1", text).replace("<", "&lt;")


@dataclass(frozen=True)
class Card:
    """Part of an answer: title, text, table and figure.

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

    def markdown(self) -> str:
        """Title, text, table and note, as Markdown.

        Examples
        --------
        >>> import pandas as pd
        >>> print(Card("k", "Title", ("Text.",), pd.DataFrame({"a": ["1"]})).markdown())
        ## Title
        <BLANKLINE>
        Text.
        <BLANKLINE>
        | a |
        |---|
        | 1 |
        """
        parts = [f"## {escape_markdown(self.title)}", *map(_escape_prose, self.text)]
        if self.table is not None:
            head = [escape_markdown(c) for c in self.table.columns]
            rows = [[escape_markdown(x) for x in row] for row in self.table.itertuples(index=False)]
            lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
            parts.append("\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]]))
        return "\n\n".join([*parts, *([_escape_prose(self.note)] if self.note else [])])
