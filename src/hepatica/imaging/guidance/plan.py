"""Plan of a next dose: regimens and products that may be given to a subject after its scans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hepatica.errors import InputError
from hepatica.patients import populations
from hepatica.therapy import Product, Regimen


@dataclass(frozen=True)
class Plan:
    """Candidate regimens of the next infusion.

    Attributes
    ----------
    population : str
        Whose virtual patients carry the subject's posterior.
    regimens : tuple of Regimen
        Times count from now.
    products : mapping of str to Product
        Besides the product that was given.
    horizon : float, day
    patients : int
    reach : float
        Share of living cells given that must live in the liver after a day for an infusion to count as reaching it.

    Examples
    --------
    >>> Plan("hbv_aclf", (Regimen(1e6),)).horizon
    90.0
    """

    population: str
    regimens: tuple[Regimen, ...]
    products: Mapping[str, Product] = field(default_factory=dict)
    horizon: float = 90.0
    patients: int = 80
    reach: float = 0.01

    def __post_init__(self) -> None:
        """Refuse an empty plan."""
        if self.population not in populations():
            raise InputError("population", self.population, f"one of {', '.join(populations())}")
        if not self.regimens:
            raise InputError("next", "no regimen", "at least one dose and route")
