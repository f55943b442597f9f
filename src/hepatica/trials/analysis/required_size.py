"""Patients that the log-rank, the max-combo and the restricted mean each need, for hazards of any course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.analysis.log_rank import RiskTable, Weight, hypergeometric
from hepatica.trials.analysis.max_combo import FAMILY, box_probability

Array = NDArray[np.float64]
LARGE = 1e6
"""Patients of the trial in which counts are their expectations."""
POINTS = 11
"""Binary logarithm of the quasi-random points of a power."""


class Method(StrEnum):
    """Comparison of two survival curves."""

    LOG_RANK = "log-rank"
    MAX_COMBO = "max-combo"
    RESTRICTED_MEAN = "restricted mean"


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Standardised effect of a trial of some size, by each method.

    Attributes
    ----------
    patients : float
    log_rank, restricted_mean : float
        Statistic, standard normal without an effect.
    components : (k,)
        Weighted log-rank statistics of the max-combo test.
    correlation : (k, k)
        Of the components.
    """

    patients: float
    log_rank: float
    restricted_mean: float
    components: Array
    correlation: Array


def required_sizes(signal: Signal, *, alpha: float = 0.05, power: float = 0.8) -> dict[Method, float]:
    """Patients for a power by each method, were the effect as in the signal; infinite without any.

    Parameters
    ----------
    signal : Signal
        Of a trial of any size: statistics grow with the square root of the number of patients.
    alpha : float
        Two-sided level.
    power : float
        Wanted.

    References
    ----------
    Karrison2016

    Examples
    --------
    >>> one = Signal(patients=100, log_rank=2.8, restricted_mean=1.4, components=np.array([2.8]), correlation=np.eye(1))
    >>> {method.value: round(n) for method, n in required_sizes(one).items()}
    {'log-rank': 100, 'max-combo': 100, 'restricted mean': 400}
    """
    if not (0 < alpha < 1 and alpha < power < 1):
        raise InputError("alpha, power", (alpha, power), "a level below the power, both between 0 and 1")
    drift = float(norm.isf(alpha / 2) + norm.ppf(power))
    k = signal.components.size

    def outside(bound: float, shift: Array) -> float:
        """Chance that some component is beyond a bound on either side."""
        return 1 - box_probability(-bound - shift, bound - shift, signal.correlation, points=POINTS)

    critical = float(
        brentq(lambda c: outside(c, np.zeros(k)) - alpha, norm.isf(alpha / 2) - 0.05, norm.isf(alpha / (2 * k)) + 0.1)
    )
    return {
        Method.LOG_RANK: _single(signal.patients, signal.log_rank, drift),
        Method.MAX_COMBO: _combined(signal, lambda shift: outside(critical, shift) - power, drift),
        Method.RESTRICTED_MEAN: _single(signal.patients, signal.restricted_mean, drift),
    }


def _single(patients: float, z: float, wanted: float) -> float:
    return patients * (wanted / z) ** 2 if abs(z) > 1e-9 else float("inf")


def _combined(signal: Signal, lacking: Callable[[Array], float], wanted: float) -> float:
    """Patients at which no power is lacking."""
    best = float(np.abs(signal.components).max())
    if best < 1e-9:
        return float("inf")
    scale = wanted / best  # of the statistics, for the best component by itself
    low, high = 0.3 * scale, 3.0 * scale
    return signal.patients * float(brentq(lambda r: lacking(r * signal.components), low, high, xtol=1e-4 * scale)) ** 2


def expected_signal(
    times: ArrayLike,
    control: ArrayLike,
    treated: ArrayLike,
    *,
    uncensored: ArrayLike | None = None,
    allocation: float = 0.5,
    weights: Sequence[Weight] = FAMILY,
) -> Signal:
    """Standardised effect that a planned trial expects of two survival curves of any shape.

    Parameters
    ----------
    times : (time,)
        From 0 to the end of follow-up; as fine as the curves ask for.
    control, treated : (time,)
        Survival, from 1.
    uncensored : (time,), optional
        Probability of still being followed; all are followed to the end unless given.
    allocation : float
        Share of patients that is treated.
    weights : sequence of Weight
        Of the max-combo test.

    Returns
    -------
    Signal
        Per million patients.

    Raises
    ------
    InputError
        If the curves do not start at 1 or rise.

    Examples
    --------
    >>> days = np.linspace(0, 2, 401)
    >>> found = expected_signal(days, np.exp(-days), np.exp(-0.6 * days))
    >>> {method.value: round(n) for method, n in required_sizes(found).items()}
    {'log-rank': 154, 'max-combo': 164, 'restricted mean': 168}
    """
    when = np.asarray(times, dtype=np.float64)
    given = [np.asarray(c, dtype=np.float64) for c in (control, treated)]
    if when.ndim != 1 or when.size < 2 or any(c.shape != when.shape for c in given):
        sizes = tuple(c.shape for c in (when, *given))
        raise InputError("times, control, treated", sizes, "at least two times, and each curve at every one of them")
    curves = np.stack(given, axis=1)
    followed = np.ones(when.size) if uncensored is None else np.asarray(uncensored, dtype=np.float64)
    if followed.shape != when.shape or when[0] != 0 or not np.all(np.diff(when) > 0):
        raise InputError("times", when.shape, "increasing times from 0, and the share followed at every one of them")
    if not np.all(curves[0] == 1) or not np.all(np.diff(curves, axis=0) <= 1e-12) or not np.all(curves >= 0):
        raise InputError("control, treated", curves[0].tolist(), "survival that starts at 1 and never rises")
    if not 0 < allocation < 1:
        raise InputError("allocation", allocation, "a share between 0 and 1")
    arms = LARGE * np.array([1 - allocation, allocation])
    at_risk = arms * curves[:-1] * followed[:-1, None]
    events = arms * -np.diff(curves, axis=0) * followed[:-1, None]
    kept = events.sum(axis=1) > 0
    table = RiskTable(when[1:][kept], at_risk[kept], events[kept])
    w = np.stack([weight.over(table) for weight in weights])
    mean, spread = hypergeometric(table)
    gap, covariance = w @ (table.events - mean)[:, 1], (w * spread[:, 1, 1]) @ w.T
    plain, size = np.sum(table.events[:, 1] - mean[:, 1]), np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    return Signal(
        patients=LARGE,
        log_rank=float(plain / np.sqrt(spread[:, 1, 1].sum())) if kept.any() else 0.0,
        restricted_mean=_restricted_signal(when, curves, at_risk, events),
        components=gap / size,
        correlation=covariance / np.outer(size, size),
    )


def _restricted_signal(times: Array, curves: Array, at_risk: Array, events: Array) -> float:
    """Difference of the restricted means over its standard error; positive when the treated fare worse."""
    areas = (curves[:-1] + curves[1:]) / 2 * np.diff(times)[:, None]
    ahead = np.cumsum(areas[::-1], axis=0)[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(at_risk > events, ahead**2 * events / (at_risk * (at_risk - events)), 0.0)
    variance = float(terms.sum())
    gap = float(areas[:, 0].sum() - areas[:, 1].sum())
    return float(gap / np.sqrt(variance)) if variance > 0 else 0.0
