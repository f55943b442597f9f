"""Acceptance sampling: single plans by attributes and by variables, with their operating characteristics, exact.

Attributes: hypergeometric for a lot of stated size, binomial otherwise. Variables: k method; with an unknown standard
deviation by the non-central t distribution (Lieberman and Resnikoff 1955, J Am Stat Assoc 50:457).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import binom, hypergeom, nct

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, probability, whole
from hepatica.manufacturing.quality.tolerance import one_sided_factor

LARGEST_PLAN = 10_000


class AttributePlan(NamedTuple):
    """Single plan by attributes: accept if at most `number` of `n` units fail.

    Attributes
    ----------
    n, number : int
        Units sampled and acceptance number.
    producer_risk, consumer_risk : float
        Reached at the acceptable and at the rejectable quality.
    """

    n: int
    number: int
    producer_risk: float
    consumer_risk: float


def chance_of_acceptance(n: int, number: int, share: ArrayLike, *, lot: int | None = None) -> Floats:
    """Operating characteristic of a plan by attributes.

    Parameters
    ----------
    n, number : int
        Units sampled and acceptance number.
    share : array_like, (m,)
        Failing share of the lot.
    lot : int, optional
        Units in the lot; infinite unless given. The number that fails is rounded up to a whole one.

    Raises
    ------
    InputError
        If the sample is larger than the lot, or a share is outside [0, 1].

    Examples
    --------
    >>> chance_of_acceptance(59, 0, [0.05]).round(4).tolist()
    [0.0485]
    """
    p = np.atleast_1d(np.asarray(share, float))
    if not ((p >= 0.0) & (p <= 1.0)).all():
        raise InputError("failing share", p.tolist(), "from 0 to 1")
    whole(n, "sample")
    whole(number, "acceptance number", least=0)
    if lot is None:
        return np.asarray(binom.cdf(number, n, p))
    if n > whole(lot, "lot"):
        raise InputError("sample", n, f"at most the {lot} units of the lot")
    return np.asarray(hypergeom.cdf(number, lot, np.ceil(p * lot - 1e-9).astype(int), n))


def plan_attributes(
    acceptable: float, rejectable: float, *, producer: float = 0.05, consumer: float = 0.10, lot: int | None = None
) -> AttributePlan:
    """Smallest single plan by attributes that holds both risks.

    Parameters
    ----------
    acceptable, rejectable : float
        Failing shares: of a good lot, rejected at most with `producer`, and of a bad one, accepted at most with
        `consumer`.
    producer, consumer : float
        Risks.
    lot : int, optional
        Units in the lot.

    Raises
    ------
    InputError
        If the shares are not in order, or more than `LARGEST_PLAN` units, or more than the lot, were needed.

    Examples
    --------
    >>> plan_attributes(0.01, 0.08)[:2]
    (65, 2)
    """
    _check(acceptable, rejectable, producer, consumer)
    most = LARGEST_PLAN if lot is None else lot
    n = 1
    for number in range(most):
        n = max(n, number + 1)
        while n <= most and chance_of_acceptance(n, number, rejectable, lot=lot)[0] > consumer:
            n += 1
        if n > most:
            break
        good = float(chance_of_acceptance(n, number, acceptable, lot=lot)[0])
        if good >= 1.0 - producer:
            return AttributePlan(n, number, 1.0 - good, float(chance_of_acceptance(n, number, rejectable, lot=lot)[0]))
    raise InputError("sample", f"more than {most:,} units", "qualities further apart, larger risks, or a larger lot")


class VariablesPlan(NamedTuple):
    """Single plan by variables, one limit: accept if (mean - limit) / sd is at least `k`.

    Attributes
    ----------
    n : int
    k : float
    producer_risk, consumer_risk : float
        Reached at the acceptable and at the rejectable quality.
    """

    n: int
    k: float
    producer_risk: float
    consumer_risk: float


def plan_variables(
    acceptable: float, rejectable: float, *, producer: float = 0.05, consumer: float = 0.10, known_sd: bool = False
) -> VariablesPlan:
    """Smallest plan by variables for a normal attribute with one limit.

    Parameters
    ----------
    acceptable, rejectable : float
        Failing shares, as `plan_attributes`.
    producer, consumer : float
        Risks.
    known_sd : bool
        The standard deviation is known.

    Raises
    ------
    InputError
        If the shares are not in order, or more than `LARGEST_PLAN` units were needed.

    Examples
    --------
    >>> plan = plan_variables(0.01, 0.08)
    >>> plan.n, round(plan.k, 2)
    (28, 1.82)
    """
    _check(acceptable, rejectable, producer, consumer)
    good, bad = -float(ndtri(acceptable)), -float(ndtri(rejectable))
    if known_sd:
        n = int(np.ceil(((ndtri(producer) + ndtri(consumer)) / (good - bad)) ** 2 - 1e-12))
        k = float(bad - ndtri(consumer) / np.sqrt(n))
        risks = float(ndtr(np.sqrt(n) * (k - good))), float(ndtr(-np.sqrt(n) * (k - bad)))
        return VariablesPlan(n, k, *risks)

    def room(n: int) -> float:
        """Largest k that holds the producer's risk less the smallest that holds the consumer's."""
        return one_sided_factor(n, 1.0 - acceptable, producer) - one_sided_factor(n, 1.0 - rejectable, 1.0 - consumer)

    low, high = 1, 2
    while room(high) < 0.0:
        low, high = high, 2 * high
        if high > LARGEST_PLAN:
            raise InputError("sample", f"more than {LARGEST_PLAN:,}", "qualities further apart, or larger risks")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if room(middle) < 0.0 else (low, middle)
    k = one_sided_factor(high, 1.0 - rejectable, 1.0 - consumer)
    reached = variables_acceptance(high, k, [acceptable, rejectable])
    return VariablesPlan(high, k, float(1.0 - reached[0]), float(reached[1]))


def variables_acceptance(n: int, k: float, share: ArrayLike) -> Floats:
    """Operating characteristic of a plan by variables, unknown standard deviation, one limit.

    Examples
    --------
    >>> variables_acceptance(28, 1.8173, [0.01, 0.08]).round(2).tolist()
    [0.95, 0.1]
    """
    p = np.atleast_1d(np.asarray(share, float))
    whole(n, "sample", least=2)
    return np.asarray(nct.sf(k * np.sqrt(n), n - 1, -ndtri(p) * np.sqrt(n)))


def _check(acceptable: float, rejectable: float, producer: float, consumer: float) -> None:
    for value, name in (
        (acceptable, "acceptable"),
        (rejectable, "rejectable"),
        (producer, "producer"),
        (consumer, "consumer"),
    ):
        probability(value, name)
    if not acceptable < rejectable:
        raise InputError("acceptable", acceptable, f"below the rejectable share, {rejectable}")
