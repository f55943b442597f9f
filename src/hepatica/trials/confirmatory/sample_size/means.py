"""Sample size for two means: z-test, t-test and Welch's test, superiority or a margin.

Power of the t-test is that of the noncentral t distribution (Julious 2004, Stat Med 23:1921). Larger means are
better; multiply by -1 otherwise.
"""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import nct
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors, SampleSize, positive

Sd = float | tuple[float, float]


def _sds(sd: Sd) -> tuple[float, float]:
    treated, control = sd if isinstance(sd, tuple) else (sd, sd)
    positive(sd=treated)
    positive(sd=control)
    return treated, control


def power_means(
    difference: float, sd: Sd, treated: float, control: float, *, errors: Errors = ERRORS, normal: bool = False,
    margin: float = 0.0,
) -> float:  # fmt: skip
    """Power for two means, of the upper side.

    Parameters
    ----------
    difference : float
        Mean of treated minus control.
    sd : float, or tuple of treated and control
        Two different ones: Welch's test with Satterthwaite's degrees of freedom.
    treated, control : float
        Patients, not necessarily whole.
    errors : Errors
        Beta is not used.
    normal : bool
        True for known standard deviations (z-test).
    margin : float
        Difference under the null hypothesis; negative for non-inferiority.

    Returns
    -------
    float

    Examples
    --------
    >>> round(power_means(0.5, 1.0, 64, 64), 4)
    0.8015
    """
    s1, s2 = _sds(sd)
    v1, v2 = s1**2 / treated, s2**2 / control
    shift = (difference - margin) / math.sqrt(v1 + v2)
    if normal:
        return float(ndtr(shift - errors.z_alpha))
    df = treated + control - 2
    if isinstance(sd, tuple) and s1 != s2:
        df = (v1 + v2) ** 2 / (v1**2 / (treated - 1) + v2**2 / (control - 1))
    if df <= 0:
        return 0.0
    critical = student.isf(errors.alpha_per_side, df)
    power = float(nct.sf(critical, df, shift))
    return power if math.isfinite(power) else float(ndtr(shift - critical))  # far in the tail the series gives up


def sample_size_means(
    difference: float, sd: Sd, *, errors: Errors = ERRORS, ratio: float = 1.0, normal: bool = False,
    margin: float = 0.0,
) -> SampleSize:  # fmt: skip
    """Sample size for two means.

    Parameters
    ----------
    difference, sd, normal, margin :
        As in `power_means`.
    errors : Errors
        Type I and type II error, one- or two-sided.
    ratio : float
        Treated patients for one control.

    Returns
    -------
    SampleSize

    Raises
    ------
    InputError
        If the difference does not exceed the margin.

    Examples
    --------
    >>> round(sample_size_means(0.5, 1.0).total, 3)
    127.532
    """
    positive(ratio=ratio)
    s1, s2 = _sds(sd)
    if not difference > margin:
        raise InputError(
            "difference", difference, f"it must exceed the margin, {margin:g}; exchange the arms if less is better"
        )
    z_size = ((errors.z_alpha + errors.z_beta) / (difference - margin)) ** 2 * (s1**2 / ratio + s2**2) * (1 + ratio)
    if normal:
        return SampleSize.of(z_size, ratio)

    def shortfall(total: float) -> float:
        size = SampleSize.of(total, ratio)
        return power_means(difference, sd, size.treated, size.control, errors=errors, margin=margin) - (1 - errors.beta)

    least = 2 * (1 + ratio) * max(1.0, 1 / ratio)  # two patients in the smaller arm
    if shortfall(least) >= 0:
        return SampleSize.of(least, ratio)
    high = max(z_size * 1.5 + 20, 2 * least)
    while shortfall(high) < 0:
        high *= 2
    return SampleSize.of(brentq(shortfall, least, high, xtol=1e-9), ratio)
