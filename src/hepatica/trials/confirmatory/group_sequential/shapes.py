"""Boundary shapes: critical values in a fixed proportion to each other, scaled to the error."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.recursion import SubDensity

Floats = NDArray[np.float64]


def crossing_probability(fractions: Floats, critical: Floats, lower: Floats) -> float:
    """Probability without effect of ever crossing the upper critical values."""
    now, total = SubDensity.start(), 0.0
    for k, here in enumerate(fractions):
        total += now.above(critical[k], here)
        if k + 1 < len(fractions):
            now = now.advance(lower[k], critical[k], here, fractions[k + 1])
    return total


class Shape(ABC):
    """Shape of a boundary over the information fractions."""

    @abstractmethod
    def critical_values(self, fractions: Floats, alpha: float, two_sided: bool, lower: Floats | None = None) -> Floats:
        """Critical values on the z scale.

        Parameters
        ----------
        fractions : (looks,)
            Information fractions, the last one 1.
        alpha : float
            Error of one side.
        two_sided : bool
            True if the mirror image below stops the trial too.
        lower : (looks,), optional
            Lower boundary of a one-sided design that is counted on (binding).

        Returns
        -------
        (looks,)
        """


@final
@dataclass(frozen=True)
class WangTsiatis(Shape):
    """Wang-Tsiatis boundary c t^(delta - 1/2); 1987, Biometrics 43:193.

    Attributes
    ----------
    delta : float
        0 is O'Brien and Fleming's, 1/2 Pocock's.

    Examples
    --------
    >>> WangTsiatis(0.25).critical_values(np.array([1, 2, 3]) / 3, 0.025, False).round(4).tolist()
    [2.7411, 2.305, 2.0828]
    """

    delta: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not -2 <= self.delta <= 2:
            raise InputError("delta", self.delta, "give a number from -2 to 2; 0 is O'Brien-Fleming, 0.5 Pocock")

    def critical_values(self, fractions: Floats, alpha: float, two_sided: bool, lower: Floats | None = None) -> Floats:
        """Critical values; see `Shape`."""
        proportion = fractions ** (self.delta - 0.5)
        stop = np.full(len(fractions), -np.inf) if lower is None else lower

        def excess(constant: float) -> float:
            critical = constant * proportion
            below = -critical if two_sided else np.minimum(stop, critical)
            return crossing_probability(fractions, critical, below) - alpha

        return np.asarray(brentq(excess, 1e-6, 20.0, xtol=1e-12) * proportion)


def OBrienFleming() -> WangTsiatis:
    """O'Brien and Fleming's boundary, c / sqrt(t); 1979, Biometrics 35:549."""
    return WangTsiatis(0.0)


def Pocock() -> WangTsiatis:
    """Pocock's boundary, the same critical value at all looks; 1977, Biometrika 64:191."""
    return WangTsiatis(0.5)


@final
@dataclass(frozen=True)
class HaybittlePeto(Shape):
    """Haybittle-Peto boundary: one value at every look but the last, which spends what is left of the error.

    Haybittle 1971, Br J Radiol 44:793; Peto et al. 1976, Br J Cancer 34:585.

    Attributes
    ----------
    early : float
        Critical value of the early looks.
    """

    early: float = 3.0

    def critical_values(self, fractions: Floats, alpha: float, two_sided: bool, lower: Floats | None = None) -> Floats:
        """Critical values; see `Shape`."""
        now, spent = SubDensity.start(), 0.0
        for k, here in enumerate(fractions[:-1]):
            spent += now.above(self.early, here)
            below = -self.early if two_sided else (-np.inf if lower is None else float(lower[k]))
            now = now.advance(below, self.early, here, fractions[k + 1])
        if spent >= alpha:
            raise InputError("early", self.early, f"early looks spend {spent:.3g} of {alpha:.3g}; give a higher value")
        return np.append(np.full(len(fractions) - 1, self.early), now.upper_bound(alpha - spent, fractions[-1]))
