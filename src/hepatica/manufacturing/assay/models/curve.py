"""A single four- or five-parameter logistic curve: parameters, their standard errors, half-maximal dose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.logistic_fit import Structure, search, start
from hepatica.manufacturing.assay.models.regression import t_quantile

Floats = NDArray[np.float64]


class Curve(NamedTuple):
    """Logistic curve lower + (upper - lower) (1 + (dose / scale)^slope)^-asymmetry.

    Attributes
    ----------
    lower, upper, slope, asymmetry : float
        A falling curve has a positive slope; the asymmetry is one for four parameters.
    scale : float
        Dose; the half-maximal dose where the asymmetry is one.
    ed50, ed50_low, ed50_high : float
        Dose at which the curve is halfway between its asymptotes, with limits on its logarithm.
    standard_errors : dict of str to float
        Of lower, upper, slope, scale and, for five parameters, asymmetry.
    residual_se : float
    df : int
    """

    lower: float
    upper: float
    slope: float
    asymmetry: float
    scale: float
    ed50: float
    ed50_low: float
    ed50_high: float
    standard_errors: dict[str, float]
    residual_se: float
    df: int


def fit_curve(dose: Floats, response: Floats, *, five: bool = False, level: float = 0.95) -> Curve:
    """Logistic curve by least squares.

    Parameters
    ----------
    dose, response : ndarray
        (responses,); a dose of zero has the response of its asymptote.
    five : bool
        Five parameters instead of four.
    level : float
        Confidence of the limits.

    Raises
    ------
    InputError
        If there are too few responses, a number is not finite, a dose is negative, or the curve is not determined.

    Examples
    --------
    >>> dose = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])
    >>> c = fit_curve(dose, 1 + 4 / (1 + (dose / 2) ** 3) + 0.01 * np.array([1, -1, 1, -1, 1, -1]))
    >>> round(c.ed50, 2), round(c.slope, 1)
    (2.0, 3.0)
    """
    x, y = np.asarray(dose, float), np.asarray(response, float)
    if x.ndim != 1 or x.shape != y.shape or not (np.isfinite(x) & np.isfinite(y) & (x >= 0)).all():
        raise InputError("dose, response", (x.shape, y.shape), "finite numbers in pairs, no dose below zero")
    size = 5 if five else 4
    df = len(y) - size
    if df < 1 or len(np.unique(x)) < size:
        raise InputError(
            "dose", f"{len(np.unique(x))} doses, {len(y)} responses", f"at least {size}, and a response more"
        )
    with np.errstate(divide="ignore"):
        logs = np.log(x)
    origin = float(logs[x > 0].mean())
    ones = np.ones((len(y), 1))
    s = Structure(logs - origin, ones, ones, np.empty((len(y), 0)), five)
    fit = search(y[None], s, start(y[None], s, np.zeros(len(y), np.int64)))
    if not fit.converged[0]:
        raise InputError("response", "no curve", "responses near both asymptotes and between them")
    lower, upper, slope, log_g, position = (float(p[0, 0]) for p in s.named(fit.theta))
    variance = float(fit.ss[0]) / df
    covariance = fit.unscaled[0] * variance
    g, scale = np.exp(log_g), float(np.exp(origin - position / slope))
    half = float(np.log(np.expm1(np.log(2.0) / g)))
    by_scale, by_ed50 = np.zeros(s.size), np.zeros(s.size)
    by_scale[[2, -1]] = position / slope**2, -1 / slope
    by_ed50[[2, -1]] = (position - half) / slope**2, -1 / slope
    if five:
        by_ed50[3] = -np.log(2.0) / g * 2 ** (1 / g) / np.expm1(np.log(2.0) / g) / slope
    errors = dict(zip(("lower", "upper", "slope"), np.sqrt(np.diag(covariance)).tolist(), strict=False))
    errors["scale"] = scale * float(np.sqrt(by_scale @ covariance @ by_scale))
    if five:
        errors["asymmetry"] = float(g * np.sqrt(covariance[3, 3]))
    log_ed50 = origin + (half - position) / slope
    reach = float(t_quantile(level, df) * np.sqrt(by_ed50 @ covariance @ by_ed50))
    ends = (float(np.exp(log_ed50 + k * reach)) for k in (0, -1, 1))
    ed50, low, high = ends
    return Curve(lower, upper, slope, float(g), scale, ed50, low, high, errors, float(np.sqrt(variance)), df)
