"""Equivalence by two one-sided tests (Schuirmann 1987, J Pharmacokinet Biopharm 15:657): comparability after a change.

One sample, pairs, two samples of equal variance, and Welch; from values or from their summary. Power by integration
over the standard deviation, so that few lots are shown for what they are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, positive, probability, whole
from hepatica.manufacturing.quality.equivalence_power import power


class Equivalence(NamedTuple):
    """Two one-sided tests of a difference.

    Attributes
    ----------
    difference, se, df : float
    bounds : tuple of float
        Margin in the unit of the difference.
    t : tuple of float
        Against the lower and the upper bound.
    p : tuple of float
    is_equivalent : bool
        Both below alpha.
    interval : tuple of float
        Of 1 - 2 alpha: equivalent where it lies inside the bounds.
    wide_interval : tuple of float
        Of 1 - alpha, two-sided.
    alpha : float
    n : tuple of int
        Lots in each sample.
    smallest_margin : float
        Half-width of the narrowest symmetrical margin that these lots would show equivalence in.
    power_if_equal : float
        Chance that as many lots with this standard deviation show equivalence if nothing has changed.
    """

    difference: float
    se: float
    df: float
    bounds: tuple[float, float]
    t: tuple[float, float]
    p: tuple[float, float]
    is_equivalent: bool
    interval: tuple[float, float]
    wide_interval: tuple[float, float]
    alpha: float
    n: tuple[int, ...]
    smallest_margin: float
    power_if_equal: float


def equivalence_test(
    difference: float,
    se: float,
    df: float,
    bounds: tuple[float, float],
    *,
    alpha: float = 0.05,
    n: tuple[int, ...] = (),
) -> Equivalence:
    """Two one-sided tests of a difference with its standard error; the kernel of all the others.

    Raises
    ------
    InputError
        If the lower bound is not below the upper, or the standard error is not positive.

    Examples
    --------
    >>> equivalence_test(0.1, 0.2, 20.0, (-1.0, 1.0)).is_equivalent
    True
    """
    low, high = float(bounds[0]), float(bounds[1])
    if not (np.isfinite([difference, low, high]).all() and low < high):
        raise InputError("margin", bounds, "a finite lower bound below a finite upper one")
    error = positive(se, "standard error")
    probability(2.0 * alpha, "twice alpha")
    t = ((difference - low) / error, (difference - high) / error)
    p = float(student.sf(t[0], df)), float(student.cdf(t[1], df))
    half, wide = (float(student.isf(q, df)) * error for q in (alpha, 0.5 * alpha))
    return Equivalence(
        float(difference), error, float(df), (low, high), (float(t[0]), float(t[1])), p,
        max(p) < alpha,
        (difference - half, difference + half),
        (difference - wide, difference + wide),
        alpha, n,
        abs(difference) + half,
        power(error, df, (low, high), difference=0.0, alpha=alpha),
    )  # fmt: skip


class Summary(NamedTuple):
    """Mean, standard deviation and number of lots of one sample."""

    mean: float
    sd: float
    n: int

    @classmethod
    def of(cls, values: ArrayLike, name: str = "values") -> Summary:
        """Summary of values (n,).

        Raises
        ------
        InputError
            If there are fewer than two.
        """
        x = finite(values, name, least=2)
        return cls(float(x.mean()), float(x.std(ddof=1)), x.size)


def _bounds(bounds: tuple[float, float], unit: float, standardised: bool) -> tuple[float, float]:
    return (bounds[0] * unit, bounds[1] * unit) if standardised else bounds


def one_sample(
    sample: Summary,
    bounds: tuple[float, float],
    *,
    reference: float = 0.0,
    alpha: float = 0.05,
    standardised: bool = False,
) -> Equivalence:
    """Equivalence of one mean with a reference; bounds about the difference, in standard deviations if standardised.

    The interval is of the mean less the reference.

    Examples
    --------
    >>> found = one_sample(Summary(0.54, 1.2, 100), (-0.3, 0.3), reference=0.5, standardised=True)
    >>> round(found.t[0], 4)
    3.3333
    """
    whole(sample.n, "lots", least=2)
    se = sample.sd / np.sqrt(sample.n)
    margin = _bounds(bounds, sample.sd, standardised)
    return equivalence_test(sample.mean - reference, se, sample.n - 1.0, margin, alpha=alpha, n=(sample.n,))


def two_samples(
    before: Summary,
    after: Summary,
    bounds: tuple[float, float],
    *,
    equal_variance: bool = False,
    alpha: float = 0.05,
    standardised: bool = False,
) -> Equivalence:
    """Equivalence of two means, Welch unless variances are stated equal; difference is the first less the second.

    Standardised bounds are in units of the pooled standard deviation (equal variances), or of the root of the mean of
    the two variances (Welch).

    Examples
    --------
    >>> found = two_samples(Summary(5.25, 0.95, 95), Summary(5.22, 0.83, 89), (-0.384, 0.384))
    >>> round(found.df, 4), round(found.p[1], 6)
    (181.1344, 0.003839)
    """
    for name, sample in (("lots before", before), ("lots after", after)):
        whole(sample.n, name, least=2)
    a, b = before.sd**2 / before.n, after.sd**2 / after.n
    if equal_variance:
        df = before.n + after.n - 2.0
        pooled = ((before.n - 1) * before.sd**2 + (after.n - 1) * after.sd**2) / df
        se, unit = np.sqrt(pooled * (1 / before.n + 1 / after.n)), np.sqrt(pooled)
    else:
        positive(a + b, "variance")
        df = (a + b) ** 2 / (a**2 / (before.n - 1) + b**2 / (after.n - 1))
        se, unit = np.sqrt(a + b), np.sqrt(0.5 * (before.sd**2 + after.sd**2))
    margin = _bounds(bounds, float(unit), standardised)
    return equivalence_test(before.mean - after.mean, float(se), df, margin, alpha=alpha, n=(before.n, after.n))


def paired(
    before: Summary,
    after: Summary,
    correlation: float,
    bounds: tuple[float, float],
    *,
    alpha: float = 0.05,
    standardised: bool = False,
) -> Equivalence:
    """Equivalence of pairs, such as split lots, from summaries; standardised bounds in SD of the differences.

    Raises
    ------
    InputError
        If the numbers differ, or the correlation is not inside (-1, 1).

    Examples
    --------
    >>> found = paired(Summary(5.83, 1.17, 65), Summary(5.75, 1.29, 65), 0.75, (-0.4, 0.4), standardised=True)
    >>> round(found.bounds[1], 6)
    0.350782
    """
    if before.n != after.n or not -1.0 < correlation < 1.0:
        raise InputError(
            "pairs", (before.n, after.n, correlation), "as many after as before, correlation inside (-1, 1)"
        )
    sd = np.sqrt(before.sd**2 + after.sd**2 - 2.0 * correlation * before.sd * after.sd)
    return one_sample(
        Summary(before.mean - after.mean, float(sd), before.n), bounds, alpha=alpha, standardised=standardised
    )


def paired_values(
    before: ArrayLike, after: ArrayLike, bounds: tuple[float, float], *, alpha: float = 0.05, standardised: bool = False
) -> Equivalence:
    """Equivalence of pairs from their values, (n,) each.

    Raises
    ------
    InputError
        If there are not as many after as before.

    Examples
    --------
    >>> paired_values([1.0, 2.0, 3.0], [1.1, 1.9, 3.1], (-1.0, 1.0)).is_equivalent
    True
    """
    x, y = finite(before, "before", least=2), finite(after, "after", least=2)
    if x.size != y.size:
        raise InputError("pairs", (x.size, y.size), "as many values after as before")
    return one_sample(Summary.of(x - y, "differences"), bounds, alpha=alpha, standardised=standardised)


def rank_equivalence(before: ArrayLike, after: ArrayLike, bounds: tuple[float, float]) -> tuple[float, float]:
    """One-sided p-values of the Wilcoxon rank-sum test against each bound: no normal distribution assumed.

    Normal approximation with ties and continuity corrected.

    Examples
    --------
    >>> low, high = rank_equivalence(range(20), range(20), (-9.5, 9.5))
    >>> low < 0.05 and high < 0.05
    True
    """
    x, y = finite(before, "before", least=2), finite(after, "after", least=2)
    if not bounds[0] < bounds[1]:
        raise InputError("margin", bounds, "a lower bound below the upper one")
    return _rank_sum(x - bounds[0], y, 1.0), _rank_sum(x - bounds[1], y, -1.0)


def _rank_sum(x: Floats, y: Floats, sign: float) -> float:
    ranks = rankdata(np.round(np.concatenate([x, y]), 12))
    m, n = x.size, y.size
    statistic = ranks[:m].sum() - m * (m + 1) / 2.0
    ties = np.unique(ranks, return_counts=True)[1].astype(float)
    total = m + n
    variance = m * n / 12.0 * ((total + 1.0) - (ties**3 - ties).sum() / (total * (total - 1.0)))
    return float(
        norm.sf(sign * (statistic - m * n / 2.0 - sign * 0.5) / np.sqrt(positive(variance, "variance of ranks")))
    )
