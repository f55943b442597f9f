"""Release limits from clinical loss: where the expected loss of a patient reaches the cost of rejecting the lot.

Loss rises linearly below a reference, slope (reference - x) for x below it, in quality-adjusted days; for a normal
belief about x its expectation is sd phi(d) + (reference - mean) Phi(d), d = (reference - mean) / sd.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, positive
from hepatica.manufacturing.quality.margins import LossSlope
from hepatica.manufacturing.quality.release.guard_band import Belief, Process, Risks, believe, release_risks
from hepatica.patients.streams import normals

DRAWS = 4_000


def expected_shortfall(belief: Belief, reference: float) -> float:
    """Expected amount by which the true value falls short of a reference.

    Examples
    --------
    >>> round(expected_shortfall(Belief(1.0, 0.1), 1.0), 4)
    0.0399
    """
    sd = positive(belief.sd, "standard deviation")
    d = (reference - belief.mean) / sd
    return float(sd * norm.pdf(d) + (reference - belief.mean) * ndtr(d))


def mean_slope(slope: LossSlope) -> float:
    """Expected loss per unit: normal, cut at 0, times the probability that the attribute acts.

    Examples
    --------
    >>> mean_slope(LossSlope(4.0, 4.0, 4.0, linked=0.5))
    2.0
    """
    sd = (slope.check().high - slope.low) / (2.0 * float(norm.isf(0.025)))
    acting = slope.days if sd == 0.0 else slope.days * ndtr(slope.days / sd) + sd * norm.pdf(slope.days / sd)
    return float(slope.linked * max(acting, 0.0))


class LossLimit(NamedTuple):
    """Release limit of a result, from loss.

    Attributes
    ----------
    limit : float
        Lowest result at which the expected loss is no more than that of a rejection; -inf where no result is so bad.
    low, high : float
        The same at the ends of the 95 % interval of the loss per unit, if the attribute acts.
    true_limit : float
        True value at which the loss reaches that of a rejection, which the risks take for the specification.
    risks : Risks or None
        Of the limit; None where there is none.
    """

    limit: float
    low: float
    high: float
    true_limit: float
    risks: Risks | None


def limit_from_loss(
    process: Process, error: float, slope: LossSlope, rejection_cost: float, *, reference: float = 1.0
) -> LossLimit:
    """Release limit at which the expected loss of a lot equals the cost of its rejection.

    Parameters
    ----------
    process : Process
        True values of lots.
    error : float
        Standard error of a result.
    slope : LossSlope
        Quality-adjusted days lost per unit below the reference.
    rejection_cost : float
        Quality-adjusted days that a patient loses while the lot is replaced, or without any.
    reference : float
        Value below which patients lose.

    Raises
    ------
    InputError
        If the cost or a standard deviation is not positive.

    Examples
    --------
    >>> found = limit_from_loss(Process(1.0, 0.2), 0.1, LossSlope(5.0, 2.0, 8.0), 1.5)
    >>> round(found.limit, 3), round(found.true_limit, 2)
    (0.625, 0.7)
    """
    cost = positive(rejection_cost, "cost of a rejection")
    typical = mean_slope(slope)
    limit = _limit(process, error, typical, cost, reference)
    ends = [_limit(process, error, max(end, 0.0), cost, reference) for end in (slope.low, slope.high)]
    if not np.isfinite(limit):
        return LossLimit(limit, ends[0], ends[1], -np.inf, None)
    worst = reference - cost / typical
    risks = release_risks(process, error, (worst, None), (limit, np.inf))
    return LossLimit(limit, ends[0], ends[1], worst, risks)


def _limit(process: Process, error: float, per_unit: float, cost: float, reference: float) -> float:
    """Result at which the expected loss equals the cost; it falls as the result rises."""
    if per_unit <= 0.0:
        return -np.inf

    def over(result: float) -> float:
        return per_unit * expected_shortfall(believe(result, error, process), reference) - cost

    spread = float(np.hypot(process.sd, error))
    low, high = min(process.mean, reference) - spread, max(process.mean, reference) + spread
    while over(low) < 0.0:
        low -= 2.0 * (high - low)
        if low < -1e9 * spread:
            return -np.inf
    while over(high) > 0.0:
        high += 2.0 * (high - low)
        if high > 1e9 * spread:
            raise InputError("cost of a rejection", cost, "a larger one: every lot costs more than its rejection")
    return float(brentq(over, low, high, xtol=1e-12))


def loss_interval(belief: Belief, slope: LossSlope, *, reference: float, seed: int = 1, log: bool = False) -> Floats:
    """Mean and 95 % interval of the loss of one lot, (3,): over its true value, the slope, and the link.

    Parameters
    ----------
    belief : Belief
        About the true value, or its logarithm.
    slope : LossSlope
        Quality-adjusted days per unit below the reference.
    reference : float
        Value below which patients lose.
    seed : int
        Of the random streams.
    log : bool
        The belief is about the logarithm.

    Examples
    --------
    >>> found = loss_interval(Belief(0.7, 0.05), LossSlope(4.0, 1.0, 7.0), reference=1.0)
    >>> bool(found[1] < found[0] < found[2])
    True
    """
    z = normals(seed, np.arange(DRAWS), "quality:lot")[:, 0]
    value = belief.mean + belief.sd * z
    loss = slope.draws(DRAWS, seed) * np.maximum(reference - (np.exp(value) if log else value), 0.0)
    return np.array([loss.mean(), *np.quantile(loss, [0.025, 0.975])])
