"""Headline of a page: what stands on its first screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Tile:
    """Number on the first screen.

    Attributes
    ----------
    label, value, detail : str
    """

    label: str
    value: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Headline:
    """First screen of a page: a verdict, what it is about, a few numbers and one picture.

    Attributes
    ----------
    tone : {"yes", "perhaps", "no"}
        Of the verdict, which has its words besides.
    verdict, dose : str
    tiles : tuple of Tile
    lines : tuple of str
        Below the numbers.
    figure : callable or None
        Draws the picture.
    alt : str
        The picture in words.
    """

    tone: str
    verdict: str
    dose: str
    tiles: tuple[Tile, ...]
    lines: tuple[str, ...]
    figure: Callable[[], Figure] | None
    alt: str
