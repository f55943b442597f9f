"""Follow-up of patients at a moment of a trial, and the weight of a pending outcome.

Cheung & Chappell 2000, Biometrics 56:1177, sections 2 (linear) and 5 (adaptive).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import Bools, Floats, Ints


class Snapshot(NamedTuple):
    """Patients of many trials at a moment, (trials, patients).

    Attributes
    ----------
    level : array of int
        Level given; -1 for a patient not yet enrolled.
    share : array of float
        Follow-up as a share of the window, 0 to 1; to the toxicity where there was one.
    toxic : array of bool
        Toxicity seen by now.
    """

    level: Ints
    share: Floats
    toxic: Bools

    @property
    def enrolled(self) -> Bools:
        """Patients enrolled by now."""
        return np.asarray(self.level >= 0)

    @property
    def pending(self) -> Bools:
        """Patients without toxicity who are not followed to the end of the window."""
        return np.asarray(self.enrolled & ~self.toxic & (self.share < 1))


class FollowUpWeight(ABC):
    """Weight of a patient without toxicity, from the share of the window that was followed."""

    @abstractmethod
    def of(self, seen: Snapshot) -> Floats:
        """Weights, (trials, patients); 1 for toxicity and for those followed to the end."""


@dataclass(frozen=True)
class PowerWeight(FollowUpWeight):
    """Share of the window to a power: 1 is linear, under which toxicity is as likely at any time.

    Parameters
    ----------
    power : float
        Above 1 where toxicity comes late, below 1 where it comes early.
    """

    power: float = 1.0

    def __post_init__(self) -> None:
        """Check the power.

        Raises
        ------
        InputError
            If it is not positive.
        """
        if not self.power > 0:
            raise InputError("power", self.power, "a positive number")

    def of(self, seen: Snapshot) -> Floats:
        """As `FollowUpWeight.of`."""
        return np.where(seen.toxic, 1.0, seen.share**self.power)


@dataclass(frozen=True)
class AdaptiveWeight(FollowUpWeight):
    """Estimated distribution of the time to toxicity, linear between the times seen so far."""

    def of(self, seen: Snapshot) -> Floats:
        """As `FollowUpWeight.of`."""
        times = np.sort(np.where(seen.toxic, seen.share, np.inf), axis=1)
        count = seen.toxic.sum(axis=1)
        out = np.empty(seen.share.shape)
        for row, (z, share) in enumerate(zip(count, seen.share, strict=True)):
            knots = np.concatenate([[0.0], times[row, :z], [1.0]])
            out[row] = np.interp(share, knots, np.arange(z + 2) / (z + 1))
        return np.where(seen.toxic, 1.0, out)
