"""Card: one result type for terminal, notebook and report, with a title, text, a table and a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import, and not every command draws or has a table
    import pandas as pd
    from matplotlib.figure import Figure


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
        parts = [f"## {self.title}", *self.text]
        if self.table is not None:
            head = [str(c) for c in self.table.columns]
            rows = [head, ["---"] * len(head), *([str(x) for x in row] for row in self.table.itertuples(index=False))]
            lines = ["|---" * len(head) + "|" if k == 1 else f"| {' | '.join(row)} |" for k, row in enumerate(rows)]
            parts.append("\n".join(lines))
        return "\n\n".join([*parts, *([self.note] if self.note else [])])
