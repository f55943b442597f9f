"""Cell product: source, donor, passage, viability, potency and label of a batch of MSC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from hepatica.errors import InputError
from hepatica.model.parameters import Entry
from hepatica.therapy.bounds import bounded
from hepatica.therapy.lots import LotVariation
from hepatica.therapy.named import Named, naming, read_rows


def _entries(rows: dict[str, Any]) -> dict[str, Entry]:
    return {name: Entry(**row) for name, row in rows.items() if isinstance(row, dict)}


@dataclass(frozen=True, kw_only=True)
class Source(Named):
    """Source of cells.

    Attributes
    ----------
    factors : mapping of str to Entry
        What its cells make, relative to the reference that each label names.
    """

    factors: Mapping[str, Entry]


_SOURCES = read_rows("sources.toml")
HANDLING = _entries(_SOURCES.pop("handling"))
SOURCES = {
    name: Source(
        **naming(name, row),
        factors=_entries(row),
    )
    for name, row in _SOURCES.items()
}
TRACERS = {name: _entries(row) for name, row in read_rows("tracers.toml").items()}
MAX_POTENCY = 100.0  # relative to a typical batch; published batches differ some tenfold
MAX_RELATIVE = 1000.0  # receptors, ligands and tissue factor; engineered cells carry up to some hundred times as much
MIN_CARRIER, MAX_CARRIER = 0.01, 100.0  # lifetime in a carrier; cells die within days, a hundredfold is a year
DONORS = ("allogeneic", "autologous")
BOUNDS: Mapping[str, tuple[float, float, str]] = {
    "viability": (0.0, 1.0, "a share"),
    "delivered": (0.01, 1.0, "a share"),
    "passage": (1, 20, "a passage"),
    "priming": (0.0, 1.0, "a share"),
    "diameter": (5.0, 50.0, "a cell diameter in um"),
    "carrier": (MIN_CARRIER, MAX_CARRIER, "a lifetime relative to free cells"),
    "potency": (0.0, MAX_POTENCY, "a potency relative to a typical batch"),
    **dict.fromkeys(
        ("cxcr4", "cmet", "targeting", "tissue_factor"), (0.0, MAX_RELATIVE, "a number relative to unmodified cells")
    ),
}
"""Lowest and highest value of each number of a product, both allowed, and what it is."""
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
    carrier : float
        Lifetime of the cells in a capsule or gel, relative to free cells.
    diameter : float, um
        Of suspended cells; smaller ones pass the lung more easily.
    priming : float
        Licensing before infusion, 0 none to 1 full.
    tracer : str
        Imaging label, one of ``hepatica.therapy.TRACERS``; "" for none.
    delivered : float
        Cells that arrive, living and dead, of each one ordered: what a needle or a catheter leaves of the count.
    lots : LotVariation or None
        Spread of lots about it; None for lots that nobody measured, whose potency the model's own table spreads.

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
    carrier: float = 1.0
    diameter: float = 18.5
    priming: float = 0.0
    tracer: str = ""
    delivered: float = 1.0
    lots: LotVariation | None = None

    def __post_init__(self) -> None:
        """Refuse what no product can be."""
        if self.source not in SOURCES:
            raise InputError("product.source", self.source, f"one of {', '.join(SOURCES)}")
        if self.donor not in DONORS:
            raise InputError("product.donor", self.donor, "'allogeneic' or 'autologous'")
        if self.tracer and self.tracer not in TRACERS:
            raise InputError("product.tracer", self.tracer, f"one of {', '.join(TRACERS)}")
        for name, (low, high, what) in BOUNDS.items():
            value = getattr(self, name)
            if value is not None or name != "tissue_factor":
                bounded(f"product.{name}", value, low, high, what)

    @property
    def typical_lot(self) -> Product:
        """The product without the variation of its lots."""
        return replace(self, lots=None)

    def fields(self) -> dict[str, Any]:
        """Everything that decides what is simulated, as plain values under fixed names, for hashing."""
        own = asdict(self)
        if self.lots is None:
            del own["lots"]
        else:
            own["lots"] = {k: v for k, v in own["lots"].items() if v or not k.startswith("delivered")}
        if self.delivered == 1.0:
            del own["delivered"]
        return own

    def multipliers(self) -> dict[str, float]:
        """Factors on the model's parameters."""
        table = SOURCES[self.source].factors
        later = max(0, self.passage - int(HANDLING["low_passage"].value))
        clotting = table["tissue_factor"].value * HANDLING["tissue_factor_per_passage"].value ** later
        return {
            "potency": self.potency * HANDLING["potency_per_passage"].value ** later,
            **{f"source_{factor}": table[factor].value for factor in FACTORS},
            "tissue_factor": clotting if self.tissue_factor is None else self.tissue_factor,
            "cxcr4": self.cxcr4,
            "cmet": self.cmet,
            "targeting": self.targeting,
            "carrier": self.carrier,
            "nk_recognition": HANDLING["autologous_recognition"].value if self.donor == "autologous" else 1.0,
        }

    def settings(self) -> dict[str, float]:
        """Values that replace those of the model's parameters."""
        tracer = {"label_efflux": TRACERS[self.tracer]["efflux"].internal_value} if self.tracer else {}
        return {"priming": self.priming, "diameter": self.diameter, **tracer}
