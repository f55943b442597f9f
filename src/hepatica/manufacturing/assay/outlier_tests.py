"""Grubbs', Dixon's and generalised extreme Studentised deviate tests of outliers in a normal sample.

An outlier is named and kept. Grubbs' test is of one value, Dixon's of one end of a small sample; the generalised
extreme Studentised deviate (ESD) test finds several that hide one another.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, ndtr, stdtr, stdtrit

from hepatica.errors import InputError

Floats = NDArray[np.float64]
DIXON_MOST = 30
NODES = 80  # of each Gauss-Legendre rule; tails agree with those of three times as many to 1e-8
REACH = 8.0  # standard deviations either way that the integrals span
NODE, WEIGHT = np.polynomial.legendre.leggauss(NODES)


class OutlierTest(NamedTuple):
    """Test of the most extreme value of a sample.

    Attributes
    ----------
    place : int
        Of the value in the sample, from 0.
    statistic, critical, p : float
        Two-sided: either end might have been the extreme one.
    """

    place: int
    statistic: float
    critical: float
    p: float


class DeviateTest(NamedTuple):
    """Generalised extreme Studentised deviate test.

    Attributes
    ----------
    places : tuple of int
        Outliers, the most extreme first.
    candidates : ndarray of int
        (most,), values in the order of their removal.
    statistics, critical, p : ndarray
        (most,), of each step. The outliers are the candidates up to the last step whose statistic exceeds its critical
        value, though an earlier one may not: outliers hide one another.
    """

    places: tuple[int, ...]
    candidates: NDArray[np.int64]
    statistics: Floats
    critical: Floats
    p: Floats


def _sample(values: ArrayLike, least: int, most: float = np.inf) -> Floats:
    x = np.asarray(values, float).ravel()
    if not least <= x.size <= most or not np.isfinite(x).all():
        upper = f" to {most:g}" if np.isfinite(most) else ""
        raise InputError("values", f"{x.size} values", f"{least}{upper} finite values" if upper else f"{least} or more")
    return x


def deviate_p(statistic: Floats, n: Floats | float, df: Floats | float) -> Floats:
    """Bonferroni p value, two-sided, of a largest deviate over its standard error, from n residuals with error on df.

    The statistic is internally Studentised (its own value is in the error), so that its square is at most df.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = np.square(statistic)
        t = np.sqrt(squared * (np.asarray(df) - 1) / np.maximum(df - squared, 0.0))
    return np.asarray(np.minimum(2 * n * stdtr(np.asarray(df, float) - 1, -t), 1.0), float)


def _critical(alpha: float, n: Floats | float) -> Floats:
    """Critical value of the largest deviation over the standard deviation, two-sided (Grubbs 1969, Rosner 1983)."""
    t = stdtrit(np.asarray(n, float) - 2, 1 - alpha / (2 * np.asarray(n, float)))
    return np.asarray((n - 1) * t / np.sqrt((n - 2 + t**2) * n), float)


def grubbs(values: ArrayLike, *, alpha: float = 0.05) -> OutlierTest:
    """Grubbs' test of the value farthest from the mean.

    Parameters
    ----------
    values : array_like
        (n,), three or more.
    alpha : float
        Significance, two-sided.

    Raises
    ------
    InputError
        If there are fewer than three values, or one is not finite.

    References
    ----------
    Grubbs FE, Technometrics 1969;11:1.

    Examples
    --------
    >>> found = grubbs([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57])
    >>> found.place, round(found.statistic, 4), round(found.critical, 4)
    (7, 2.4688, 2.1266)
    """
    x = _sample(values, 3)
    deviation = np.abs(x - x.mean())
    place, sd, n = int(np.argmax(deviation)), x.std(ddof=1), x.size
    critical = float(_critical(alpha, n))
    if sd <= 1e-12 * np.abs(x).max():
        return OutlierTest(place, 0.0, critical, 1.0)
    statistic = float(deviation[place] / sd)
    p = float(deviate_p(np.array(statistic * np.sqrt(n / (n - 1))), n, n - 1))
    return OutlierTest(place, statistic, critical, p)


def dixon(values: ArrayLike, *, alpha: float = 0.05) -> OutlierTest:
    """Dixon's test of the end of a sample with the larger gap ratio.

    The ratio is r10 for 3 to 7 values, r11 for 8 to 10, r21 for 11 to 13 and r22 for 14 to 30, as Dixon advises;
    critical values are computed, not read from a table.

    Parameters
    ----------
    values : array_like
        (n,), 3 to 30.
    alpha : float
        Significance, two-sided: each end is tested at half of it.

    Raises
    ------
    InputError
        If there are fewer than 3 or more than 30 values, or one is not finite.

    References
    ----------
    Dixon WJ, Biometrics 1953;9:74. McBane GC, J Stat Softw 2006;16(3).

    Examples
    --------
    >>> found = dixon([0.189, 0.167, 0.187, 0.183, 0.186, 0.182, 0.181, 0.184, 0.181, 0.177][:7])
    >>> found.place, round(found.statistic, 3), round(found.critical, 3)
    (1, 0.636, 0.569)
    """
    x = _sample(values, 3, DIXON_MOST)
    n, order = x.size, np.argsort(x, kind="stable")
    low, high = _ratio(x[order]), _ratio(-x[order][::-1])
    place, statistic = (int(order[0]), low) if low > high else (int(order[-1]), high)
    return OutlierTest(place, statistic, dixon_critical(n, alpha / 2), min(2 * dixon_tail(n, statistic), 1.0))


def _shape(n: int) -> tuple[int, int]:
    """Values between suspect and neighbour (j), and the value of the other end that closes the range (i)."""
    return (1, 1) if n <= 7 else (1, 2) if n <= 10 else (2, 2) if n <= 13 else (2, 3)


def _ratio(x: Floats) -> float:
    """Gap over range at the low end of rising values."""
    j, i = _shape(x.size)
    spread = x[x.size - i] - x[0]
    return float((x[j] - x[0]) / spread) if spread > 1e-12 * np.abs(x).max() else 0.0


@lru_cache(maxsize=4096)
def dixon_tail(n: int, ratio: float) -> float:
    """Chance that the ratio of one given end exceeds a value, for n normal values.

    The joint density of the suspect, its neighbour and the closing value is integrated over the neighbour in closed
    form, over the other two by Gauss-Legendre rules.

    Examples
    --------
    >>> round(dixon_tail(7, 0.507), 3)
    0.05
    """
    if ratio >= 1.0:
        return 0.0
    j, i = _shape(n)
    x, v = REACH * NODE[:, None], REACH * (NODE + 1)[None, :]
    closing, top, neighbour = ndtr(x - v), ndtr(x), ndtr(x - max(ratio, 0.0) * v)
    m, room, gap = n - j - i - 1, top - closing, np.maximum(neighbour - closing, 0.0)
    inner = gap ** (m + 1) / (m + 1)
    if j == 2:
        inner = room * inner - gap ** (m + 2) / (m + 2)
    logs = gammaln(n + 1) - gammaln(i) - gammaln(m + 1) - gammaln(j)
    density = np.exp(logs - 0.5 * (x**2 + (x - v) ** 2)) / (2 * np.pi) * closing ** (i - 1) * inner
    return float(min(REACH**2 * WEIGHT @ density @ WEIGHT, 1.0))


@lru_cache(maxsize=4096)
def dixon_critical(n: int, alpha: float) -> float:
    """Critical value of Dixon's ratio for n values, at one given end.

    Examples
    --------
    >>> [round(dixon_critical(n, 0.05), 3) for n in (3, 7, 10, 20)]
    [0.941, 0.507, 0.478, 0.45]
    """
    return float(brentq(lambda r: dixon_tail(n, float(r)) - alpha, 0.0, 1.0 - 1e-9, xtol=1e-8))


def extreme_deviates(values: ArrayLike, *, most: int | None = None, alpha: float = 0.05) -> DeviateTest:
    """Generalised extreme Studentised deviate test of several outliers.

    Parameters
    ----------
    values : array_like
        (n,), five or more; the approximation is good from 15.
    most : int, optional
        Largest number of outliers; a fifth of the values, at most ten, unless given.
    alpha : float
        Significance.

    Raises
    ------
    InputError
        If there are too few values, one is not finite, or fewer than three would be left.

    References
    ----------
    Rosner B, Technometrics 1983;25:165.

    Examples
    --------
    >>> extreme_deviates([1.0, 1.2, 0.9, 1.1, 1.05, 0.95, 1.15, 9.0, 8.8, 1.0, 1.02, 0.97], most=3).places
    (7, 8)
    """
    x = _sample(values, 5)
    most = min(max(x.size // 5, 1), 10) if most is None else most
    if not 1 <= most <= x.size - 3:
        raise InputError("most", most, f"1 to {x.size - 3} outliers of {x.size} values")
    places, statistics, p = sequential_deviates(x, np.ones((x.size, 1)), most)
    left = x.size - np.arange(most, dtype=float)
    scaled = statistics * np.sqrt((left - 1) / left)  # over the standard deviation, as Rosner writes it
    beyond = np.flatnonzero(p < alpha)
    count = int(beyond[-1]) + 1 if beyond.size else 0
    return DeviateTest(tuple(places[:count].tolist()), places, scaled, _critical(alpha, left), p)


def sequential_deviates(y: Floats, columns: Floats, most: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Largest Studentised residual of a linear model, removed and fitted again, `most` times.

    With one constant column it is Rosner's test.

    Parameters
    ----------
    y : ndarray
        (n,).
    columns : ndarray
        (n, any), of the model; they need not be independent.
    most : int
        Steps.

    Returns
    -------
    tuple of ndarray
        Each (steps,): places in y, internally Studentised residuals, Bonferroni p values. It ends early where fewer
        than two degrees of freedom are left, or nothing scatters.
    """
    kept = np.arange(len(y))
    places, statistics, p = [], [], []
    for _ in range(most):
        u, s, _vt = np.linalg.svd(columns[kept], full_matrices=False)
        basis = u[:, s > 1e-9 * s[0]]
        df = len(kept) - basis.shape[1]
        residual = y[kept] - basis @ (basis.T @ y[kept])
        ss, free = float(residual @ residual), 1 - np.sum(basis**2, axis=1)
        if df < 2 or ss <= 1e-24 * float(y[kept] @ y[kept]):
            break
        alone = free < 1e-9
        scaled = np.where(alone, 0.0, np.abs(residual) / np.sqrt(np.where(alone, 1.0, free) * ss / df))
        worst = int(np.argmax(scaled))
        places.append(int(kept[worst]))
        statistics.append(float(scaled[worst]))
        p.append(float(deviate_p(scaled[worst], int((~alone).sum()), df)))
        kept = np.delete(kept, worst)
    return np.array(places, np.int64), np.array(statistics), np.array(p)
