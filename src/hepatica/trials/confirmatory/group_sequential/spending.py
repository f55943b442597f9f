"""Error-spending functions: cumulative error allowed at each information fraction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError

Floats = NDArray[np.float64]


class Spending(ABC):
    """Spending function, from 0 at no information to the whole error at full information."""

    def __call__(self, fraction: ArrayLike, total: float) -> Floats:
        """Cumulative error spent.

        Parameters
        ----------
        fraction : (...)
            Information fractions; above 1 counts as 1.
        total : float
            Error to spend: of one side, for a symmetric two-sided design.

        Returns
        -------
        (...)
        """
        t = np.clip(np.asarray(fraction, float), 0.0, 1.0)
        with np.errstate(divide="ignore"):
            return np.where(t >= 1, total, self._spent(t, total))

    @abstractmethod
    def _spent(self, t: Floats, total: float) -> Floats: ...


@final
@dataclass(frozen=True)
class LanDeMetsOBrienFleming(Spending):
    """Lan-DeMets spending of O'Brien-Fleming type: 2 (1 - Phi(z_{a/2} / sqrt t)).

    Lan and DeMets 1983, Biometrika 70:659.

    Examples
    --------
    >>> LanDeMetsOBrienFleming()([1 / 3, 2 / 3, 1], 0.025).round(6).tolist()
    [0.000104, 0.006048, 0.025]
    """

    def _spent(self, t: Floats, total: float) -> Floats:
        return np.asarray(2 * ndtr(ndtri(total / 2) / np.sqrt(t)))


@final
@dataclass(frozen=True)
class LanDeMetsPocock(Spending):
    """Lan-DeMets spending of Pocock type: a ln(1 + (e - 1) t); Lan and DeMets 1983, Biometrika 70:659."""

    def _spent(self, t: Floats, total: float) -> Floats:
        return np.asarray(total * np.log1p((np.e - 1) * t))


@final
@dataclass(frozen=True)
class HwangShihDeCani(Spending):
    """Hwang-Shih-DeCani spending: a (1 - exp(-gamma t)) / (1 - exp(-gamma)); 1990, Stat Med 9:1439.

    Attributes
    ----------
    gamma : float
        -4 spends late, 1 nearly as Pocock; 0 is linear.
    """

    gamma: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not np.isfinite(self.gamma) or abs(self.gamma) > 100:
            raise InputError("gamma", self.gamma, "give a number from -100 to 100, for example -4")

    def _spent(self, t: Floats, total: float) -> Floats:
        if abs(self.gamma) < 1e-12:
            return np.asarray(total * t)
        return np.asarray(total * np.expm1(-self.gamma * t) / np.expm1(-self.gamma))


@final
@dataclass(frozen=True)
class KimDeMets(Spending):
    """Kim-DeMets power spending: a t^rho; Kim and DeMets 1987, Biometrika 74:149.

    Attributes
    ----------
    rho : float
        Positive; 3 is near O'Brien-Fleming, 1 near Pocock.
    """

    rho: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 < self.rho < np.inf:
            raise InputError("rho", self.rho, "give a positive number, for example 3")

    def _spent(self, t: Floats, total: float) -> Floats:
        return np.asarray(total * t**self.rho)


@final
@dataclass(frozen=True)
class TabulatedSpending(Spending):
    """Spending given by the user, linear between the points.

    Attributes
    ----------
    fractions, shares : tuple of float
        Information fractions, and shares of the error spent by then; (0, 0) and (1, 1) are implied.
    """

    fractions: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        x, y = np.asarray(self.fractions, float), np.asarray(self.shares, float)
        inside = len(x) == len(y) and all(((v >= 0) & (v <= 1)).all() and (np.diff(v) >= 0).all() for v in (x, y))
        if not inside or (np.diff(x) == 0).any():
            raise InputError(
                "spending", (self.fractions, self.shares), "give as many shares as fractions, both from 0 to 1, rising"
            )

    def _spent(self, t: Floats, total: float) -> Floats:
        return np.asarray(total * np.interp(t, [0.0, *self.fractions, 1.0], [0.0, *self.shares, 1.0]))


SPENDING = (LanDeMetsOBrienFleming, LanDeMetsPocock, HwangShihDeCani, KimDeMets, TabulatedSpending)
