"""Hold time and in-use time by temperature: first-order loss of viability with an Arrhenius rate.

v(t) = v0 exp(-k(T) t), k(T) = k_ref exp(-E / R (1 / T - 1 / T_ref)) (Arrhenius 1889). A stated rate needs no fit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, positive, probability

GAS_CONSTANT = 8.314462618e-3
"""kJ/(mol K)."""
FREEZING = 273.15
"""0 degrees Celsius in kelvin."""


class Decay(NamedTuple):
    """Arrhenius law of a first-order loss.

    Attributes
    ----------
    log_rate : float
        Logarithm of the rate (1/h) at the reference temperature.
    energy : float
        Activation energy, kJ/mol.
    reference : float
        Reference temperature, degrees Celsius.
    covariance : ndarray, (2, 2)
        Of `log_rate` and `energy`; zero for a stated law.
    df : float
        Residual degrees of freedom; infinite for a stated law.
    """

    log_rate: float
    energy: float
    reference: float
    covariance: Floats
    df: float


def _inverse(temperature: float | Floats, reference: float) -> Floats:
    """-1/R (1/T - 1/T_ref), which multiplies the activation energy."""
    kelvin = np.asarray(temperature, float) + FREEZING
    if not (np.isfinite(kelvin) & (kelvin > 0)).all():
        raise InputError("temperature", temperature, "degrees Celsius above absolute zero")
    return np.asarray(-(1.0 / kelvin - 1.0 / (reference + FREEZING)) / GAS_CONSTANT)


def stated_decay(rate: float, temperature: float, *, energy: float = 0.0) -> Decay:
    """Law of a stated rate at one temperature; with no activation energy it holds at any.

    Parameters
    ----------
    rate : float
        1/h.
    temperature : float
        Degrees Celsius.
    energy : float
        kJ/mol.

    Examples
    --------
    >>> round(hold_time(stated_decay(0.1, 24.0), 24.0, start=93.0, limit=70.0).hours, 2)
    2.84
    """
    return Decay(float(np.log(positive(rate, "rate"))), float(energy), float(temperature), np.zeros((2, 2)), np.inf)


def loss_rate(start: float, end: float, hours: float) -> float:
    """First-order rate (1/h) from two values.

    Examples
    --------
    >>> [round(loss_rate(100, v, 24), 4) for v in (81, 70, 62)]
    [0.0088, 0.0149, 0.0199]
    """
    return float(np.log(positive(start, "start") / positive(end, "end")) / positive(hours, "hours"))


def fit_decay(temperatures: ArrayLike, rates: ArrayLike, *, reference: float = 20.0) -> Decay:
    """Arrhenius law from rates at several temperatures, least squares on the logarithm.

    Parameters
    ----------
    temperatures : array_like, (n,)
        Degrees Celsius, at least two different; with two points the law has no uncertainty to show and is refused.
    rates : array_like, (n,)
        1/h, positive.
    reference : float
        Degrees Celsius.

    Raises
    ------
    InputError
        If there are fewer than three rates, one is not positive, or all are at one temperature.

    Examples
    --------
    >>> round(fit_decay([4, 24, 37], [0.0088, 0.0149, 0.0199]).energy, 1)
    17.7
    """
    t, k = finite(temperatures, "temperatures", least=3), finite(rates, "rates", least=3)
    if t.size != k.size or np.unique(t).size < 2 or (k <= 0.0).any():
        raise InputError("rates", f"{t.size} temperatures, {k.size} rates", "a positive rate for each, at two or more")
    design = np.column_stack([np.ones_like(t), _inverse(t, reference)])
    beta = np.linalg.lstsq(design, np.log(k), rcond=None)[0]
    left = np.log(k) - design @ beta
    df = t.size - 2
    covariance = np.linalg.inv(design.T @ design) * float(left @ left) / df
    return Decay(float(beta[0]), float(beta[1]), reference, covariance, float(df))


class HoldTime(NamedTuple):
    """Hold or in-use time.

    Attributes
    ----------
    hours : float
        Until the expected value meets the limit.
    low : float
        One-sided lower confidence limit of `hours`: what may be claimed.
    rate, rate_high : float
        1/h, and its one-sided upper limit.
    """

    hours: float
    low: float
    rate: float
    rate_high: float


def hold_time(decay: Decay, temperature: float, *, start: float, limit: float, confidence: float = 0.95) -> HoldTime:
    """Time at one temperature until an attribute falls to its limit.

    Parameters
    ----------
    decay : Decay
        Law of the loss.
    temperature : float
        Degrees Celsius.
    start, limit : float
        Such as viabilities in percent; the start above the limit.
    confidence : float
        One-sided, of the rate.

    Raises
    ------
    InputError
        If the start does not lie above the limit.

    Examples
    --------
    >>> law = fit_decay([4, 24, 37], [0.0088, 0.0149, 0.0199])
    >>> round(hold_time(law, 4.0, start=95, limit=80).hours, 1)
    19.5
    """
    if not positive(limit, "limit") < start:
        raise InputError("start", start, f"above the limit, {limit:g}")
    row = np.array([1.0, float(_inverse(temperature, decay.reference))])
    log_rate = float(row @ [decay.log_rate, decay.energy])
    se = float(np.sqrt(row @ decay.covariance @ row))
    crit = float(student.ppf(probability(confidence, "confidence"), decay.df)) if se > 0.0 else 0.0
    room, high = float(np.log(start / limit)), float(np.exp(log_rate + crit * se))
    return HoldTime(room / float(np.exp(log_rate)), room / high, float(np.exp(log_rate)), high)


def remaining(decay: Decay, temperatures: ArrayLike, hours: ArrayLike) -> float:
    """Share that is left after holds at several temperatures in turn.

    Examples
    --------
    >>> law = stated_decay(0.1, 24.0)
    >>> round(remaining(law, [24.0, 24.0], [1.0, 2.0]), 4)
    0.7408
    """
    t, h = finite(temperatures, "temperatures"), finite(hours, "hours")
    if t.size != h.size or (h < 0.0).any():
        raise InputError("hours", f"{h.size} holds, {t.size} temperatures", "a time of 0 or more at each temperature")
    return float(np.exp(-h @ np.exp(decay.log_rate + decay.energy * _inverse(t, decay.reference))))
