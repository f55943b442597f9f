"""Constants of control charts, d2, d3 and c4, exact for any size of group (Tippett 1925, Biometrika 17:364)."""

from __future__ import annotations

import functools

import numpy as np
from scipy.special import gammaln, ndtr
from scipy.stats import norm

from hepatica.errors import InputError

LARGEST_GROUP = 1_000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(160)


def _check(size: int) -> int:
    if size != int(size) or not 2 <= size <= LARGEST_GROUP:
        raise InputError("group size", size, f"a whole number from 2 to {LARGEST_GROUP}")
    return int(size)


@functools.cache
def mean_range(size: int) -> float:
    """d2, the expected range of standard normal numbers.

    Parameters
    ----------
    size : int
        Numbers in a group.

    Raises
    ------
    InputError
        If it is below 2 or not whole.

    Examples
    --------
    >>> round(mean_range(5), 6), round(mean_range(2), 6)
    (2.325929, 1.128379)
    """
    n = _check(size)
    x, weight = 9.0 * _NODES, 9.0 * _WEIGHTS
    return float(weight @ (1.0 - ndtr(x) ** n - ndtr(-x) ** n))


@functools.cache
def sd_range(size: int) -> float:
    """d3, the standard deviation of the range of standard normal numbers.

    Examples
    --------
    >>> round(sd_range(5), 4), round(sd_range(2), 4)
    (0.8641, 0.8525)
    """
    n = _check(size)
    width, weight = 8.5 * (_NODES + 1.0), 8.5 * _WEIGHTS  # ranges from 0 to 17
    low, at = 9.0 * _NODES[:, None] - 0.5 * width, 9.0 * _WEIGHTS
    density = n * (n - 1) * norm.pdf(low) * norm.pdf(low + width) * (ndtr(low + width) - ndtr(low)) ** (n - 2)
    second = float((at @ density * width**2) @ weight)
    return float(np.sqrt(second - mean_range(n) ** 2))


@functools.cache
def mean_sd(size: int) -> float:
    """c4, the expected sample standard deviation of standard normal numbers.

    Examples
    --------
    >>> round(mean_sd(5), 6)
    0.939986
    """
    n = _check(size)
    return float(np.sqrt(2.0 / (n - 1)) * np.exp(gammaln(n / 2) - gammaln((n - 1) / 2)))
