"""Laws of the process: typical size, prior and source of what a step does to a counted cell."""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.model.spread import Spread
from hepatica.therapy.named import read_rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Law:
    """Law of a step.

    Attributes
    ----------
    name : str
    label : mapping of {"en", "zh"} to str
    value : float
        Typical size.
    prior : Spread
        Of what is not known of it.
    between : Spread
        Of what differs from one infusion to the next.
    grade : {"in vitro", "assumed"}
    source : str
        Publication, or what is assumed and why.
    """

    name: str
    label: dict[str, str] = field(hash=False)
    value: float
    prior: Spread = Spread()
    between: Spread = Spread()
    grade: str
    source: str

    def draws(self, z: Floats) -> Floats:
        """Sizes at standard normal numbers; the typical one at 0."""
        return np.asarray(self.prior.apply(np.full_like(z, self.value), z, np.ones_like(z)), float)


def law_numbers(name: str, draws: int) -> Floats:
    """Standard normal numbers of a law, (1 + draws,): 0 for the typical one, then one for each draw; fixed by its name.

    Examples
    --------
    >>> law_numbers("harvest_living", 2)[0]
    np.float64(0.0)
    """
    rng = np.random.Generator(np.random.Philox(zlib.crc32(name.encode())))
    return np.concatenate([[0.0], rng.standard_normal(draws)])


@functools.cache
def laws() -> dict[str, Law]:
    """All laws by name; those of a source are called ``law.source``."""
    made: dict[str, Law] = {}
    for name, row in read_rows("process/laws.toml").items():
        if "value" in row:
            made[name] = _law(name, row)
        else:
            made |= {f"{name}.{source}": _law(f"{name}.{source}", own) for source, own in row.items()}
    return made


def law(name: str, source: str = "") -> Law:
    """Law by name; of this source of cells where the table tells sources apart.

    Raises
    ------
    InputError
        If there is no such law.

    Examples
    --------
    >>> law("thaw_living", "adipose").value, law("thaw_living", "bone_marrow").grade
    (0.9485, 'assumed')
    """
    table = laws()
    for key in (name, f"{name}.{source}", f"{name}.other"):
        if key in table:
            return table[key]
    raise InputError("law", name, f"one of {', '.join(table)}")


def _law(name: str, row: dict[str, Any]) -> Law:
    return Law(
        name=name,
        label={"en": row["en"], "zh": row["zh"]},
        value=float(row["value"]),
        prior=Spread(**row.get("prior", {})),
        between=Spread(**row.get("between", {})),
        grade=row["grade"],
        source=row["source"],
    )
