"""Multivariate normal and t probabilities of a rectangle, for any correlation, singular ones too.

Separation of variables (Genz 1992, J Comput Graph Stat 1:141; Genz and Bretz 2009, Computation of Multivariate Normal
and t Probabilities, sections 4.2 and 5.1) on a pivoted Cholesky factor; rows of a singular correlation narrow the
limits of the last variable that they depend on (Genz and Kwong 2000, J Stat Comput Simul 68:1). Singular and nearly
singular correlations, which make that integrand jump, are integrated along rays instead (Deak 1980, Numer Math
35:369). The points are Richtmyer's lattice with fixed shifts: the same call gives the same number, and the result is
smooth in the limits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammainc, gammaincinv, ndtr, ndtri, stdtrit

from hepatica.errors import InputError

Floats = NDArray[np.float64]
SHIFTS = 8
POINTS = 4096
"""Points of each shifted lattice."""
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101)
_RANK_TOLERANCE = 1e-9
NEARLY_SINGULAR = 0.02
"""Smallest eigenvalue above zero of a correlation, below which rays are used."""


class Probability(NamedTuple):
    """Probability, and its standard error over the shifts of the lattice."""

    value: float
    error: float


def pivoted_cholesky(correlation: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Factor (m, rank) of a positive semidefinite matrix, in pivot order, and that order.

    Raises
    ------
    InputError
        If the matrix is not symmetric and positive semidefinite.
    """
    m = len(correlation)
    if correlation.shape != (m, m) or not np.allclose(correlation, correlation.T, atol=1e-9):
        raise InputError("correlation", correlation.shape, "give a symmetric matrix")
    left, order, factor = correlation.astype(float).copy(), np.arange(m), np.zeros((m, m))
    for k in range(m):
        pivot = k + int(np.argmax(np.diag(left)[k:]))
        if left[pivot, pivot] < -1e-7 or (left[pivot, pivot] < _RANK_TOLERANCE and np.abs(left[k:, k:]).max() > 1e-6):
            raise InputError("correlation", correlation.tolist(), "give a positive semidefinite matrix")
        if left[pivot, pivot] < _RANK_TOLERANCE:
            return factor[:, :k], order
        for array in (left, factor, order):
            array[[k, pivot]] = array[[pivot, k]]
        left[:, [k, pivot]] = left[:, [pivot, k]]
        factor[k, k] = np.sqrt(left[k, k])
        factor[k + 1 :, k] = left[k + 1 :, k] / factor[k, k]
        left[k + 1 :, k + 1 :] -= np.outer(factor[k + 1 :, k], factor[k + 1 :, k])
    return factor, order


@lru_cache(maxsize=32)
def lattice(dimensions: int) -> Floats:
    """Points (shifts, points, dimensions) of Richtmyer's lattice in (0, 1), periodised by the tent."""
    if dimensions > len(_PRIMES):
        raise InputError("dimensions", dimensions, f"at most {len(_PRIMES)} statistics can be independent")
    steps = np.sqrt(np.array(_PRIMES[:dimensions], float))
    shifts = np.random.Generator(np.random.Philox(20261129)).random((SHIFTS, 1, dimensions))
    points = (np.arange(1, POINTS + 1)[:, None] * steps + shifts) % 1.0
    uniforms = np.clip(np.abs(2 * points - 1), 1e-15, 1 - 1e-15)
    uniforms.flags.writeable = False  # shared by all calls
    return np.asarray(uniforms)


@lru_cache(maxsize=32)
def _scales(dimensions: int, df: float) -> Floats:
    """sqrt(chi2_df / df) at the last coordinate of the lattice."""
    radius = np.asarray(np.sqrt(2 * gammaincinv(df / 2, lattice(dimensions)[..., -1:]) / df))
    radius.flags.writeable = False
    return radius


def _limits(rows: Floats, low: Floats, high: Floats, column: int, known: list[Floats]) -> tuple[Floats, Floats]:
    """Tightest limits of one variable, from all rows that end with it, given the earlier variables."""
    least, most = np.array(-np.inf), np.array(np.inf)
    for row, a, b in zip(rows, np.moveaxis(low, -1, 0), np.moveaxis(high, -1, 0), strict=True):
        mean = sum((row[j] * known[j] for j in range(column)), np.array(0.0))
        ends = (a - mean) / row[column], (b - mean) / row[column]
        least = np.maximum(least, np.minimum(*ends))
        most = np.minimum(most, np.maximum(*ends))
    return least, most


def rectangle_probability(
    low: ArrayLike, high: ArrayLike, correlation: ArrayLike, *, df: float = np.inf, shift: ArrayLike = 0.0
) -> Probability:
    """Probability that a multivariate normal or t vector lies in a rectangle.

    Parameters
    ----------
    low, high : (m,)
        Limits, infinite where there is none.
    correlation : (m, m)
        Positive semidefinite, ones on the diagonal.
    df : float
        Degrees of freedom; infinite for normal.
    shift : (m,)
        Noncentrality: T = (Z + shift) / sqrt(chi2_df / df).

    Returns
    -------
    Probability

    Raises
    ------
    InputError
        If shapes differ or the correlation is none.

    Examples
    --------
    >>> corr = [[1, 0.5], [0.5, 1]]
    >>> round(rectangle_probability([-np.inf, -np.inf], [0, 0], corr).value, 4)
    0.3333
    """
    matrix = np.atleast_2d(np.asarray(correlation, float))
    m = len(matrix)
    a, b, delta = (np.broadcast_to(np.asarray(v, float), (m,)) for v in (low, high, shift))
    if not np.allclose(np.diag(matrix), 1.0) or not df > 0:
        raise InputError(
            "correlation", matrix.tolist(), "give ones on the diagonal, and more than 0 degrees of freedom"
        )
    if (a >= b).any():
        return Probability(0.0, 0.0)
    factor, order = pivoted_cholesky(matrix)
    rank = factor.shape[1]
    values = np.linalg.eigvalsh(matrix)[m - rank :]
    radial = rank > 1 and values[0] < NEARLY_SINGULAR
    points = lattice((rank if radial else rank - 1) + int(np.isfinite(df)))
    scale = _scales(points.shape[-1], float(df)) if np.isfinite(df) else np.ones((1, 1, 1))
    kernel = _radial if radial else _separated
    means = kernel(factor, a[order] * scale - delta[order], b[order] * scale - delta[order], points).mean(axis=1)
    return Probability(float(means.mean()), float(means.std(ddof=1) / np.sqrt(SHIFTS)))


def _separated(factor: Floats, low: Floats, high: Floats, points: Floats) -> Floats:
    """Probabilities (shifts, points) by separation of variables."""
    rank = factor.shape[1]
    last = np.array([np.flatnonzero(np.abs(row) > 1e-8)[-1] for row in factor])
    value = np.ones(points.shape[:2])
    known: list[Floats] = []
    for column in range(rank):
        ends = last == column
        least, most = _limits(factor[ends], low[..., ends], high[..., ends], column, known)
        flip = least > 0  # tails are accurate below the mean
        least, most = np.where(flip, -most, least), np.where(flip, -least, most)
        start, stop = ndtr(least), ndtr(most)
        width = np.maximum(stop - start, 0.0)
        value = value * width
        if column + 1 < rank:
            y = ndtri(np.clip(start + points[..., column] * width, 1e-300, 1 - 1e-16))
            known.append(np.where(flip, -y, y))
    return value


def _radial(factor: Floats, low: Floats, high: Floats, points: Floats) -> Floats:
    """Probabilities (shifts, points) along rays in both directions: the radius has a chi distribution."""
    rank = factor.shape[1]
    y = ndtri(points[..., :rank])
    along = (y / np.linalg.norm(y, axis=-1, keepdims=True)) @ factor.T
    along = np.where(np.abs(along) < 1e-300, 1e-300, along)
    ends = low / along, high / along
    least, most = np.minimum(*ends).max(axis=-1), np.maximum(*ends).min(axis=-1)

    def signed(radius: Floats) -> Floats:  # negative radii are those of the opposite direction
        return np.asarray(np.sign(radius) * gammainc(rank / 2, np.minimum(np.abs(radius), 1e3) ** 2 / 2))

    return np.where(most > least, (signed(most) - signed(least)) / 2, 0.0)


def equicoordinate_quantile(
    level: float, correlation: ArrayLike, *, df: float = np.inf, two_sided: bool = False
) -> float:
    """Value that the largest statistic (largest in absolute value if two-sided) exceeds with probability 1 - level.

    Parameters
    ----------
    level : float
        Probability that the largest statistic stays below the value.
    correlation : (m, m)
        Positive semidefinite, ones on the diagonal.
    df : float
        Degrees of freedom; infinite for normal.
    two_sided : bool
        True for the largest absolute value.

    Examples
    --------
    >>> round(equicoordinate_quantile(0.95, [[1.0]]), 4)
    1.6449
    """
    if not 0 < level < 1:
        raise InputError("level", level, "give a probability between 0 and 1")

    def excess(c: float) -> float:
        return rectangle_probability(-c if two_sided else -np.inf, c, correlation, df=df).value - level

    # between the quantiles of one statistic and of Bonferroni
    sides, m = (2 if two_sided else 1), len(np.atleast_2d(np.asarray(correlation, float)))
    low, high = (float(-stdtrit(df, (1 - level) / (sides * k))) for k in (1, m))
    if m == 1 or excess(low) >= 0:
        return low
    while excess(high) < 0:
        high += 0.1
    return float(brentq(excess, low, high, xtol=1e-8))
