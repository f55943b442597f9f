"""Named entry of a table of therapy, with the words that mean it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Named:
    """Entry of a table, such as a route of administration, a source of cells or an established treatment.

    Attributes
    ----------
    name : str
    label : mapping of {"en", "zh"} to str
    aliases : tuple of str
        Words of a publication that mean it, in small letters.
    """

    name: str
    label: Mapping[str, str]
    aliases: tuple[str, ...]


def read_rows(file: str) -> dict[str, dict[str, Any]]:
    """Rows of a TOML table of this folder.

    Examples
    --------
    >>> read_rows("routes.toml")["peripheral_vein"]["en"]
    'peripheral vein'
    """
    return tomllib.loads((files("hepatica.therapy") / file).read_text(encoding="utf-8"))


def naming(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of `Named` from a row of a table.

    Examples
    --------
    >>> naming("x", {"en": "ex", "zh": "xx"})
    {'name': 'x', 'label': {'en': 'ex', 'zh': 'xx'}, 'aliases': ()}
    """
    return {"name": name, "label": {"en": row["en"], "zh": row["zh"]}, "aliases": tuple(row.get("aliases", ()))}
