"""Routes of administration: states that viable and dead cells enter, and the risk of the procedure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from hepatica.model.parameters import Entry


@dataclass(frozen=True)
class Route:
    """Route of administration.

    Attributes
    ----------
    name : str
    label : mapping of {"en", "zh"} to str
    aliases : tuple of str
        Words of a publication that mean it, in small letters.
    viable_into : tuple of (str, float)
        Dosed states of the model and the share of viable cells that each receives; shares add up to 1.
    dead_into, label_into : str
        Dosed states for dead cells, and for the label on them.
    procedure_risk : Entry
        Probability of a serious complication of the procedure, per infusion.
    highest_given : Entry
        Highest dose of MSC ever given to people by this route in one infusion, cells per kg.
    """

    name: str
    label: Mapping[str, str]
    aliases: tuple[str, ...]
    viable_into: tuple[tuple[str, float], ...]
    dead_into: str
    label_into: str
    procedure_risk: Entry
    highest_given: Entry


def _read() -> dict[str, Route]:
    rows = tomllib.loads((files("hepatica.therapy") / "routes.toml").read_text(encoding="utf-8"))
    return {
        name: Route(
            name,
            {"en": row["en"], "zh": row["zh"]},
            tuple(row.get("aliases", ())),
            tuple(row["viable_into"].items()),
            row["dead_into"],
            row["label_into"],
            Entry(**row["procedure_risk"]),
            Entry(**row["highest_given"]),
        )
        for name, row in rows.items()
    }


ROUTES = _read()
