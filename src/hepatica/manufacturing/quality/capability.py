"""Process capability and performance: Cp, Cpk, Cpm within lots, Pp, Ppk overall, with confidence limits.

Limits: Cp by chi square, Cpk by Bissell (1990, Appl Stat 39:331), Cpm by Boyles (1991, J Qual Technol 23:17). Data
that are not normal: quantiles 0.135, 50 and 99.865 % of a stated distribution in the place of mean and three sigma.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, ordered_limits, positive, probability, whole
from hepatica.patients.streams import uniforms

Distribution = Literal["lognormal", "weibull", "gamma", "empirical"]
FEWEST_EMPIRICAL = 1_000  # observations below which no 0.135 % quantile is seen


class Index(NamedTuple):
    """Capability index with its confidence limits; NaN where it does not exist."""

    value: float
    low: float
    high: float


NO_INDEX = Index(float("nan"), float("nan"), float("nan"))


class Capability(NamedTuple):
    """Capability of a process whose values are normal.

    Attributes
    ----------
    cp, cpl, cpu, cpk, cpm : Index
        By the standard deviation within groups (of moving ranges for single lots). The limits of `cpl` and `cpu` are
        one-sided, those of the others two-sided.
    pp, ppk : Index
        By the overall standard deviation.
    mean, sd_within, sd_overall : float
    n : int
    share_outside : float
        Expected share of lots outside the specification, normal with the overall standard deviation.
    seen_outside : int
        Lots seen outside.
    """

    cp: Index
    cpl: Index
    cpu: Index
    cpk: Index
    cpm: Index
    pp: Index
    ppk: Index
    mean: float
    sd_within: float
    sd_overall: float
    n: int
    share_outside: float
    seen_outside: int


def capability(
    values: ArrayLike,
    sd_within: float,
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | None = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> Capability:
    """Capability indices of normal values.

    Parameters
    ----------
    values : array_like, (n,)
        All of phase I.
    sd_within : float
        Within groups, such as `charts.shewhart.Chart.sigma`.
    lower, upper : float, optional
        Specification; at least one.
    target : float, optional
        Of Cpm; the middle of the specification unless given.
    confidence : float
        Confidence level.
    df : float, optional
        Degrees of freedom of `sd_within`; ``n - 1`` unless given, as is usual, though a mean range has fewer.

    Raises
    ------
    InputError
        If there is no limit, or too few values.

    Examples
    --------
    >>> found = capability([97, 97, 96, 98, 98, 98, 97, 96], 0.9, lower=93)
    >>> round(found.cpk.value, 2)
    1.53
    """
    x = finite(values, "values", least=2)
    low, high = ordered_limits(lower, upper)
    within, overall = positive(sd_within, "standard deviation within groups"), float(x.std(ddof=1))
    positive(overall, "overall standard deviation")
    probability(confidence, "confidence")
    mean, f = float(x.mean()), x.size - 1.0 if df is None else positive(df, "degrees of freedom")
    both = np.isfinite(low) and np.isfinite(high)
    cpl = _one_sided((mean - low) / (3.0 * within), x.size, f, confidence, two_sided=False)
    cpu = _one_sided((high - mean) / (3.0 * within), x.size, f, confidence, two_sided=False)
    middle = 0.5 * (low + high) if target is None else float(target)
    return Capability(
        cp=_width((high - low) / (6.0 * within), f, confidence) if both else NO_INDEX,
        cpl=cpl,
        cpu=cpu,
        cpk=_one_sided(min(mean - low, high - mean) / (3.0 * within), x.size, f, confidence),
        cpm=_taguchi(high - low, mean - middle, within, x.size, confidence) if both else NO_INDEX,
        pp=_width((high - low) / (6.0 * overall), x.size - 1.0, confidence) if both else NO_INDEX,
        ppk=_one_sided(min(mean - low, high - mean) / (3.0 * overall), x.size, x.size - 1.0, confidence),
        mean=mean,
        sd_within=within,
        sd_overall=overall,
        n=x.size,
        share_outside=float(ndtr((low - mean) / overall) + ndtr((mean - high) / overall)),
        seen_outside=int(((x < low) | (x > high)).sum()),
    )


def _width(value: float, df: float, confidence: float) -> Index:
    tail = 0.5 * (1.0 - confidence)
    low, high = (np.sqrt(stats.chi2.ppf(p, df) / df) for p in (tail, 1.0 - tail))
    return Index(value, float(value * low), float(value * high))


def _one_sided(value: float, n: int, df: float, confidence: float, *, two_sided: bool = True) -> Index:
    """Normal limits of an index to one side: variance 1 / (9 n) + value^2 / (2 df)."""
    if not np.isfinite(value):
        return NO_INDEX
    z = ndtri(0.5 + 0.5 * confidence if two_sided else confidence)
    half = float(z * np.sqrt(1.0 / (9.0 * n) + value**2 / (2.0 * df)))
    return Index(float(value), float(value) - half, float(value) + half)


def _taguchi(width: float, off: float, sd: float, n: int, confidence: float) -> Index:
    ratio = (off / sd) ** 2
    df = n * (1.0 + ratio) ** 2 / (1.0 + 2.0 * ratio)
    return _width(width / (6.0 * np.sqrt(sd**2 + off**2)), df, confidence)


class QuantileCapability(NamedTuple):
    """Performance indices by quantiles, for values that are not normal.

    Attributes
    ----------
    pp, ppk : Index
        Limits by parametric bootstrap (nonparametric for the empirical distribution).
    quantiles : tuple of float
        0.135, 50 and 99.865 %.
    distribution : str
    share_outside : float
    fit_p_value : float
        Of the Anderson-Darling distance to the fitted distribution, by the same bootstrap; NaN for the empirical one.
    """

    pp: Index
    ppk: Index
    quantiles: tuple[float, float, float]
    distribution: str
    share_outside: float
    fit_p_value: float


_FAMILIES = {"lognormal": stats.lognorm, "weibull": stats.weibull_min, "gamma": stats.gamma}
_SHARES = ndtr(np.array([-3.0, 0.0, 3.0]))


def quantile_capability(
    values: ArrayLike,
    distribution: Distribution,
    *,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
    bootstrap: int = 200,
    seed: int = 1,
) -> QuantileCapability:
    """Performance indices of values that are not normal.

    Parameters
    ----------
    values : array_like, (n,)
        Positive for a named distribution, whose origin is at 0.
    distribution : {"lognormal", "weibull", "gamma", "empirical"}
        The empirical one asks for a thousand values.
    lower, upper : float, optional
        Specification limits; at least one.
    confidence : float
        Confidence level.
    bootstrap, seed : int
        Samples, and seed of the random streams.

    Raises
    ------
    InputError
        If the distribution is unknown or values are too few, or not positive.

    Examples
    --------
    >>> found = quantile_capability([1.0, 1.2, 0.9, 1.5, 1.1, 0.8, 1.3], "lognormal", upper=3.0, bootstrap=50)
    >>> round(found.ppk.value, 2)
    2.11
    """
    x = finite(values, "values", least=5)
    low, high = ordered_limits(lower, upper)
    if distribution == "empirical":
        if x.size < FEWEST_EMPIRICAL:
            raise InputError(
                "values", f"{x.size} values", f"{FEWEST_EMPIRICAL} for empirical quantiles, or a distribution"
            )
    elif distribution not in _FAMILIES:
        raise InputError("distribution", distribution, f"one of {', '.join(_FAMILIES)}, empirical")
    elif (x <= 0.0).any():
        raise InputError("values", float(x.min()), "positive values for this distribution")
    draws = uniforms(seed, np.arange(whole(bootstrap, "bootstrap", least=20)), "quality:capability", x.size)
    q, distance = _quantiles(x, distribution)
    found = _indices(q, low, high)
    again, distances = [], []
    for row in draws:
        made = np.sort(x)[(row * x.size).astype(int)] if distribution == "empirical" else _ppf(x, distribution, row)
        quantiles, far = _quantiles(made, distribution)
        again.append(_indices(quantiles, low, high))
        distances.append(far)
    tail = 0.5 * (1.0 - probability(confidence, "confidence"))
    ends = np.quantile(np.array(again), [tail, 1.0 - tail], axis=0)
    pp = Index(float(found[0]), float(ends[0, 0]), float(ends[1, 0])) if np.isfinite(found[0]) else NO_INDEX
    p_value = float("nan") if distribution == "empirical" else float(np.mean(np.array(distances) >= distance))
    return QuantileCapability(
        pp,
        Index(float(found[1]), float(ends[0, 1]), float(ends[1, 1])),
        (float(q[0]), float(q[1]), float(q[2])),
        distribution,
        _outside(x, distribution, low, high),
        p_value,
    )


def _fit(x: Floats, distribution: str) -> tuple[float, ...]:
    if distribution == "lognormal":  # closed form
        log = np.log(x)
        return float(log.std()), 0.0, float(np.exp(log.mean()))
    return tuple(float(p) for p in _FAMILIES[distribution].fit(x, floc=0))


def _ppf(x: Floats, distribution: str, shares: Floats) -> Floats:
    return np.asarray(_FAMILIES[distribution].ppf(shares, *_fit(x, distribution)))


def _quantiles(x: Floats, distribution: str) -> tuple[Floats, float]:
    """Quantiles of the three shares, and the Anderson-Darling distance of the fit."""
    if distribution == "empirical":
        return np.quantile(x, _SHARES), 0.0
    family, fit = _FAMILIES[distribution], _fit(x, distribution)
    u = np.clip(family.cdf(np.sort(x), *fit), 1e-12, 1.0 - 1e-12)
    i = np.arange(1, x.size + 1)
    distance = -x.size - np.mean((2 * i - 1) * (np.log(u) + np.log1p(-u[::-1])))
    return np.asarray(family.ppf(_SHARES, *fit)), float(distance)


def _indices(q: Floats, low: float, high: float) -> tuple[float, float]:
    pp = (high - low) / (q[2] - q[0]) if np.isfinite(high - low) else np.nan
    return float(pp), float(min((high - q[1]) / (q[2] - q[1]), (q[1] - low) / (q[1] - q[0])))


def _outside(x: Floats, distribution: str, low: float, high: float) -> float:
    if distribution == "empirical":
        return float(np.mean((x < low) | (x > high)))
    family, fit = _FAMILIES[distribution], _fit(x, distribution)
    return float(family.cdf(low, *fit) + family.sf(high, *fit))
