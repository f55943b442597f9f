"""Endpoints of a hierarchy of pairwise comparisons: time to an event, and measured outcomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history

Array = NDArray[np.float64]
Signs = NDArray[np.int8]


class Endpoint(ABC):
    """One endpoint of a hierarchy: it compares treated patients with controls."""

    @abstractmethod
    def compare(self, treated: NDArray[np.intp], control: NDArray[np.intp]) -> Signs:
        """Result for the treated patient of each pair: 1 win, -1 loss, 0 tied or not comparable, (treated, control).

        Parameters
        ----------
        treated, control : (n,) of int
            Positions of the patients.
        """

    @property
    @abstractmethod
    def patients(self) -> int:
        """Number of patients."""


@dataclass(frozen=True)
class Survival(Endpoint):
    """Time to an event; the later event wins, and a pair counts only if the earlier time is that of an event.

    Attributes
    ----------
    time : (patient,)
    event : (patient,) of bool
    margin : float
        Difference of times that must be exceeded.
    horizon : float
        Follow-up is cut here for all.
    earlier_wins : bool
        For an event that is wanted, such as recovery.
    """

    time: Array
    event: NDArray[np.bool_]
    margin: float = 0.0
    horizon: float = np.inf
    earlier_wins: bool = False

    def __post_init__(self) -> None:
        """Verify the histories."""
        time, event = checked_history(self.time, self.event)
        if not self.margin >= 0:
            raise InputError("margin", self.margin, "a difference >= 0")
        object.__setattr__(self, "time", np.minimum(time, self.horizon))
        object.__setattr__(self, "event", (event > 0) & (time <= self.horizon))

    @property
    def patients(self) -> int:
        """Number of patients."""
        return int(self.time.size)

    def compare(self, treated: NDArray[np.intp], control: NDArray[np.intp]) -> Signs:
        """Result for the treated patient of each pair, (treated, control).

        Parameters
        ----------
        treated, control : (n,) of int
            Positions of the patients.
        """
        ahead = self.time[treated][:, None] - self.time[control][None]
        win = (ahead > self.margin) & self.event[control][None]
        loss = (ahead < -self.margin) & self.event[treated][:, None]
        sign = win.astype(np.int8) - loss.astype(np.int8)
        return -sign if self.earlier_wins else sign


@dataclass(frozen=True)
class Measured(Endpoint):
    """Continuous, ordinal or binary outcome; missing values (NaN) are not comparable.

    Attributes
    ----------
    value : (patient,)
    margin : float
        Difference that must be exceeded.
    lower_wins : bool
        For an outcome of which less is better.
    """

    value: Array
    margin: float = 0.0
    lower_wins: bool = False

    def __post_init__(self) -> None:
        """Verify the values."""
        value = np.asarray(self.value, dtype=np.float64)
        if value.ndim != 1 or not self.margin >= 0:
            raise InputError("value, margin", (value.shape, self.margin), "one value for each patient, a margin >= 0")
        object.__setattr__(self, "value", value)

    @property
    def patients(self) -> int:
        """Number of patients."""
        return int(self.value.size)

    def compare(self, treated: NDArray[np.intp], control: NDArray[np.intp]) -> Signs:
        """Result for the treated patient of each pair, (treated, control).

        Parameters
        ----------
        treated, control : (n,) of int
            Positions of the patients.
        """
        ahead = self.value[treated][:, None] - self.value[control][None]
        sign = (ahead > self.margin).astype(np.int8) - (ahead < -self.margin).astype(np.int8)
        return -sign if self.lower_wins else sign
