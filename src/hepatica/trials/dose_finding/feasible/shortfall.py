"""Shortfall of lots: the dose that is delivered where a dose was assigned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import Floats


class Shortfall(ABC):
    """Distribution of the delivered dose, never above the assigned one.

    Attributes
    ----------
    shared : bool
        One lot serves a whole cohort (allogeneic cells); else each patient has a lot of their own (autologous).
    """

    shared: bool

    @abstractmethod
    def deliver(self, assigned: Floats, lot: Floats) -> Floats:
        """Delivered dose from the dose assigned and a uniform number of the lot; shapes broadcast."""

    def expected_share(self, assigned: float, points: int = 2000) -> float:
        """Mean of delivered / assigned."""
        lot = (np.arange(points) + 0.5) / points
        return float((self.deliver(np.array(assigned), lot) / assigned).mean())


@dataclass(frozen=True, kw_only=True)
class NoShortfall(Shortfall):
    """Every lot holds the dose assigned."""

    shared: bool = False

    def deliver(self, assigned: Floats, lot: Floats) -> Floats:
        """The dose assigned."""
        return np.asarray(assigned + 0.0 * lot)


@dataclass(frozen=True, kw_only=True)
class LotYield(Shortfall):
    """Log-normal yield of a lot: what is assigned is given, or what there is; higher doses fall short more often.

    Parameters
    ----------
    median : float
        Median yield, in the unit of the doses.
    cv : float
        Coefficient of variation of the yield.
    shared : bool
        As of `Shortfall`.

    Examples
    --------
    >>> lots = LotYield(median=2.0, cv=0.5)
    >>> round(lots.expected_share(1.0), 2), round(lots.expected_share(4.0), 2)
    (0.99, 0.54)
    """

    median: float
    cv: float
    shared: bool = False

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises
        ------
        InputError
            If one is not positive.
        """
        if not (self.median > 0 and self.cv > 0):
            raise InputError("median, cv", (self.median, self.cv), "positive numbers")

    def deliver(self, assigned: Floats, lot: Floats) -> Floats:
        """The dose assigned, or the yield where it is less."""
        sd = np.sqrt(np.log1p(self.cv**2))
        return np.asarray(np.minimum(assigned, self.median * np.exp(sd * ndtri(lot))))


@dataclass(frozen=True, kw_only=True)
class DeliveredShares(Shortfall):
    """Shares of the assigned dose with their probabilities, such as those of a site's own records.

    Parameters
    ----------
    shares : tuple of float
        Above 0, at most 1.
    probabilities : tuple of float
        Add up to 1.
    shared : bool
        As of `Shortfall`.

    Examples
    --------
    >>> lots = DeliveredShares(shares=(0.3, 1.0), probabilities=(0.4, 0.6))
    >>> lots.deliver(np.array(2.0), np.array([0.1, 0.9])).tolist()
    [0.6, 2.0]
    """

    shares: tuple[float, ...]
    probabilities: tuple[float, ...]
    shared: bool = False

    def __post_init__(self) -> None:
        """Check the shares and their probabilities.

        Raises
        ------
        InputError
            If they do not fit.
        """
        if not self.shares or len(self.shares) != len(self.probabilities):
            raise InputError("shares", self.shares, "one probability for each share")
        if not all(0 < share <= 1 for share in self.shares):
            raise InputError("shares", self.shares, "above 0, at most 1")
        if min(self.probabilities) < 0 or abs(sum(self.probabilities) - 1) > 1e-9:
            raise InputError("probabilities", self.probabilities, "probabilities that add up to 1")

    def deliver(self, assigned: Floats, lot: Floats) -> Floats:
        """The share of the dose assigned that the lot's number falls on."""
        place = np.searchsorted(np.cumsum(self.probabilities)[:-1], lot, side="right")
        return np.asarray(assigned * np.array(self.shares)[place])
