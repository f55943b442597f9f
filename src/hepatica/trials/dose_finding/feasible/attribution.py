"""Level to which a patient counts, from the level assigned and the dose delivered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import NONE, Floats, Ints

_EDGE = 1e-9


def level_below(doses: Floats, dose: Floats) -> Ints:
    """Highest level whose dose was reached, -1 where none was."""
    return np.asarray(np.searchsorted(doses, dose * (1 + _EDGE), side="right") - 1)


class Attribution(ABC):
    """Rule of counting."""

    @abstractmethod
    def level(self, doses: Floats, assigned: Ints, dose: Floats) -> Ints:
        """Level that a patient counts to, -1 where to none.

        Parameters
        ----------
        doses : array of float, (levels,)
            Doses of the levels.
        assigned : array of int
            Levels assigned.
        dose : array of float
            Doses delivered, of the same shape.
        """


@dataclass(frozen=True)
class AsAssigned(Attribution):
    """The level assigned, whatever was delivered: the naive rule."""

    def level(self, doses: Floats, assigned: Ints, dose: Floats) -> Ints:
        """The level assigned."""
        return np.broadcast_to(assigned, np.shape(dose)).copy()


@dataclass(frozen=True)
class NearestDelivered(Attribution):
    """The level nearest to the dose delivered, on the scale of log dose."""

    def level(self, doses: Floats, assigned: Ints, dose: Floats) -> Ints:
        """The nearest level; the lowest for less."""
        borders = (np.log(doses[1:]) + np.log(doses[:-1])) / 2
        return np.asarray(np.searchsorted(borders, np.log(dose) + _EDGE))


@dataclass(frozen=True)
class ReachedDelivered(Attribution):
    """The highest level that the dose delivered reached.

    Toxicity counts to a level that was reached and so to a lower dose than was given: cautious. Less than the lowest
    level counts to none, unless with toxicity, which counts to the lowest (`feasible.rules`).
    """

    def level(self, doses: Floats, assigned: Ints, dose: Floats) -> Ints:
        """The level reached."""
        return level_below(doses, dose)


@dataclass(frozen=True)
class Evaluable(Attribution):
    """The level assigned for those who got enough of it; the others do not count (per protocol).

    Parameters
    ----------
    share : float
        Least share of the assigned dose.
    """

    share: float = 0.8

    def __post_init__(self) -> None:
        """Check the share.

        Raises
        ------
        InputError
            If it is not above 0 and at most 1.
        """
        if not 0 < self.share <= 1:
            raise InputError("share", self.share, "above 0, at most 1")

    def level(self, doses: Floats, assigned: Ints, dose: Floats) -> Ints:
        """The level assigned, or none."""
        enough = dose >= self.share * doses[assigned] * (1 - _EDGE)
        return np.asarray(np.where(enough, assigned, NONE))


ATTRIBUTIONS = (AsAssigned(), NearestDelivered(), ReachedDelivered(), Evaluable())
