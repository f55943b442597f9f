"""The cell product: where its cells come from and what is left of them when they are given."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from hepatica.errors import InputError
from hepatica.model.parameters import Entry


def _read(name: str) -> dict[str, dict[str, Entry]]:
    rows = tomllib.loads((files("hepatica.therapy") / name).read_text(encoding="utf-8"))
    return {source: {name: Entry(**row) for name, row in table.items()} for source, table in rows.items()}


_TABLE = _read("sources.toml")
HANDLING = _TABLE.pop("handling")
SOURCES = _TABLE
TRACERS = _read("tracers.toml")
FACTORS = ("growth", "immune", "vegf", "tgf", "mmp", "il6")


@dataclass(frozen=True)
class Product:
    """A batch of MSC.

    Parameters
    ----------
    source : str
        One of `SOURCES`.
    donor : {"allogeneic", "autologous"}
        Natural killer cells spare autologous cells.
    passage : int
        Passage at harvest; tissue factor rises with it.
    thawed : bool
        Given straight after thawing; the cells recover within a day or so.
    viability : float
        Living share of the counted cells, 0 to 1. A dose counts all cells, living and dead.
    potency : float
        Batch potency relative to a typical batch.
    tissue_factor : float or None
        Relative to low-passage bone marrow; None takes it from source and passage.
    cxcr4, cmet : float
        Homing receptors for SDF-1 and HGF relative to unmodified cells.
    targeting : float
        Retention in the liver by targeting ligands, relative to unmodified cells.
    diameter : float, um
        Of suspended cells; smaller ones pass the lung more easily.
    priming : float
        Licensing before infusion, 0 none to 1 full.
    tracer : str
        Imaging label, one of ``hepatica.therapy.TRACERS``; "" for none.

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
    cxcr4: float = 1.0
    cmet: float = 1.0
    targeting: float = 1.0
    diameter: float = 18.5
    priming: float = 0.0
    tracer: str = ""

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise InputError("product.source", self.source, f"one of {', '.join(SOURCES)}")
        if self.donor not in ("allogeneic", "autologous"):
            raise InputError("product.donor", self.donor, "'allogeneic' or 'autologous'")
        if not 0 <= self.viability <= 1:
            raise InputError("product.viability", self.viability, "a share from 0 to 1")
        if not 1 <= self.passage <= 20:
            raise InputError("product.passage", self.passage, "a passage from 1 to 20")
        if not 0 <= self.priming <= 1:
            raise InputError("product.priming", self.priming, "a share from 0 to 1")
        if not 5 <= self.diameter <= 50:
            raise InputError("product.diameter", self.diameter, "a cell diameter from 5 to 50 um")
        if self.tracer and self.tracer not in TRACERS:
            raise InputError("product.tracer", self.tracer, f"one of {', '.join(TRACERS)}")
        for name in ("potency", "cxcr4", "cmet", "targeting", "tissue_factor"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                raise InputError(f"product.{name}", value, "a number of at least 0")

    def multipliers(self) -> dict[str, float]:
        """What the product multiplies in the model's parameters."""
        table = SOURCES[self.source]
        later = max(0, self.passage - int(HANDLING["low_passage"].value))
        clotting = table["tissue_factor"].value * HANDLING["tissue_factor_per_passage"].value ** later
        return {
            "potency": self.potency * HANDLING["potency_per_passage"].value ** later,
            **{f"source_{factor}": table[factor].value for factor in FACTORS},
            "tissue_factor": clotting if self.tissue_factor is None else self.tissue_factor,
            "cxcr4": self.cxcr4,
            "cmet": self.cmet,
            "targeting": self.targeting,
            "nk_recognition": HANDLING["autologous_recognition"].value if self.donor == "autologous" else 1.0,
        }

    def settings(self) -> dict[str, float]:
        """What the product sets in the model's parameters, whatever their value."""
        tracer = {"label_efflux": TRACERS[self.tracer]["efflux"].internal_value} if self.tracer else {}
        return {"priming": self.priming, "diameter": self.diameter, **tracer}
