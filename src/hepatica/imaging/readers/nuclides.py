"""Radionuclides: one spelling of their names, and half-lives of those whose name a file gives without a half-life."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib.resources import files

from hepatica.therapy import TRACERS

ELEMENTS = {
    "fluorine": "F",
    "fluor": "F",
    "zirconium": "Zr",
    "indium": "In",
    "technetium": "Tc",
    "gallium": "Ga",
    "copper": "Cu",
    "carbon": "C",
    "nitrogen": "N",
    "lutetium": "Lu",
    "iodine": "I",
    "thallium": "Tl",
    "rubidium": "Rb",
    "oxygen": "O",
}
_SYMBOLS = {symbol.lower(): symbol for symbol in ELEMENTS.values()}
_PARTS = re.compile(r"\^?(\d{1,3})\s*(m?)\^?[\s\-\[\]]*([A-Za-z]+)|([A-Za-z]+)[\s\-\^]*(\d{1,3})\s*(m?)\^?")
SECONDS_PER_DAY = 86400.0


@functools.cache
def _others() -> dict[str, dict[str, object]]:
    text = (files("hepatica.imaging.readers") / "nuclides.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def nuclide_name(text: str) -> str:
    """Name of a nuclide as element and mass number, "" where the text names none.

    Examples
    --------
    >>> [nuclide_name(t) for t in ("^18^Fluorine", "[89Zr]oxine", "In-111", "Tc-99m", "99mTc", "C11", "FDG")]
    ['F18', 'Zr89', 'In111', 'Tc99m', 'Tc99m', 'C11', '']
    """
    for parts in _PARTS.finditer(text):
        mass, metastable, element = parts[1] or parts[5], parts[2] or parts[6] or "", parts[3] or parts[4]
        word = element.lower()
        symbol = ELEMENTS.get(word) or _SYMBOLS.get(word) or _prefix(element)
        if symbol:
            return f"{symbol}{mass}{metastable}"
    return ""


def _prefix(element: str) -> str:
    """Symbol that a compound begins with, such as Zr in "Zroxine"; two letters before one."""
    for length in (2, 1):
        if (symbol := _SYMBOLS.get(element[:length].lower())) and element[:length] == symbol:
            return symbol
    return ""


def half_life_of(nuclide: str) -> float | None:
    """Half-life in seconds of a nuclide named as by `nuclide_name`, None where it is not in the tables.

    Examples
    --------
    >>> half_life_of("F18"), half_life_of("Ga68"), half_life_of("Po210")
    (6588.0, 4057.7, None)
    """
    if nuclide in TRACERS and nuclide != "iron_oxide":
        return round(TRACERS[nuclide]["half_life"].internal_value * SECONDS_PER_DAY, 6)
    row = _others().get(nuclide)
    return None if row is None else float(str(row["half_life"]))
