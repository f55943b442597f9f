"""Aliases: words of a publication that mean a route, a source of cells or a treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def matched(text: str, aliases: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Names of which an alias stands in a text, in any case, those with the longest alias first.

    Parameters
    ----------
    text : str
        Words of a publication.
    aliases : mapping of name to sequence of str
        In small letters; of equally long ones the earlier name comes first.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> matched("Portal vein", {"peripheral_vein": ["vein"], "portal_vein": ["portal"], "intrasplenic": ["splen"]})
    ('portal_vein', 'peripheral_vein')
    """
    low = text.lower()
    longest = {name: max((len(w) for w in words if w in low), default=0) for name, words in aliases.items()}
    return tuple(sorted((n for n in longest if longest[n]), key=lambda n: -longest[n]))
