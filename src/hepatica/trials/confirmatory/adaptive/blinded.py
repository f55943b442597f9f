"""Blinded re-estimation of a nuisance parameter: the variance, or the pooled proportion.

The variance of all values together overstates that within arms by the square of half the difference; it is used as it
is, or corrected for the planned difference (Kieser and Friede 2003, Stat Med 22:3571; Zucker et al. 1999, Stat Med
18:3493).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.means import sample_size_means
from hepatica.trials.confirmatory.sample_size.proportions import sample_size_proportions
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors

Floats = NDArray[np.float64]


def blinded_variance(values: ArrayLike, *, difference: float = 0.0, ratio: float = 1.0) -> Floats:
    """Variance within arms estimated without knowing the arms.

    Parameters
    ----------
    values : (..., n)
        Of both arms together.
    difference : float
        Planned difference to correct for; 0 for none.
    ratio : float
        Treated patients for one control.

    Returns
    -------
    (...)
        Not below a hundredth of the uncorrected variance.
    """
    x = np.asarray(values, float)
    if x.shape[-1] < 2:
        raise InputError("values", x.shape, "give at least two patients")
    lumped = x.var(axis=-1, ddof=1)
    n = x.shape[-1]
    share = ratio / (1 + ratio)
    return np.asarray(np.maximum(lumped - n / (n - 1) * share * (1 - share) * difference**2, lumped / 100))


def re_estimated_means(
    values: ArrayLike, difference: float, *, planned: int, most: int, errors: Errors = ERRORS,
    correct: bool = False,
) -> int:  # fmt: skip
    """Total size of a two-arm trial of means, after a blinded look at the variance.

    Parameters
    ----------
    values : (n,)
        Of the patients so far, arms unknown.
    difference : float
        To be shown.
    planned, most : int
        Limits of the total size.
    errors : Errors
        Type I and type II error, one- or two-sided.
    correct : bool
        True to correct the variance for the difference.

    Examples
    --------
    >>> re_estimated_means([-1.5, 1.5] * 30, 0.5, planned=128, most=400)
    290
    """
    if not 1 < planned <= most:
        raise InputError(
            "planned, most", (planned, most), "give two numbers of patients, the second not below the first"
        )
    sd = float(np.sqrt(blinded_variance(values, difference=difference if correct else 0.0)))
    if sd == 0:
        return planned
    arms = sample_size_means(difference, sd, errors=errors).rounded_up()
    return int(np.clip(sum(arms), planned, most))


def re_estimated_proportions(
    events: int, patients: int, difference: float, *, planned: int, most: int, errors: Errors = ERRORS
) -> int:
    """Total size of a two-arm trial of proportions, after a blinded look at the proportion of all patients.

    Parameters
    ----------
    events, patients : int
        So far, arms unknown.
    difference : float
        To be shown, treated minus control.
    planned, most : int
        Limits of the total size.
    errors : Errors
        Type I and type II error, one- or two-sided.
    """
    if not 0 <= events <= patients or patients < 1:
        raise InputError(
            "events", (events, patients), "give events from 0 to the number of patients, of at least one patient"
        )
    half = abs(difference) / 2
    if not 0 < half < 0.5:
        raise InputError("difference", difference, "give a difference between -1 and 1, not 0")
    pooled = float(np.clip(events / patients, half + 1e-6, 1 - half - 1e-6))
    arms = sample_size_proportions(pooled + difference / 2, pooled - difference / 2, errors=errors).rounded_up()
    return int(np.clip(sum(arms), planned, most))
