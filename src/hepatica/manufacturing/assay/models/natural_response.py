"""Quantal response of one preparation with natural response: ED50 with limits, by maximum likelihood (Finney 1971).

A share c responds without treatment, P = c + (1 - c) F(a + b ln dose) (Abbott 1925); groups at a dose of zero are
controls, which tell c.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, xlog1py, xlogy

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.fieller import fieller
from hepatica.manufacturing.assay.models.quantal import Link, mean_of
from hepatica.manufacturing.assay.models.regression import t_quantile

Floats = NDArray[np.float64]
LARGEST_NATURAL = 0.95  # of controls, beyond which a response tells nothing
ROUNDS = 200
LARGEST_SLOPE = 40.0  # on the scale of the link; beyond it the maximum is taken to be at infinity
STEP = 1e-5


class QuantalCurve(NamedTuple):
    """Quantal curve of one preparation.

    Attributes
    ----------
    ed50, low, high : float
        Dose at which half of those that would not respond anyway do, with Fieller limits; NaN where the slope is not
        told from zero.
    intercept, slope : float
        On the scale of the link, per natural logarithm of dose.
    natural : float
        Share that responds without treatment; 0 where none is fitted.
    standard_errors : tuple of float
        Of intercept, slope and natural response (NaN where it is not fitted), with heterogeneity.
    deviance, pearson, p : float
        Pearson chi-squared is judged on `df`; NaN without a degree of freedom.
    df : int
    heterogeneity : float
        Factor of the variances: 1, or Pearson chi-squared over `df` where p is below `alpha`.
    fitted : ndarray
        (groups,), shares.
    """

    ed50: float
    low: float
    high: float
    intercept: float
    slope: float
    natural: float
    standard_errors: tuple[float, float, float]
    deviance: float
    pearson: float
    p: float
    df: int
    heterogeneity: float
    fitted: Floats


def quantal_curve(
    dose: Floats,
    positive: Floats,
    total: Floats,
    *,
    link: Link = Link.PROBIT,
    natural: bool = False,
    level: float = 0.95,
    alpha: float = 0.05,
) -> QuantalCurve:
    """ED50 of one preparation, with a natural response if asked.

    Parameters
    ----------
    dose : ndarray
        (groups,), two different ones above zero; zero for controls.
    positive, total : ndarray
        (groups,), those that respond, and all.
    link : Link
        Transformation of the share.
    natural : bool
        True to fit the share that responds without treatment.
    level, alpha : float
        Confidence of the limits; significance of heterogeneity.

    Raises
    ------
    InputError
        If counts are impossible, controls stand there without `natural`, or the shares do not determine a curve.

    References
    ----------
    Abbott WS, J Econ Entomol 1925;18:265. Finney DJ, Probit Analysis, 3rd ed., Cambridge 1971, chapter 7.

    Examples
    --------
    >>> dose = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    >>> made = quantal_curve(dose, np.array([2.0, 6.0, 11.0, 16.0, 19.0]), np.full(5, 20.0), natural=True)
    >>> round(made.ed50, 2), round(made.natural, 2)
    (2.0, 0.1)
    """
    x, r, n = (np.asarray(part, float) for part in (dose, positive, total))
    _check(x, r, n, natural)
    treated = x > 0
    logs = np.where(treated, np.log(np.where(treated, x, 1.0)), 0.0)
    centre = float(logs[treated].mean())

    def shares(theta: Floats) -> Floats:
        p = np.where(treated, mean_of(theta[0] + theta[1] * (logs - centre), link)[0], 0.0)
        return np.asarray(np.clip(theta[2] + (1.0 - theta[2]) * p, 1e-12, 1.0 - 1e-12), float)

    seen = (r[treated] + 0.5) / (n[treated] + 1.0)
    rising = float(np.sign(np.cov(logs[treated], seen)[0, 1])) or 1.0
    control = (r[~treated].sum() + 0.5) / (n[~treated].sum() + 1.0) if (~treated).any() else 0.05
    theta, information = _scored(shares, np.array([0.0, rising, min(control, 0.5) if natural else 0.0]), r, n, natural)
    covariance = np.asarray(np.linalg.inv(information), float)
    return _result(theta, covariance, shares(theta), (r, n, centre), (link, len(information), level, alpha))


def _scored(
    shares: Callable[[Floats], Floats], theta: Floats, r: Floats, n: Floats, natural: bool
) -> tuple[Floats, Floats]:
    """Maximum by Fisher scoring, halving steps that lower the likelihood, and its information.

    A natural response at zero is held there and leaves the information.
    """
    free = [0, 1, 2] if natural else [0, 1]
    best = _likelihood(r, n, shares(theta))
    for _ in range(ROUNDS):
        slopes, p = _slopes(shares, theta, free), shares(theta)
        weight = n / (p * (1 - p))
        information = (slopes * weight) @ slopes.T
        size = np.sqrt(np.diag(information))
        if (
            size.min() < 1e-6
            or np.linalg.cond(information / np.outer(size, size)) > 1e8
            or np.abs(theta[:2]).max() > 40.0
        ):
            break
        step = np.zeros(3)
        step[free] = np.linalg.solve(information, slopes @ ((r / n - p) * weight))
        gain = float(np.abs(step[free] * size).max())
        for _ in range(30):
            moved = np.append(theta[:2] + step[:2], np.clip(theta[2] + step[2], 0.0, LARGEST_NATURAL))
            if _likelihood(r, n, shares(moved)) >= best - 1e-12 * abs(best):
                break
            step = step / 2
        theta, best = moved, _likelihood(r, n, shares(moved))
        if theta[2] <= 0.0 and 2 in free:
            free = [0, 1]
        elif gain < 1e-9:
            return theta, np.asarray(information, float)
    raise InputError("positive", "shares that do not determine a curve", "doses at which some respond and some do not")


def _likelihood(r: Floats, n: Floats, p: Floats) -> float:
    return float(np.sum(xlogy(r, p) + xlog1py(n - r, -p)))


def _slopes(shares: Callable[[Floats], Floats], theta: Floats, free: list[int]) -> Floats:
    """Derivatives of the shares by central differences, (free, groups)."""
    made = []
    for k in free:
        step = np.zeros(3)
        step[k] = STEP
        made.append((shares(theta + step) - shares(theta - step)) / (2 * STEP))
    return np.array(made)


def _result(
    theta: Floats,
    covariance: Floats,
    p: Floats,
    data: tuple[Floats, Floats, float],
    options: tuple[Link, int, float, float],
) -> QuantalCurve:
    (r, n, centre), (link, parameters, level, alpha) = data, options
    pearson, df = float(np.sum((r - n * p) ** 2 / (n * p * (1 - p)))), len(r) - parameters
    chance = float(chdtrc(df, pearson)) if df > 0 else float("nan")
    factor, freedom = (max(1.0, pearson / df), float(df)) if df > 0 and chance < alpha else (1.0, np.inf)
    v = covariance * factor
    half = np.log(np.log(2.0)) if link is Link.CLOGLOG else 0.0
    at = fieller(
        np.array(half - theta[0]), np.array(theta[1]), (v[0, 0], -v[0, 1], v[1, 1]), t_quantile(level, freedom)
    )
    sd = np.sqrt(np.diag(v))
    ratio = r / n
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = 2 * np.sum(xlogy(r, ratio / p) + xlogy(n - r, (1 - ratio) / (1 - p)))
    ed50, low, high = (float(np.exp(part + centre)) for part in (at.estimate, at.low, at.high))
    start_error = float(np.sqrt(v[0, 0] - 2 * centre * v[0, 1] + centre**2 * v[1, 1]))
    return QuantalCurve(
        ed50, low, high, float(theta[0] - theta[1] * centre), float(theta[1]), float(theta[2]),
        (start_error, float(sd[1]), float(sd[2]) if len(sd) > 2 else float("nan")),
        float(deviance), pearson, chance, df, factor, p,
    )  # fmt: skip


def _check(dose: Floats, positive: Floats, total: Floats, natural: bool) -> None:
    if not len(dose) == len(positive) == len(total) or not (np.isfinite(dose).all() and (dose >= 0).all()):
        raise InputError("dose", dose.tolist()[:10], "finite doses from zero on, one for each group")
    if not ((total > 0) & (positive >= 0) & (positive <= total)).all():
        raise InputError("positive", "a count", "counts from zero to the total, which is above zero")
    if len(np.unique(dose[dose > 0])) < 2:
        raise InputError("dose", "one dose", "at least two different doses above zero")
    if (dose == 0).any() and not natural:
        raise InputError("dose", 0.0, "natural=True, for groups without treatment; or doses above zero alone")
