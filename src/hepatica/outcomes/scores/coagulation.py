"""INR from prothrombin activity, and back."""

from __future__ import annotations

import numpy as np

from hepatica.errors import InputError
from hepatica.outcomes.scores.labs import Array, Lab, done, labs, numbers

_PTA_FLOOR = 6.0  # %; the fit diverges near 4 %


def pta_from_inr(inr: Lab) -> Array:
    """Prothrombin activity (%), at least 6, of an INR; fitted under vitamin-K antagonists.

    Raises
    ------
    InputError
        If the INR is negative, zero or a lone NaN.

    References
    ----------
    MedicalAlgorithms

    Examples
    --------
    >>> round(float(pta_from_inr(1.5)))
    40
    """
    (inr,) = labs(inr=inr)
    return done(np.maximum(113.2 / inr**3 - 69.9238 / inr**2 + 57.484 / inr - 0.765, _PTA_FLOOR))


def inr_from_pta(pta: Lab) -> Array:
    """INR of a prothrombin activity (%), at least 6; a fit of its own, not the inverse of `pta_from_inr`.

    Raises
    ------
    InputError
        If the activity is not above 0, above 200 % or a lone NaN.

    References
    ----------
    MedicalAlgorithms

    Examples
    --------
    >>> round(float(inr_from_pta(40)), 2)
    1.49
    """
    activity = numbers("pta", pta)
    if np.any((activity <= 0) | (activity > 200)) or (activity.ndim == 0 and np.isnan(activity)):
        raise InputError("pta", pta, "a percentage above 0, 200 at most")
    activity = np.maximum(activity, _PTA_FLOOR)
    return done(1.0 / (-0.0073 * activity + 0.2093 * np.sqrt(activity) - 0.361))
