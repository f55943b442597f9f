"""Run rules of control charts: Western Electric (1956) and Nelson (1984, J Qual Technol 16:237).

The two sets differ in their run on one side: eight points by Western Electric, nine by Nelson.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ZoneRule:
    """Rule about zones: so many of the last points in a zone.

    Attributes
    ----------
    name : str
    hits, window : int
        Alarm when `hits` of the last `window` points, the newest among them, lie in the zone.
    sigma : float
        Border of the zone, in standard errors from the centre.
    zone : {"one side", "outside", "inside"}
        Beyond the border on the same side; beyond it on either side; within it.
    """

    name: str
    hits: int
    window: int
    sigma: float
    zone: Literal["one side", "outside", "inside"] = "one side"

    def __post_init__(self) -> None:
        """Refuse what is no rule."""
        if not 1 <= self.hits <= self.window <= 30:
            raise InputError(self.name, f"{self.hits} of {self.window}", "from 1 of 1 to 30 of 30")
        if not 0.0 <= self.sigma < np.inf:
            raise InputError(self.name, self.sigma, "a border at 0 or more standard errors")

    def members(self, z: Floats) -> tuple[Bools, ...]:
        """Points (..., n) in each zone that the rule watches."""
        if self.zone == "one side":
            return z > self.sigma, z < -self.sigma
        return (np.abs(z) > self.sigma,) if self.zone == "outside" else (np.abs(z) < self.sigma,)

    def fires(self, z: Floats) -> Bools:
        """Points (..., n) at which the rule alarms; the last axis is the order of the points."""
        found = np.zeros(z.shape, bool)
        for hit in self.members(z):
            count = np.cumsum(hit, axis=-1, dtype=np.int64)
            count[..., self.window :] -= count[..., : -self.window].copy()
            found |= hit & (count >= self.hits)
        return found


@dataclass(frozen=True)
class TrendRule:
    """Rule about successive differences: points that rise or fall, or alternate, without a break.

    Attributes
    ----------
    name : str
    points : int
        Points of the pattern; one difference fewer.
    pattern : {"monotone", "alternating"}
        A tie breaks either.
    """

    name: str
    points: int
    pattern: Literal["monotone", "alternating"]

    def __post_init__(self) -> None:
        """Refuse what is no rule."""
        if not 3 <= self.points <= 100:
            raise InputError(self.name, self.points, "from 3 to 100 points")

    def fires(self, z: Floats) -> Bools:
        """Points (..., n) at which the rule alarms; the last axis is the order of the points."""
        step = np.sign(np.diff(z, axis=-1))
        found, run = np.zeros(z.shape, bool), np.zeros(z.shape[:-1], int)
        last = np.zeros(z.shape[:-1])
        for i in range(step.shape[-1]):
            sign = step[..., i]
            keeps = sign == (last if self.pattern == "monotone" else -last)
            run = np.where(sign != 0.0, np.where(keeps, run, 0) + 1, 0)
            found[..., i + 1] = run >= self.points - 1
            last = sign
        return found


Rule = ZoneRule | TrendRule
BEYOND = ZoneRule("1 beyond 3 sigma", 1, 1, 3.0)
TWO_OF_THREE = ZoneRule("2 of 3 beyond 2 sigma", 2, 3, 2.0)
FOUR_OF_FIVE = ZoneRule("4 of 5 beyond 1 sigma", 4, 5, 1.0)
RUN_OF_8 = ZoneRule("8 on one side", 8, 8, 0.0)
RUN_OF_9 = ZoneRule("9 on one side", 9, 9, 0.0)
WESTERN_ELECTRIC: tuple[Rule, ...] = (BEYOND, TWO_OF_THREE, FOUR_OF_FIVE, RUN_OF_8)
NELSON: tuple[Rule, ...] = (
    BEYOND,
    RUN_OF_9,
    TrendRule("6 rising or falling", 6, "monotone"),
    TrendRule("14 alternating", 14, "alternating"),
    TWO_OF_THREE,
    FOUR_OF_FIVE,
    ZoneRule("15 within 1 sigma", 15, 15, 1.0, "inside"),
    ZoneRule("8 beyond 1 sigma on both sides", 8, 8, 1.0, "outside"),
)
SETS: dict[str, tuple[Rule, ...]] = {"limits": (BEYOND,), "western-electric": WESTERN_ELECTRIC, "nelson": NELSON}


def rule_set(name: str) -> tuple[Rule, ...]:
    """Rules of a named set.

    Raises
    ------
    InputError
        If there is no such set.

    Examples
    --------
    >>> len(rule_set("western-electric")), len(rule_set("nelson"))
    (4, 8)
    """
    if name not in SETS:
        raise InputError("rules", name, f"one of {', '.join(SETS)}")
    return SETS[name]


def find_signals(z: ArrayLike, rules: tuple[Rule, ...]) -> dict[str, NDArray[np.intp]]:
    """Points at which each rule alarms.

    Parameters
    ----------
    z : array_like, (n,)
        Distances from the centre in standard errors.
    rules : tuple of Rule
        Rules that act together.

    Returns
    -------
    dict of str to ndarray of int
        By the rule's name, points from 0, in order; rules that do not alarm have an empty array.

    Examples
    --------
    >>> found = find_signals([0.5] * 8, WESTERN_ELECTRIC)
    >>> {name: at.tolist() for name, at in found.items() if at.size}
    {'8 on one side': [7]}
    """
    x = finite(z, "points")
    return {rule.name: np.flatnonzero(rule.fires(x)) for rule in rules}
