"""Mixed space of candidates: continuous, integer and categorical axes, sampled by a shifted Halton sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.patients.streams import normals, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
SWITCH = 0.15  # probability that a perturbed candidate takes another category of an axis


class AxisKind(Enum):
    """Kind of an axis."""

    CONTINUOUS = "continuous"
    INTEGER = "integer"
    CATEGORY = "category"


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Axis of a space of candidates.

    Attributes
    ----------
    name : str
    kind : AxisKind
    low, high : float
        Bounds in the axis's unit, both included; a category counts from 0.
    is_log : bool
        True if ratios matter, not differences.
    step : float
        Multiple to which values are rounded; 0 leaves them.
    digits : int
        Significant digits to which values are rounded; 0 leaves them.
    """

    name: str
    kind: AxisKind
    low: float
    high: float
    is_log: bool = False
    step: float = 0.0
    digits: int = 0

    def __post_init__(self) -> None:
        """Refuse bounds that span nothing, or that have no logarithm."""
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low <= self.high):
            raise InputError(f"search.{self.name}", (self.low, self.high), "a lower bound, then one at least as high")
        if self.is_log and self.low <= 0:
            raise InputError(f"search.{self.name}", self.low, "a lower bound above 0")

    @property
    def levels(self) -> int:
        """Number of categories."""
        return int(self.high - self.low) + 1

    def natural(self, u: Floats) -> Floats:
        """Values in the axis's unit at places from 0 to 1.

        Examples
        --------
        >>> dose = Axis(name="dose", kind=AxisKind.CONTINUOUS, low=1e5, high=1e7, is_log=True, digits=2)
        >>> dose.natural(np.array([0.0, 0.5, 0.77])).tolist()
        [100000.0, 1000000.0, 3500000.0]
        """
        u = np.clip(u, 0.0, 1.0)
        if self.kind is AxisKind.CATEGORY:
            return np.minimum(np.floor(u * self.levels), self.levels - 1) + self.low
        low, high = (self.low - 0.499, self.high + 0.499) if self.kind is AxisKind.INTEGER else (self.low, self.high)
        value = low * (high / low) ** u if self.is_log else low + u * (high - low)
        if self.kind is AxisKind.INTEGER:
            value = np.round(value)
        if self.digits:
            size = 10.0 ** (np.floor(np.log10(np.abs(np.where(value == 0, 1.0, value)))) - self.digits + 1)
            value = np.round(value / size) * size
        if self.step:
            value = np.round(value / self.step) * self.step
        return np.clip(value, self.low, self.high)

    def unit(self, value: Floats) -> Floats:
        """Places from 0 to 1 of values in the axis's unit; a category's place is the middle of its share."""
        if self.kind is AxisKind.CATEGORY:
            return np.asarray((value - self.low + 0.5) / self.levels)
        if self.high == self.low:
            return np.full_like(value, 0.5)
        if self.is_log:
            return np.asarray(np.log(value / self.low) / np.log(self.high / self.low))
        return np.asarray((value - self.low) / (self.high - self.low))


def _unchanged(points: Floats) -> Floats:
    return points


@dataclass(frozen=True)
class Space:
    """Space of candidates, each a row of values along the axes.

    Attributes
    ----------
    axes : tuple of Axis
    repair : callable
        Makes rows feasible and gives equal candidates equal rows; (n, axes) to (n, axes).

    Examples
    --------
    >>> space = Space((Axis(name="n", kind=AxisKind.INTEGER, low=1, high=4),))
    >>> sorted(set(space.sample(1, 0, 40)[:, 0].tolist()))
    [1.0, 2.0, 3.0, 4.0]
    """

    axes: tuple[Axis, ...]
    repair: Callable[[Floats], Floats] = _unchanged

    def __post_init__(self) -> None:
        """Refuse a space without axes, or of more than the sequence has primes for."""
        if not 1 <= len(self.axes) <= len(PRIMES):
            raise InputError("search", f"{len(self.axes)} axes", f"1 to {len(PRIMES)} axes")

    @property
    def is_category(self) -> NDArray[np.bool_]:
        """True of each categorical axis."""
        return np.array([a.kind is AxisKind.CATEGORY for a in self.axes])

    def sample(self, seed: int, first: int, n: int) -> Floats:
        """Candidates `first` to `first + n` of the sequence of a seed, (n, axes); the same whatever n is."""
        shift = uniforms(seed, np.arange(len(self.axes)), "search:shift")[:, 0]
        places = np.stack([radical_inverse(np.arange(first + 1, first + 1 + n), p) for p in PRIMES[: len(self.axes)]])
        return self.decode((places.T + shift) % 1.0)

    def decode(self, places: Floats) -> Floats:
        """Feasible candidates at places in the unit cube, (n, axes)."""
        return self.repair(np.stack([a.natural(places[:, k]) for k, a in enumerate(self.axes)], axis=1))

    def encode(self, points: Floats) -> Floats:
        """Places in the unit cube of candidates, (n, axes)."""
        return np.stack([a.unit(points[:, k]) for k, a in enumerate(self.axes)], axis=1)

    def perturb(self, points: Floats, *, seed: int, first: int, width: float) -> Floats:
        """Neighbours of candidates: Gaussian steps along continuous axes, now and then another category.

        Parameters
        ----------
        points : (n, axes)
            Candidates.
        seed, first : int
            Key of the random numbers, and the number of the first neighbour.
        width : float
            SD of a step, as a share of the axis.
        """
        who, d = np.arange(first, first + len(points)), len(self.axes)
        step = normals(seed, who, "search:step", d) * width
        switch, to = uniforms(seed, who, "search:switch", d), uniforms(seed, who, "search:category", d)
        places = self.encode(points)
        moved = np.abs((places + step) % 2.0)
        moved = np.where(moved > 1.0, 2.0 - moved, moved)  # reflected at the bounds
        return self.decode(np.where(self.is_category, np.where(switch < SWITCH, to, places), moved))


def radical_inverse(n: Ints, base: int) -> Floats:
    """Radical inverse of whole numbers in a base: their digits mirrored at the point (Halton1960).

    Examples
    --------
    >>> radical_inverse(np.array([1, 2, 3, 4]), 2).tolist()
    [0.5, 0.25, 0.75, 0.125]
    """
    rest, place, out = np.asarray(n, np.int64).copy(), 1.0, np.zeros(len(n))
    while rest.any():
        place /= base
        out += place * (rest % base)
        rest //= base
    return out


def drop_repeats(points: Floats, known: Sequence[Floats] = ()) -> Floats:
    """Rows that stand neither earlier among the points nor among those known, in their order.

    Examples
    --------
    >>> drop_repeats(np.array([[1.0], [2.0], [1.0]]), [np.array([[2.0]])]).tolist()
    [[1.0]]
    """
    seen = {row.tobytes() for some in known for row in np.ascontiguousarray(some)}
    kept = []
    for row in np.ascontiguousarray(points):
        if row.tobytes() not in seen:
            seen.add(row.tobytes())
            kept.append(row)
    return np.array(kept).reshape(len(kept), points.shape[1])
