"""Terms of the response surface of a lot: smooth functions of its attributes that vanish at the reference lot.

A lot acts by its living cells and their potency, and harms by its procoagulant load. With potency P and tissue factor
T relative to the reference, viability v and dose f relative to the planned one, living cells are L = f v / v0,
secretion is E = P L, procoagulant load of living cells T f v, of dead ones T f (1 - v).
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.therapy.lots import POTENCY_RANGE, TISSUE_FACTOR_RANGE, VIABILITY_RANGE

Floats = NDArray[np.float64]


class Coordinate(StrEnum):
    """Attribute of a lot that the surface knows, in the order of its columns."""

    POTENCY = "potency"
    VIABILITY = "viability"
    TISSUE_FACTOR = "tissue_factor"
    DOSE = "dose"


RANGES = {
    Coordinate.POTENCY: POTENCY_RANGE,
    Coordinate.VIABILITY: VIABILITY_RANGE,
    Coordinate.TISSUE_FACTOR: TISSUE_FACTOR_RANGE,
    Coordinate.DOSE: (0.5, 3.0),
}
"""Ranges that are simulated: relative to the reference, but viability, a share. Beyond them the value is held."""
CLOTTING = slice(7, 11)
"""Terms by which thrombo-embolism rises: procoagulant load of living and of dead cells, and its square."""
_LOW, _HIGH = (np.array([ends[k] for ends in RANGES.values()]) for k in (0, 1))


def reference_point(viability: float) -> Floats:
    """Coordinates of the reference lot, (4,)."""
    return np.array([1.0, viability, 1.0, 1.0])


def terms(points: Floats, viability: float) -> Floats:
    """Terms of the surface, (n, terms); all 0 at the reference.

    Parameters
    ----------
    points : (n, 4)
        Columns as in `Coordinate`; held within `RANGES`.
    viability : float
        Of the reference lot, in its range.

    Raises
    ------
    InputError
        If the viability of the reference is outside its range, or a point is no number.

    Examples
    --------
    >>> terms(reference_point(0.9)[None], 0.9).any()
    np.False_
    """
    low, high = RANGES[Coordinate.VIABILITY]
    if not low <= viability <= high:
        raise InputError("product.viability", viability, f"from {low} to {high} for a surface of clinical loss")
    x = np.atleast_2d(np.asarray(points, float))
    if not np.isfinite(x).all():
        raise InputError("lot", x.tolist(), "finite attributes")
    p, v, t, f = np.clip(x, _LOW, _HIGH).T
    living = np.log(f * v / viability)
    made = np.log(p) + living
    clotting, dead = t * f * v - viability, t * f * (1.0 - v) - (1.0 - viability)
    load = (t * f) ** 2 - 1.0
    debris = f * (1.0 - v) - (1.0 - viability)
    return np.stack(
        [made, made**2, made**3, living, living**2, made * living, debris, clotting, dead, load, load * (1.0 - v)],
        axis=1,
    )


def design(viability: float, filling: int = 19) -> Floats:
    """Points to simulate, (n, 4): along each axis, then a Halton sequence through the ranges (log-uniform, v uniform).

    Parameters
    ----------
    viability : float
        Of the reference lot.
    filling : int
        Points of the sequence.

    Examples
    --------
    >>> design(0.9).shape
    (32, 4)
    """
    from scipy.stats import qmc

    along = {
        Coordinate.POTENCY: (0.1, 0.3, 0.7, 2.0),
        Coordinate.VIABILITY: (0.4, 0.6, 0.75),
        Coordinate.TISSUE_FACTOR: (0.3, 4.0, 20.0),
        Coordinate.DOSE: (0.5, 1.5, 3.0),
    }
    rows = []
    for k, values in enumerate(along.values()):
        for value in values:
            rows.append(reference_point(viability))
            rows[-1][k] = value
    share = qmc.Halton(4, scramble=False).random(filling + 1)[1:]
    filled = np.exp(np.log(_LOW) + share * np.log(_HIGH / _LOW))
    filled[:, 1] = _LOW[1] + share[:, 1] * (_HIGH[1] - _LOW[1])
    return np.concatenate([np.array(rows), filled])
