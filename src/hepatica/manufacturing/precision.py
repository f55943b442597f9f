"""Precision and accuracy of an assay of potency: variance components, bias, total error, power to detect a change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr
from scipy.stats import chi2, nct

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.regression import t_quantile

Floats = NDArray[np.float64]
LARGE_SHIFT = 30.0  # standard errors, beyond which the non-central t is integrated over the estimate


class Components(NamedTuple):
    """One-way random-effects components of log potency, runs with replicates.

    Attributes
    ----------
    mean : float
        Mean log potency, each run with the same weight where they have as many replicates.
    within, between : float
        Standard deviations of log potency: repeatability, and between runs (not below zero).
    intermediate : float
        Standard deviation of one result of one run: intermediate precision.
    within_low, within_high, intermediate_low, intermediate_high : float
        Limits by chi-squared, of the second by Satterthwaite's degrees of freedom.
    runs : int
    replicates : float
        A run, harmonic-like mean for unequal runs.
    within_df : int
    mean_square_between : float
    """

    mean: float
    within: float
    between: float
    intermediate: float
    within_low: float
    within_high: float
    intermediate_low: float
    intermediate_high: float
    runs: int
    replicates: float
    within_df: int
    mean_square_between: float


class Accuracy(NamedTuple):
    """Bias and total error of an assay at one true potency.

    Attributes
    ----------
    expected : float
        True relative potency.
    components : Components
    bias, bias_low, bias_high : float
        Of log potency.
    tolerance_low, tolerance_high : float
        Beta-expectation tolerance limits of the log error of one result (Mee 1984).
    total_error : float
        Absolute bias plus 1.65 times the intermediate precision, of log potency (Westgard 1974).
    outside : float
        Chance that one result is outside the acceptance limits.
    """

    expected: float
    components: Components
    bias: float
    bias_low: float
    bias_high: float
    tolerance_low: float
    tolerance_high: float
    total_error: float
    outside: float


def geometric_cv(sd: float) -> float:
    """Geometric coefficient of variation of a standard deviation of log potency: exp(sd) - 1.

    Examples
    --------
    >>> round(geometric_cv(0.0953), 3)
    0.1
    """
    return float(np.expm1(sd))


def variance_components(log_potency: Floats, run: NDArray[np.int64], *, level: float = 0.95) -> Components:
    """Repeatability and intermediate precision by one-way analysis of variance.

    Parameters
    ----------
    log_potency : ndarray
        (results,).
    run : ndarray
        (results,), any labels that are equal within a run.
    level : float
        Confidence of the limits.

    Raises
    ------
    InputError
        If there are fewer than two runs, or no run with two results.

    References
    ----------
    Searle SR, Casella G, McCulloch CE, Variance Components, New York 1992, chapter 3. Satterthwaite FE, Biometrics Bull
    1946;2:110.

    Examples
    --------
    >>> c = variance_components(np.log([1.0, 1.1, 0.9, 0.95, 1.2, 1.15]), np.array([1, 1, 2, 2, 3, 3]))
    >>> round(c.within, 3), round(c.between, 3)
    (0.048, 0.115)
    """
    y, (_, of, n) = np.asarray(log_potency, float), np.unique(run, return_inverse=True, return_counts=True)
    runs, total = len(n), len(y)
    if runs < 2 or total - runs < 1:
        raise InputError("run", f"{runs} runs with {total} results", "at least two runs, and a run with two results")
    means = np.bincount(of, y) / n
    df = total - runs
    msw = float(np.sum((y - means[of]) ** 2) / df)
    msb = float(np.sum(n * (means - y.mean()) ** 2) / (runs - 1))
    n0 = float((total - np.sum(n**2) / total) / (runs - 1))
    between = max(0.0, (msb - msw) / n0)
    both = between + msw
    weights = np.array([msb / n0, (1 - 1 / n0) * msw]) if msb > msw else np.array([0.0, msw])
    under = weights[0] ** 2 / (runs - 1) + weights[1] ** 2 / df
    free = weights.sum() ** 2 / under if under > 0 else float(df)
    return Components(
        float(y.mean()),
        float(np.sqrt(msw)),
        float(np.sqrt(between)),
        float(np.sqrt(both)),
        *_limits(msw, df, level),
        *_limits(both, free, level),
        runs,
        n0,
        df,
        msb,
    )


def _limits(variance: float, df: float, level: float) -> tuple[float, float]:
    """Limits of a standard deviation by chi-squared."""
    tail = (1 - level) / 2
    return float(np.sqrt(df * variance / chi2.isf(tail, df))), float(np.sqrt(df * variance / chi2.ppf(tail, df)))


def assess_accuracy(
    log_potency: Floats,
    run: NDArray[np.int64],
    expected: float,
    *,
    limits: tuple[float, float] = (0.7, 1.43),
    content: float = 0.95,
    level: float = 0.95,
) -> Accuracy:
    """Bias, total error and chance outside acceptance limits at one true relative potency.

    Parameters
    ----------
    log_potency, run : ndarray
        (results,).
    expected : float
        True relative potency.
    limits : tuple of float
        Acceptance limits of measured over true potency. Assumed: they follow from what the result decides.
    content : float
        Expected content of the tolerance interval.
    level : float
        Confidence of the limits of bias.

    References
    ----------
    Mee RW, Technometrics 1984;26:251. Hubert P et al., J Pharm Biomed Anal 2007;45:82. Westgard JO et al., Clin Chem
    1974;20:825.

    Examples
    --------
    >>> y = np.log([1.0, 1.1, 0.9, 0.95, 1.2, 1.15])
    >>> a = assess_accuracy(y, np.array([1, 1, 2, 2, 3, 3]), 1.0)
    >>> np.exp([a.tolerance_low, a.tolerance_high]).round(2).tolist()
    [0.61, 1.79]
    """
    if not expected > 0:
        raise InputError("expected", expected, "a true relative potency above zero")
    c = variance_components(log_potency, run, level=level)
    bias, j, n = c.mean - float(np.log(expected)), c.runs, c.replicates
    error = np.sqrt(max(c.mean_square_between, c.within**2) / len(log_potency))
    half = float(t_quantile(level, j - 1)) * error
    ratio = (c.between / c.within) ** 2 if c.within > 0 else np.inf
    if np.isinf(ratio):
        df, spread = float(j - 1), c.intermediate * np.sqrt(1 + 1 / j)
    else:
        b2 = (ratio + 1) / (n * ratio + 1)
        df = (ratio + 1) ** 2 / ((ratio + 1 / n) ** 2 / (j - 1) + (1 - 1 / n) / (j * n))
        spread = c.intermediate * np.sqrt(1 + 1 / (j * n * b2))
    reach = float(t_quantile(content, df)) * spread
    low, high = np.log(limits)
    outside = (
        stdtr(df, (low - bias) / spread) + stdtr(df, (bias - high) / spread)
        if spread > 0
        else float(not low <= bias <= high)
    )
    return Accuracy(
        expected,
        c,
        bias,
        bias - half,
        bias + half,
        bias - reach,
        bias + reach,
        abs(bias) + 1.65 * c.intermediate,
        float(outside),
    )


def power_to_detect(
    ratio: float, between: float, within: float, *, runs: int, replicates: int = 1, alpha: float = 0.05
) -> float:
    """Power of a two-sided t test to tell a relative potency from one, over runs with replicates.

    Parameters
    ----------
    ratio : float
        True relative potency.
    between, within : float
        Standard deviations of log potency between and within runs.
    runs, replicates : int
        At least two runs.
    alpha : float
        Two-sided significance.

    References
    ----------
    Johnson NL, Welch BL, Biometrika 1940;31:362 (non-central t).

    Examples
    --------
    >>> round(power_to_detect(0.8, 0.08, 0.05, runs=4, replicates=2), 3)
    0.909
    """
    if runs < 2 or replicates < 1 or not ratio > 0 or not (between >= 0 and within >= 0 and between + within > 0):
        raise InputError("runs", runs, "at least two runs, a replicate, a ratio above zero and a standard deviation")
    se = np.sqrt((between**2 + within**2 / replicates) / runs)
    shift, critical = float(np.log(ratio) / se), float(t_quantile(1 - alpha, runs - 1))
    if abs(shift) > LARGE_SHIFT:
        z, weight = np.polynomial.hermite_e.hermegauss(40)
        reach = (abs(shift) + z) / critical
        return float(1.0 - weight @ chi2.sf((runs - 1) * reach**2, runs - 1) / weight.sum())
    return float(nct.sf(critical, runs - 1, shift) + nct.cdf(-critical, runs - 1, shift))


def runs_to_detect(
    ratio: float, between: float, within: float, *, power: float = 0.8, replicates: int = 1, alpha: float = 0.05
) -> int:
    """Fewest runs that tell a relative potency from one with a given power.

    Raises
    ------
    InputError
        If more than 10,000 would be needed.

    Examples
    --------
    >>> runs_to_detect(0.8, 0.08, 0.05, replicates=2)
    4
    """
    high = 2
    while power_to_detect(ratio, between, within, runs=high, replicates=replicates, alpha=alpha) < power:
        high *= 2
        if high > 10_000:
            raise InputError("ratio", ratio, "a change that 10,000 runs can detect")
    low = max(2, high // 2)
    while low < high:
        middle = (low + high) // 2
        enough = power_to_detect(ratio, between, within, runs=middle, replicates=replicates, alpha=alpha) >= power
        low, high = (low, middle) if enough else (middle + 1, high)
    return high
