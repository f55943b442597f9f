"""Log-rank test: several groups, strata, and weights over time (Fleming-Harrington, Gehan, Tarone-Ware)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history

Array = NDArray[np.float64]


class RiskTable(NamedTuple):
    """Counts at the event times of one stratum: at risk and events by group, (time, group)."""

    times: Array
    at_risk: Array
    events: Array


class Weight(ABC):
    """Weight of each event time in a log-rank test."""

    @abstractmethod
    def over(self, table: RiskTable) -> Array:
        """Weight of each time of a stratum, (time,).

        Parameters
        ----------
        table : RiskTable
            Of the stratum.
        """


@dataclass(frozen=True)
class FlemingHarrington(Weight):
    """S(t-)^rho (1 - S(t-))^gamma, with the pooled Kaplan-Meier curve S; gamma > 0 looks at late differences.

    Attributes
    ----------
    rho, gamma : float
        Not negative; both 0 is the log-rank test.
    """

    rho: float = 0.0
    gamma: float = 0.0

    def __post_init__(self) -> None:
        """Refuse negative powers."""
        if not (self.rho >= 0 and self.gamma >= 0):
            raise InputError("rho, gamma", (self.rho, self.gamma), "two numbers >= 0")

    def over(self, table: RiskTable) -> Array:
        """Weight of each time of a stratum, (time,).

        Parameters
        ----------
        table : RiskTable
            Of the stratum.
        """
        alive = np.cumprod(1.0 - table.events.sum(axis=1) / table.at_risk.sum(axis=1))
        before = np.concatenate(([1.0], alive[:-1])) if alive.size else alive
        return np.asarray(before**self.rho * (1.0 - before) ** self.gamma)


@dataclass(frozen=True)
class NumberAtRisk(Weight):
    """Number at risk to a power: 1 is Gehan's (Wilcoxon) test, 1/2 that of Tarone and Ware.

    Attributes
    ----------
    power : float
    """

    power: float = 1.0

    def over(self, table: RiskTable) -> Array:
        """Weight of each time of a stratum, (time,).

        Parameters
        ----------
        table : RiskTable
            Of the stratum.
        """
        return np.asarray(table.at_risk.sum(axis=1) ** self.power)


UNWEIGHTED = FlemingHarrington()


@dataclass(frozen=True, kw_only=True)
class LogRankTest:
    """Result of a log-rank test.

    Attributes
    ----------
    groups : (group,)
        In the order of the arrays below.
    observed, expected : (group,)
        Weighted sums of events, and what the pooled hazard would give.
    covariance : (group, group)
        Of observed - expected.
    chi_square, df, p : float
        Two-sided test that all hazards are equal.
    z : float
        Of two groups: positive when the second has more events than expected; NaN otherwise.
    """

    groups: NDArray[np.generic]
    observed: Array
    expected: Array
    covariance: Array
    chi_square: float
    df: int
    p: float
    z: float


def risk_tables(time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None) -> Iterator[RiskTable]:
    """Counts at risk and of events by group, one table for each stratum.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    group : (patient,)
        Any values; columns are in their sorted order.
    strata : (patient,), optional
        Any values.

    Examples
    --------
    >>> table, = risk_tables([1, 2, 3, 3], [1, 0, 1, 1], ["a", "b", "a", "b"], None)
    >>> table.at_risk.tolist(), table.events.tolist()
    ([[2.0, 2.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])
    """
    time, happened = checked_history(time, event)
    groups, code = _coded("group", group, time.size)
    stratum = np.zeros(time.size, dtype=np.intp) if strata is None else _coded("strata", strata, time.size)[1]
    for k in range(stratum.max() + 1):
        mine = stratum == k
        times = np.unique(time[mine & (happened > 0)])
        at_risk, events = np.zeros((2, times.size, groups.size))
        for g in range(groups.size):
            who = mine & (code == g)
            at_risk[:, g] = who.sum() - np.searchsorted(np.sort(time[who]), times, side="left")
            dead = np.sort(time[who & (happened > 0)])
            events[:, g] = np.searchsorted(dead, times, side="right") - np.searchsorted(dead, times, side="left")
        yield RiskTable(times, at_risk, events)


def _coded(name: str, values: ArrayLike, n: int) -> tuple[NDArray[np.generic], NDArray[np.intp]]:
    given = np.asarray(values)
    if given.shape != (n,):
        raise InputError(name, given.shape, f"one value for each of the {n} patients")
    if given.dtype.kind == "f" and np.isnan(given).any():
        raise InputError(name, "NaN", "a value for every patient")
    levels, code = np.unique(given, return_inverse=True)
    return levels, code


def hypergeometric(table: RiskTable) -> tuple[Array, Array]:
    """Expected events (time, group) and their covariance (time, group, group), given margins, at each event time.

    Parameters
    ----------
    table : RiskTable
        Of a stratum.
    """
    n, d = table.at_risk.sum(axis=1), table.events.sum(axis=1)
    share = table.at_risk / n[:, None]
    spread = d * np.where(n > 1, (n - d) / np.maximum(n - 1, 1), 0.0)
    diagonal = share[:, :, None] * np.eye(share.shape[1])
    covariance = spread[:, None, None] * (diagonal - share[:, :, None] * share[:, None, :])
    return share * d[:, None], covariance


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weight: Weight = UNWEIGHTED,
) -> LogRankTest:
    """Log-rank test of equal hazards, weighted and stratified.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    group : (patient,)
        Arm; at least two values.
    strata : (patient,), optional
        Observed and expected events are added over strata; the pooled curve in a weight is that of the stratum.
    weight : Weight
        Over time.

    Returns
    -------
    LogRankTest

    Raises
    ------
    InputError
        If the shapes differ or there is one group only. No event at all gives chi-square 0 with df 0 and p = 1.

    References
    ----------
    Mantel1966, Harrington1982, Tarone1977, Gehan1965

    Examples
    --------
    >>> found = log_rank([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 0], [0, 0, 1, 0, 1, 1])
    >>> round(found.chi_square, 3), round(found.z, 3)
    (2.557, -1.599)
    """
    groups = np.unique(np.asarray(group))
    if groups.size < 2:
        raise InputError("group", groups.tolist(), "two groups or more")
    observed, expected = np.zeros((2, groups.size))
    covariance = np.zeros((groups.size, groups.size))
    for table in risk_tables(time, event, group, strata):
        w = weight.over(table)
        mean, spread = hypergeometric(table)
        observed += w @ table.events
        expected += w @ mean
        covariance += np.einsum("t,tgh->gh", w**2, spread)
    chi_square, df = quadratic_form(observed - expected, covariance)
    z = float("nan")
    if groups.size == 2:
        z = float((observed - expected)[1] / np.sqrt(covariance[1, 1])) if covariance[1, 1] > 0 else 0.0
    return LogRankTest(
        groups=groups,
        observed=observed,
        expected=expected,
        covariance=covariance,
        chi_square=chi_square,
        df=df,
        p=float(chi2.sf(chi_square, df)) if df else 1.0,
        z=z,
    )


def quadratic_form(difference: Array, covariance: Array) -> tuple[float, int]:
    """Chi-square of a vector whose covariance may be singular, and its degrees of freedom (the rank).

    Parameters
    ----------
    difference : (k,)
        With mean 0 under the hypothesis.
    covariance : (k, k)
        Its covariance.

    Examples
    --------
    >>> value, df = quadratic_form(np.array([2.0, -2.0]), np.array([[1.0, -1.0], [-1.0, 1.0]]))
    >>> round(value, 9), df
    (4.0, 1)
    """
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-10 * max(float(np.abs(values).max()), 1e-300)
    if not kept.any():
        return 0.0, 0
    along = vectors[:, kept].T @ difference
    return float(np.sum(along**2 / values[kept])), int(kept.sum())
