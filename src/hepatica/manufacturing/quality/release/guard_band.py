"""Release limits with a guard band: producer's and consumer's risk under assay error, exact for normal errors.

True values of lots are X ~ N(mean, sd^2), results Y = X + error. Risks are probabilities of a bivariate normal,
computed by Owen's T function (Owen 1956, Ann Math Stat 27:1075); the acceptance limits lie a guard band inside the
specification.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, owens_t

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import ordered_limits, positive, probability, whole

SEARCH_STEPS = 201
LEAST_ACCEPTED = 1e-8
"""Share of lots below which a release rule accepts none in practice."""


class Process(NamedTuple):
    """True values of lots: mean and standard deviation."""

    mean: float
    sd: float


class Risk(StrEnum):
    """Kinds of consumer's risk that a guard band can hold."""

    AT_LIMIT = "accepted if the true value is at the limit"
    OF_ACCEPTED = "outside the specification among accepted lots"
    OF_ALL = "outside the specification and accepted among all lots"


class Risks(NamedTuple):
    """Risks of a release rule.

    Attributes
    ----------
    accepted : float
        Share of lots that are accepted.
    outside : float
        Share of lots whose true value is outside the specification.
    consumer_at_limit : float
        Chance that a lot at a specification limit is accepted, the greater of both limits.
    consumer_of_accepted, consumer_of_all : float
        Share outside the specification among accepted lots; accepted and outside among all.
    producer_of_good, producer_of_all : float
        Share rejected among lots inside the specification; rejected and inside among all.
    """

    accepted: float
    outside: float
    consumer_at_limit: float
    consumer_of_accepted: float
    consumer_of_all: float
    producer_of_good: float
    producer_of_all: float


class ReleaseLimits(NamedTuple):
    """Acceptance limits of results.

    Attributes
    ----------
    lower, upper : float
        A result on or inside them is accepted; infinite where there is no specification.
    guard_band : float
        Distance from the specification.
    risks : Risks
    """

    lower: float
    upper: float
    guard_band: float
    risks: Risks


def assay_error(sd: float, replicates: int = 1, *, run_sd: float = 0.0, runs: int = 1) -> float:
    """Standard error of a reported result: replicates within runs, and runs.

    Examples
    --------
    >>> assay_error(0.2, 4)
    0.1
    """
    whole(replicates, "replicates")
    whole(runs, "runs")
    if not 0.0 <= run_sd < np.inf:
        raise InputError("standard deviation between runs", run_sd, "0 or more")
    return float(np.sqrt((positive(sd, "standard deviation of the assay") ** 2 / replicates + run_sd**2) / runs))


def bivariate_cdf(h: float, k: float, rho: float) -> float:
    """P(X < h, Y < k) of standard normal X, Y with correlation rho in (-1, 1).

    Examples
    --------
    >>> round(bivariate_cdf(0.0, 0.0, 0.5), 12)
    0.333333333333
    """
    if np.isneginf(h) or np.isneginf(k):
        return 0.0
    if np.isposinf(h) or np.isposinf(k):
        return float(ndtr(min(h, k)))
    if h == 0.0 and k == 0.0:
        return float(0.25 + np.arcsin(rho) / (2.0 * np.pi))
    root = np.sqrt(1.0 - rho * rho)
    a_h = np.copysign(np.inf, k) if h == 0.0 else (k / h - rho) / root
    a_k = np.copysign(np.inf, h) if k == 0.0 else (h / k - rho) / root
    same = h * k > 0.0 or (h * k == 0.0 and h + k >= 0.0)
    return float(0.5 * (ndtr(h) + ndtr(k)) - owens_t(h, a_h) - owens_t(k, a_k) - (0.0 if same else 0.5))


def _rectangle(x: tuple[float, float], y: tuple[float, float], rho: float) -> float:
    total = 0.0
    for i, h in enumerate(x):
        for j, k in enumerate(y):
            total += (1.0 if i == j else -1.0) * bivariate_cdf(h, k, rho)
    return max(total, 0.0)


def release_risks(
    process: Process,
    error: float,
    specification: tuple[float | None, float | None],
    accepted: tuple[float, float],
) -> Risks:
    """Risks of a release rule.

    Parameters
    ----------
    process : Process
        True values of lots.
    error : float
        Standard error of a result, `assay_error`.
    specification : tuple of float or None
        Lower and upper limit of the true value.
    accepted : tuple of float
        Lower and upper limit of the result.

    Raises
    ------
    InputError
        If there is no limit, or a standard deviation is not positive.

    Examples
    --------
    >>> found = release_risks(Process(1.0, 0.15), 0.1, (0.7, None), (0.7, np.inf))
    >>> round(found.consumer_of_all, 4), round(found.producer_of_good, 4)
    (0.0071, 0.0332)
    """
    low, high = ordered_limits(*specification)
    sd, e = positive(process.sd, "standard deviation of lots"), positive(error, "error of a result")
    spread = np.hypot(sd, e)
    x = ((low - process.mean) / sd, (high - process.mean) / sd)
    y = ((accepted[0] - process.mean) / spread, (accepted[1] - process.mean) / spread)
    inside = float(ndtr(x[1]) - ndtr(x[0]))
    taken = float(ndtr(y[1]) - ndtr(y[0]))
    both = min(_rectangle(x, y, float(sd / spread)), inside, taken)
    at = [
        float(ndtr((accepted[1] - limit) / e) - ndtr((accepted[0] - limit) / e))
        for limit in (low, high)
        if np.isfinite(limit)
    ]
    return Risks(
        accepted=taken,
        outside=1.0 - inside,
        consumer_at_limit=max(at),
        consumer_of_accepted=(taken - both) / taken if taken > 0.0 else 0.0,
        consumer_of_all=taken - both,
        producer_of_good=(inside - both) / inside if inside > 0.0 else 0.0,
        producer_of_all=inside - both,
    )


def _of(risks: Risks, kind: Risk) -> float:
    if kind is Risk.AT_LIMIT:
        return risks.consumer_at_limit
    return risks.consumer_of_accepted if kind is Risk.OF_ACCEPTED else risks.consumer_of_all


def release_limits(
    process: Process,
    error: float,
    specification: tuple[float | None, float | None],
    *,
    risk: float = 0.05,
    kind: Risk = Risk.AT_LIMIT,
) -> ReleaseLimits:
    """Acceptance limits with the narrowest guard band that holds a consumer's risk.

    Parameters
    ----------
    process : Process
        True values of lots.
    error : float
        Standard error of a result.
    specification : tuple of float or None
        Lower and upper limit of the true value.
    risk : float
        Consumer's risk that may be taken.
    kind : Risk
        Which one.

    Returns
    -------
    ReleaseLimits
        With no guard band where the specification itself holds the risk.

    Raises
    ------
    InputError
        If no guard band holds it: the assay is too imprecise for so narrow a specification, or lots are too bad.

    Examples
    --------
    >>> found = release_limits(Process(1.0, 0.15), 0.1, (0.7, None))
    >>> round(found.lower, 4), round(found.risks.consumer_at_limit, 4)
    (0.8645, 0.05)
    """
    low, high = ordered_limits(*specification)
    asked = probability(risk, "risk")

    def limits(band: float) -> tuple[float, float]:
        return low + band, high - band

    def over(band: float) -> float:
        return _of(release_risks(process, error, specification, limits(band)), kind) - asked

    band = 0.0
    if over(0.0) > 0.0:
        widest = 0.5 * (high - low) * (1.0 - 1e-9) if np.isfinite(high - low) else 12.0 * (error + process.sd)
        steps = np.linspace(0.0, widest, SEARCH_STEPS)
        seen = [over(0.0)]
        for before, step in pairwise(steps.tolist()):
            if release_risks(process, error, specification, limits(step)).accepted < LEAST_ACCEPTED:
                break
            seen.append(over(step))
            if seen[-1] <= 0.0:
                band = float(brentq(over, before, step, xtol=1e-12))
                break
        if band == 0.0:
            raise InputError("risk", risk, f"at least {min(seen) + asked:.3g}, a more precise assay, or better lots")
    lower, upper = limits(band)
    return ReleaseLimits(lower, upper, band, release_risks(process, error, specification, (lower, upper)))


class Belief(NamedTuple):
    """Normal belief about the true value of one lot."""

    mean: float
    sd: float

    def chance_within(self, lower: float, upper: float) -> float:
        """Probability that the true value lies between two limits."""
        return float(ndtr((upper - self.mean) / self.sd) - ndtr((lower - self.mean) / self.sd))

    def quantile(self, share: float) -> float:
        """Quantile of the true value."""
        return float(self.mean + self.sd * ndtri(share))


def believe(result: float, error: float, process: Process | None = None) -> Belief:
    """Belief about the true value after a result: shrunk to the lots before, if these are given.

    Examples
    --------
    >>> believe(0.7, 0.1, Process(1.0, 0.1)).mean
    0.85
    """
    e = positive(error, "error of a result")
    if process is None:
        return Belief(float(result), e)
    sd = positive(process.sd, "standard deviation of lots")
    share = sd**2 / (sd**2 + e**2)
    return Belief(float(process.mean + share * (result - process.mean)), float(np.sqrt(share) * e))
