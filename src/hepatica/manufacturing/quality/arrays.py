"""Checked arrays of quality data: finite numbers, enough of them, and probabilities inside their bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError

Floats = NDArray[np.float64]
MAX_VALUES = 5_000_000


def finite(values: ArrayLike, name: str, *, least: int = 1) -> Floats:
    """Finite numbers as an array (n,), at least so many.

    Raises
    ------
    InputError
        If a value is no finite number, there are too few or too many, or the array has more than one dimension.

    Examples
    --------
    >>> finite([1, 2], "viability").tolist()
    [1.0, 2.0]
    """
    try:
        x = np.asarray(values, float)
    except (TypeError, ValueError) as error:
        raise InputError(name, "text or rows of unequal length", "numbers alone") from error
    if x.ndim != 1:
        raise InputError(name, f"an array of {x.ndim} dimensions", "a list of numbers")
    if not least <= x.size <= MAX_VALUES:
        raise InputError(name, f"{x.size} values", f"at least {least} and at most {MAX_VALUES:,}")
    if not np.isfinite(x).all():
        raise InputError(
            name, f"value {int(np.flatnonzero(~np.isfinite(x))[0]) + 1} not finite", "finite numbers alone"
        )
    return x


def probability(value: float, name: str) -> float:
    """Number strictly between 0 and 1.

    Raises
    ------
    InputError
        If it is not.
    """
    if not 0.0 < value < 1.0:
        raise InputError(name, value, "a number between 0 and 1, neither of them")
    return float(value)


def positive(value: float, name: str) -> float:
    """Finite number above zero.

    Raises
    ------
    InputError
        If it is not.
    """
    if not 0.0 < value < np.inf:
        raise InputError(name, value, "a finite number above 0")
    return float(value)


def whole(value: float, name: str, *, least: int = 1) -> int:
    """Whole number, at least so large.

    Raises
    ------
    InputError
        If it is not.
    """
    if value != int(value) or value < least:
        raise InputError(name, value, f"a whole number of at least {least}")
    return int(value)


def ordered_limits(lower: float | None, upper: float | None, name: str = "specification") -> tuple[float, float]:
    """Lower and upper limit, infinite where there is none.

    Raises
    ------
    InputError
        If there is neither, or the lower is not below the upper.

    Examples
    --------
    >>> ordered_limits(70, None)
    (70.0, inf)
    """
    low = -np.inf if lower is None else float(lower)
    high = np.inf if upper is None else float(upper)
    if np.isnan(low) or np.isnan(high) or not low < high or (np.isinf(low) and np.isinf(high)):
        raise InputError(name, f"{lower} to {upper}", "at least one limit, and the lower below the upper")
    return low, high
