"""Variation of lots of a cell product: between lots, by donor and batch, and what assays leave unknown of one lot."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.therapy.bounds import bounded
from hepatica.therapy.named import read_rows

Floats = NDArray[np.float64]
POTENCY_RANGE = (0.1, 3.0)
"""Potency of a lot relative to the typical one; what is drawn beyond is held at the end."""
VIABILITY_RANGE = (0.4, 1.0)
TISSUE_FACTOR_RANGE = (0.1, 20.0)
MAX_DONORS = 100
MAX_LOG_SD = 3.0  # a spread of twenty-fold each way; published lots of cord cells have 1.3
BOUNDS: Mapping[str, tuple[float, float, str]] = {
    **dict.fromkeys(
        (
            *("potency_sd", "tissue_factor_sd", "potency_error", "tissue_factor_error"),
            *("delivered_sd", "delivered_error"),
        ),
        (0.0, MAX_LOG_SD, "a spread of a logarithm"),
    ),
    **dict.fromkeys(("viability_sd", "viability_error"), (0.0, 0.5, "a spread of a share")),
    "potency_df": (1.0, math.inf, "degrees of freedom"),
    "donor_share": (0.0, 1.0, "a share"),
}
"""Lowest and highest value of each number of the variation of lots, and what it is."""


@dataclass(frozen=True, kw_only=True)
class LotVariation:
    """Distribution of lots around a typical one; lots differ between patients, errors of assays are the same for all.

    Attributes
    ----------
    potency_sd : float
        Standard deviation of the logarithm of relative potency between lots of one donor each.
    potency_df : float
        Degrees of freedom behind it; donors follow a t distribution of as many, a normal one from 1e6 on.
    donor_share : float
        Share of that variance which lies between donors, and which pooling averages.
    donors : int
        Donors that a lot pools.
    viability_sd : float
        Standard deviation of the living share between lots.
    tissue_factor_sd : float
        Of the logarithm of tissue factor between lots.
    potency_error, viability_error, tissue_factor_error : float
        Uncertainty of the typical lot, or of the one lot at hand: standard error of the logarithm of its potency,
        of its living share, and of the logarithm of its tissue factor.
    delivered_sd, delivered_error : float
        Of the logarithm of what arrives of the cells ordered: between patients, and what is not known of it.
    source : str
        Source of the spread between lots.

    Examples
    --------
    >>> LotVariation.of_source("umbilical_cord").potency_sd
    1.3
    """

    potency_sd: float = 0.0
    potency_df: float = 1e6
    donor_share: float = 0.0
    donors: int = 1
    viability_sd: float = 0.0
    tissue_factor_sd: float = 0.0
    potency_error: float = 0.0
    viability_error: float = 0.0
    tissue_factor_error: float = 0.0
    delivered_sd: float = 0.0
    delivered_error: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse what no lots can be."""
        for name, (low, high, what) in BOUNDS.items():
            bounded(f"product.lots.{name}", getattr(self, name), low, high, what)
        if isinstance(self.donors, bool) or not isinstance(self.donors, int) or not 1 <= self.donors <= MAX_DONORS:
            raise InputError("product.lots.donors", self.donors, f"a whole number from 1 to {MAX_DONORS}")

    @classmethod
    def of_source(cls, source: str, *, donors: int = 1) -> LotVariation:
        """Variation of lots of a source, as published or assumed.

        Raises
        ------
        InputError
            If nothing is known of lots of this source.
        """
        rows = _rows()
        if source not in rows or source == "common":
            raise InputError("product.source", source, f"one of {', '.join(k for k in rows if k != 'common')}")
        own, common = rows[source], rows["common"]
        return cls(
            potency_sd=own["sd"],
            potency_df=float(own["df"]),
            donor_share=common["donor_share"]["value"],
            donors=donors,
            viability_sd=common["viability"]["sd"],
            tissue_factor_sd=common["tissue_factor"]["sd"],
            source=own["source"],
        )


def typical_viability() -> float:
    """Mean living share of published lots.

    Examples
    --------
    >>> typical_viability()
    0.94
    """
    return float(_rows()["common"]["viability"]["mean"])


@functools.cache
def _rows() -> dict[str, Any]:
    return read_rows("lots.toml")


class LotNumbers(NamedTuple):
    """Uniform random numbers of n lots: donors (n, donors), errors (n, 4), the others (n,)."""

    donor: Floats
    batch: Floats
    viability: Floats
    tissue_factor: Floats
    delivered: Floats
    error: Floats


class LotAttributes(NamedTuple):
    """Attributes of n lots, (n,): potency and tissue factor relative to the typical lot, living share, what arrives."""

    potency: Floats
    viability: Floats
    tissue_factor: Floats
    delivered: Floats


def lot_attributes(
    variation: LotVariation, viability: float, numbers: LotNumbers, delivered: float = 1.0
) -> LotAttributes:
    """Attributes of lots by the quantiles of their random numbers.

    Potency of a lot is the mean of its donors', times its batch; logarithms of both are centred on 0.

    Parameters
    ----------
    variation : LotVariation
        Differences between lots.
    viability : float
        Living share of the typical lot.
    numbers : LotNumbers
        Of the lots; with each 0.5 every lot is the typical one.
    delivered : float
        What typically arrives of the cells ordered; no lot brings more than these.

    Examples
    --------
    >>> half = np.full(2, 0.5)
    >>> lot_attributes(
    ...     LotVariation(potency_sd=1.0), 0.9, LotNumbers(half[:, None], half, half, half, half, np.full((2, 4), 0.5))
    ... ).potency.tolist()
    [1.0, 1.0]
    """
    from scipy.special import ndtri, stdtrit

    v = variation
    donors = ndtri(numbers.donor) if v.potency_df >= 1e6 else stdtrit(v.potency_df, numbers.donor)
    donor = np.clip(np.exp(math.sqrt(v.donor_share) * v.potency_sd * donors), *POTENCY_RANGE).mean(axis=1)
    batch = math.sqrt(1.0 - v.donor_share) * v.potency_sd * ndtri(numbers.batch)
    unknown = ndtri(numbers.error)
    living = viability + v.viability_sd * ndtri(numbers.viability) + v.viability_error * unknown[:, 1]
    clotting = v.tissue_factor_sd * ndtri(numbers.tissue_factor) + v.tissue_factor_error * unknown[:, 2]
    arrives = v.delivered_sd * ndtri(numbers.delivered) + v.delivered_error * unknown[:, 3]
    least = min(VIABILITY_RANGE[0], viability)
    return LotAttributes(
        potency=np.clip(donor * np.exp(batch + v.potency_error * unknown[:, 0]), *POTENCY_RANGE),
        viability=np.clip(living, least, VIABILITY_RANGE[1]),
        tissue_factor=np.clip(np.exp(clotting), *TISSUE_FACTOR_RANGE),
        delivered=np.minimum(delivered * np.exp(arrives), 1.0),
    )
