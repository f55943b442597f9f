"""The cell product: where its cells come from and what is left of them when they are given."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from hepatica.errors import InputError
from hepatica.model.parameters import Entry


def _read() -> dict[str, dict[str, Entry]]:
    rows = tomllib.loads((files("hepatica.therapy") / "sources.toml").read_text(encoding="utf-8"))
    return {source: {name: Entry(**row) for name, row in table.items()} for source, table in rows.items()}


_TABLE = _read()
HANDLING = _TABLE.pop("handling")
SOURCES = _TABLE


@dataclass(frozen=True)
class Product:
    """A batch of MSC.

    Parameters
    ----------
    source : str
        One of `SOURCES`.
    donor : {"allogeneic", "autologous"}
    passage : int
        Passage at harvest; tissue factor rises with it.
    thawed : bool
        Given straight after thawing.
    viability : float
        Living share of the counted cells, 0 to 1. A dose counts all cells, living and dead.
    potency : float
        Batch potency relative to a typical batch.
    tissue_factor : float or None
        Relative to low-passage bone marrow; None takes it from source and passage.
    receptor_density : float
        Homing receptors relative to unmodified cells.

    Examples
    --------
    >>> Product("bone_marrow").multipliers()["tissue_factor"]
    1.0
    """

    source: str = "bone_marrow"
    donor: str = "allogeneic"
    passage: int = 4
    thawed: bool = False
    viability: float = 0.9
    potency: float = 1.0
    tissue_factor: float | None = None
    receptor_density: float = 1.0

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise InputError("product.source", self.source, f"one of {', '.join(SOURCES)}")
        if self.donor not in ("allogeneic", "autologous"):
            raise InputError("product.donor", self.donor, "'allogeneic' or 'autologous'")
        if not 0 <= self.viability <= 1:
            raise InputError("product.viability", self.viability, "a share from 0 to 1")
        if not 1 <= self.passage <= 20:
            raise InputError("product.passage", self.passage, "a passage from 1 to 20")
        for name in ("potency", "receptor_density", "tissue_factor"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                raise InputError(f"product.{name}", value, "a number of at least 0")

    def multipliers(self) -> dict[str, float]:
        """What the product multiplies in the model's parameters."""
        table, thaw = SOURCES[self.source], HANDLING["thaw_potency"].value if self.thawed else 1.0
        later = max(0, self.passage - int(HANDLING["low_passage"].value))
        clotting = table["tissue_factor"].value * HANDLING["tissue_factor_per_passage"].value**later
        return {
            "potency": self.potency * thaw,
            "source_growth": table["growth"].value,
            "source_immune": table["immune"].value,
            "tissue_factor": clotting if self.tissue_factor is None else self.tissue_factor,
            "receptor_density": self.receptor_density,
        }
