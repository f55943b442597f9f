"""Handling of lots: loss of viability while held, and how lots of one source differ, from published tables."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.basis import RANGES, Coordinate
from hepatica.patients.streams import uniforms
from hepatica.therapy import SOURCES

Floats = NDArray[np.float64]
MAX_DONORS = 100


@dataclass(frozen=True, kw_only=True)
class LotLaw:
    """Variation of lots of one source.

    Attributes
    ----------
    sd : float
        Standard deviation of the logarithm of relative potency between lots of one donor each.
    df : float
        Degrees of freedom behind it; lots follow a t distribution of as many.
    donor_share : float
        Share of the variance that lies between donors, which pooling averages.
    viability, viability_sd : float
        Mean and standard deviation of the living share.
    source : str
    """

    sd: float
    df: float
    donor_share: float
    viability: float
    viability_sd: float
    source: str


@functools.cache
def _tables() -> dict[str, Any]:
    text = (files("hepatica.manufacturing.clinical") / "handling.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def vehicles() -> tuple[str, ...]:
    """Vehicles in which loss of viability was measured."""
    return tuple(_tables()["hold"])


def held_viability(start: float, hours: float, vehicle: str = "ringer", temperature: int = 24) -> float:
    """Living share after a hold, by first-order loss.

    Parameters
    ----------
    start : float
        Living share at the start.
    hours : float
        Hold.
    vehicle : str
        One of `vehicles`.
    temperature : int
        Degrees Celsius at which its rate was measured; none is interpolated.

    Raises
    ------
    InputError
        If the vehicle is unknown, or its loss was not measured at this temperature.

    Examples
    --------
    >>> round(held_viability(0.93, 1.5), 3)
    0.802
    """
    if vehicle not in vehicles():
        raise InputError("vehicle", vehicle, f"one of {', '.join(vehicles())}")
    rates = _tables()["hold"][vehicle]["rates"]
    if str(temperature) not in rates:
        raise InputError("temperature", temperature, f"one of {', '.join(rates)} degrees Celsius in {vehicle}")
    if not 0.0 <= hours < np.inf:
        raise InputError("hold", hours, "0 hours or more")
    return float(start * np.exp(-rates[str(temperature)] * hours))


def lot_law(source: str) -> LotLaw:
    """Variation of lots of a source.

    Examples
    --------
    >>> lot_law("bone_marrow").sd
    0.22
    """
    if source not in SOURCES:
        raise InputError("product.source", source, f"one of {', '.join(SOURCES)}")
    read = _tables()
    own = read["lots"][source]
    return LotLaw(
        sd=own["sd"],
        df=own["df"],
        donor_share=read["donor_share"]["value"],
        viability=read["viability"]["mean"],
        viability_sd=read["viability"]["sd"],
        source=own["source"],
    )


def draw_potencies(law: LotLaw, lots: int, seed: int, *, donors: int = 1) -> Floats:
    """Relative potencies of lots, (lots,), held within the simulated range; the typical lot of one donor has 1.

    Parameters
    ----------
    law : LotLaw
        Variation of single donors' lots.
    lots, seed : int
        How many, and the seed of their random numbers.
    donors : int
        Donors whose cells a lot pools; their potencies average.

    Examples
    --------
    >>> apart = [float(np.std(draw_potencies(lot_law("bone_marrow"), 400, 1, donors=d))) for d in (1, 10)]
    >>> apart[0] > apart[1]
    True
    """
    if not 1 <= donors <= MAX_DONORS:
        raise InputError("donors", donors, f"a whole number from 1 to {MAX_DONORS}")
    u = uniforms(seed, np.arange(lots), "lots:donor", donors)
    donor = np.sqrt(law.donor_share) * law.sd * student.ppf(u, law.df)
    batch = np.sqrt(1.0 - law.donor_share) * law.sd * ndtri(uniforms(seed, np.arange(lots), "lots:batch")[:, 0])
    low, high = RANGES[Coordinate.POTENCY]
    return np.asarray(np.clip(np.clip(np.exp(donor), low, high).mean(axis=1) * np.exp(batch), low, high))


def draw_viabilities(law: LotLaw, lots: int, seed: int) -> Floats:
    """Living shares of lots, (lots,), held within the simulated range."""
    z = ndtri(uniforms(seed, np.arange(lots), "lots:viability")[:, 0])
    return np.asarray(np.clip(law.viability + law.viability_sd * z, *RANGES[Coordinate.VIABILITY]))
