"""Quality of life: health-state utilities of liver disease and quality-adjusted life days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Utilities:
    """Utility of a day, 0 dead to 1 full health.

    A day of a patient with the native liver is worth the utility of the Child-Pugh class times that of the
    encephalopathy grade relative to grade 0. The classes hold some encephalopathy of their own, so the
    product is a cautious (low) value for grades above 0.

    Attributes
    ----------
    child_a, child_b, child_c : float
        SF-6D from SF-36, 562 Australian outpatients (McPhail2021, abstract).
    encephalopathy : tuple of float
        Conn grades 0-4, time trade-off by 200 members of the British public (Guest2014, abstract).
    transplanted : float
        After liver transplantation (Northup2009, Table 3; range 0.63-0.87).
    cites : tuple of str
        Bibliography keys of this set.

    Raises
    ------
    InputError
        If a utility lies outside 0-1 or there are not five grades.

    Examples
    --------
    >>> Utilities().of([5, 8, 12], [0, 0, 2]).round(3).tolist()
    [0.68, 0.63, 0.508]
    """

    child_a: float = 0.68
    child_b: float = 0.63
    child_c: float = 0.59
    encephalopathy: tuple[float, ...] = (0.962, 0.912, 0.828, 0.691, 0.429)
    transplanted: float = 0.80
    cites: tuple[str, ...] = ("McPhail2021", "Guest2014", "Northup2009")

    def __post_init__(self) -> None:
        """Refuse utilities outside 0 to 1."""
        if len(self.encephalopathy) != 5:
            raise InputError("encephalopathy", self.encephalopathy, "five utilities, Conn grades 0-4")
        for name in ("child_a", "child_b", "child_c", "encephalopathy", "transplanted"):
            value = np.asarray(getattr(self, name))
            if not np.all((value >= 0) & (value <= 1)):
                raise InputError(name, getattr(self, name), "utilities between 0 and 1")

    def of(
        self,
        child_points: ArrayLike,
        encephalopathy: ArrayLike,
        *,
        dead: ArrayLike = False,
        transplanted: ArrayLike = False,
    ) -> Array:
        """Utility of a day.

        Parameters
        ----------
        child_points : array_like
            Child-Pugh points, 5-15.
        encephalopathy : array_like
            West-Haven (Conn) grade 0-4; between two grades the lower one.
        dead, transplanted : array_like of bool
            The dead have 0, the transplanted `self.transplanted`.

        Returns
        -------
        ndarray
            NaN where points or grade are NaN, unless dead or transplanted.
        """
        points = np.asarray(child_points, dtype=np.float64)
        grade = np.asarray(encephalopathy, dtype=np.float64)
        if np.any((grade < 0) | (grade > 4)):
            raise InputError("encephalopathy", encephalopathy, "West-Haven grades 0-4")
        by_class = np.select(
            [points < 7, points < 10, points >= 10], [self.child_a, self.child_b, self.child_c], np.nan
        )
        by_grade = np.asarray(self.encephalopathy) / self.encephalopathy[0]
        of_grade = np.where(np.isnan(grade), np.nan, by_grade[np.nan_to_num(grade).astype(int)])
        alive = np.where(np.asarray(transplanted, dtype=bool), self.transplanted, by_class * of_grade)
        return np.where(np.asarray(dead, dtype=bool), 0.0, alive)


# Two other published sets for the classes: medians of 305 American patients (Foster2020, abstract).
_FOSTER = ("Foster2020", "Guest2014", "Northup2009")
STANDARD_GAMBLE = Utilities(0.85, 0.78, 0.78, (0.915, 0.837, 0.683, 0.489, 0.215), cites=_FOSTER)
VISUAL_ANALOGUE = Utilities(0.70, 0.61, 0.55, cites=_FOSTER)


def quality_adjusted_life_days(survival: ArrayLike, utility: ArrayLike, times: ArrayLike) -> Array:
    """Days alive, each weighted by its utility: the area under survival x utility, by trapezoids.

    Parameters
    ----------
    survival, utility : (..., time)
        Probability of being alive, and utility if alive.
    times : (time,) days
        Increasing.

    Examples
    --------
    >>> round(float(quality_adjusted_life_days([1, 1, 1], [0.6, 0.6, 0.6], [0, 30, 90])), 6)
    54.0
    """
    return np.asarray(np.trapezoid(np.multiply(survival, utility), np.asarray(times, dtype=np.float64), axis=-1))
