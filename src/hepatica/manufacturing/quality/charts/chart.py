"""Control chart as data: points, limits, phases, and the points that were left out of the estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats


@dataclass(frozen=True)
class Chart:
    """Control chart: plotted points and the limits that each has.

    Attributes
    ----------
    kind : str
        Such as "individuals" or "xbar".
    points : ndarray, (n,)
        Plotted statistic.
    centre, lower, upper : ndarray, (n,)
        Centre line and control limits at each point.
    spread : ndarray, (n,)
        Standard error of the plotted statistic, for zones.
    sigma : float
        Process standard deviation within groups; NaN for counts.
    phase_1 : int
        Points, from the first, of which the limits were estimated; the rest is phase II.
    excluded : tuple of int
        Points of phase I, from 0, that were left out of the estimate by name.
    """

    kind: str
    points: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    spread: Floats
    sigma: float
    phase_1: int
    excluded: tuple[int, ...] = ()

    @property
    def beyond(self) -> NDArray[np.intp]:
        """Points outside the control limits, from 0."""
        return np.flatnonzero((self.points > self.upper) | (self.points < self.lower))

    @property
    def z(self) -> Floats:
        """Points as distance from the centre in standard errors."""
        return np.asarray((self.points - self.centre) / self.spread)


def points_kept(n: int, phase_1: int | None, exclude: tuple[int, ...], least: int = 2) -> tuple[int, NDArray[np.bool_]]:
    """Size of phase I, and the mask (phase_1,) of its points that enter the estimate.

    Raises
    ------
    InputError
        If fewer points are left than the estimate needs, or a point is not in phase I.

    Examples
    --------
    >>> points_kept(5, 4, (1,))[1].tolist()
    [True, False, True, True]
    """
    size = n if phase_1 is None else phase_1
    if not least <= size <= n:
        raise InputError("phase I", size, f"from {least} to {n} points")
    kept = np.ones(size, bool)
    for place in exclude:
        if not 0 <= place < size:
            raise InputError("excluded point", place, f"from 0 to {size - 1}, counted from 0, in phase I")
        kept[place] = False
    if kept.sum() < least:
        raise InputError("phase I", f"{kept.sum()} points", f"at least {least} after those that are excluded")
    return size, kept


def make_chart(
    kind: str,
    points: Floats,
    centre: float,
    half: Floats | float,
    spread: Floats | float,
    *,
    sigma: float,
    phase_1: int,
    excluded: tuple[int, ...] = (),
) -> Chart:
    """Chart with one centre and limits at equal distances from it."""
    full = np.ones_like(points)
    return Chart(
        kind, points, centre * full, centre - half * full, centre + half * full, spread * full, sigma, phase_1, excluded
    )
