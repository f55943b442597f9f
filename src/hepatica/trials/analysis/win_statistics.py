"""Win ratio, win odds and net benefit of generalised pairwise comparisons, with priorities, margins and strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.analysis.rmst import checked_arms
from hepatica.trials.analysis.win_endpoints import Endpoint

Array = NDArray[np.float64]
BLOCK = 2_000_000
"""Pairs that are compared at once."""


class StratumWeight(StrEnum):
    """Weight of a stratum's pairs: as if one large sample (Mantel-Haenszel, 1 / size), by pairs, or equal shares."""

    MANTEL_HAENSZEL = "Mantel-Haenszel"
    PAIRS = "pairs"
    EQUAL = "equal"


class WinVariance(StrEnum):
    """Variance of U-statistics: as observed, or when neither arm is better.

    `OBSERVED` holds for any effect. `NULL`, of Dong and others, centres the comparisons at no effect: it gives tests
    their level in small samples, and wider intervals the larger the effect.
    """

    OBSERVED = "observed"
    NULL = "null"


class WinEstimate(NamedTuple):
    """Estimate, its interval, the standardised statistic and the two-sided p value.

    The statistic of a ratio is that of its logarithm.
    """

    value: float
    lower: float
    upper: float
    z: float
    p: float


@dataclass(frozen=True, kw_only=True)
class WinStatistics:
    """Result of pairwise comparisons.

    Attributes
    ----------
    wins, losses : (endpoint,) of int
        Pairs decided by each endpoint, for and against the treated patient.
    ties : int
        Pairs that no endpoint decides.
    win_probability, loss_probability : float
        Weighted over strata.
    win_ratio, win_odds, net_benefit : WinEstimate
    """

    wins: NDArray[np.int_]
    losses: NDArray[np.int_]
    ties: int
    win_probability: float
    loss_probability: float
    win_ratio: WinEstimate
    win_odds: WinEstimate
    net_benefit: WinEstimate


class _Stratum(NamedTuple):
    """Counts of a stratum; shares of wins and losses of each patient, treated and control."""

    wins: NDArray[np.int_]
    losses: NDArray[np.int_]
    of_treated: Array  # (treated, 2)
    of_control: Array  # (control, 2)


def win_statistics(
    endpoints: Sequence[Endpoint],
    treated: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weight: StratumWeight = StratumWeight.MANTEL_HAENSZEL,
    variance: WinVariance = WinVariance.OBSERVED,
    confidence: float = 0.95,
) -> WinStatistics:
    """Win ratio, win odds and net benefit with intervals from the variance of U-statistics.

    Every treated patient is compared with every control of the stratum on the first endpoint, the pairs left tied on
    the next, and so on.

    Parameters
    ----------
    endpoints : sequence of Endpoint
        By priority, the most important first.
    treated : (patient,) bool
        True in the treated arm.
    strata : (patient,), optional
        Pairs are formed within strata; a stratum with one arm only forms none.
    weight : StratumWeight
        Of the strata.
    variance : WinVariance
        As observed, or under the hypothesis of no effect.
    confidence : float
        Coverage of the intervals, two-sided.

    Returns
    -------
    WinStatistics
        A win ratio without losses is infinite, and NaN without any decided pair.

    Raises
    ------
    InputError
        If there is no endpoint, their patients differ in number, or no stratum has both arms.

    References
    ----------
    Pocock2012, Buyse2010, Bebu2016, Dong2016, Dong2018

    Examples
    --------
    >>> from hepatica.trials.analysis.win_endpoints import Survival
    >>> death = Survival(np.array([5.0, 9.0, 3.0, 7.0]), np.array([True, False, True, True]))
    >>> found = win_statistics([death], [1, 1, 0, 0])
    >>> found.wins.tolist(), found.losses.tolist(), round(found.win_ratio.value, 6)
    ([3], [1], 3.0)
    """
    if not endpoints or len({e.patients for e in endpoints}) != 1:
        raise InputError("endpoints", [e.patients for e in endpoints], "one endpoint or more, all of the same patients")
    n = endpoints[0].patients
    arm = checked_arms(treated, n)
    stratum = np.zeros(n, dtype=np.intp) if strata is None else np.unique(np.asarray(strata), return_inverse=True)[1]
    if stratum.shape != (n,):
        raise InputError("strata", stratum.shape, f"one stratum for each of the {n} patients")
    parts = []
    for k in range(stratum.max() + 1):
        one, none = np.flatnonzero((stratum == k) & arm), np.flatnonzero((stratum == k) & ~arm)
        if one.size and none.size:
            parts.append(_compared(endpoints, one, none))
    if not parts:
        raise InputError("strata", "no stratum with both arms", "fewer strata")
    weights = _weights(parts, weight)
    share = sum((w * p.of_treated.mean(axis=0) for w, p in zip(weights, parts, strict=True)), np.zeros(2))
    if variance is WinVariance.OBSERVED:
        covariance = sum((w**2 * _covariance(p) for w, p in zip(weights, parts, strict=True)), np.zeros((2, 2)))
        sizes = _delta(share, covariance)
    else:
        net = float(np.sqrt(max(sum(w**2 * _null_variance(p) for w, p in zip(weights, parts, strict=True)), 0.0)))
        sizes = (2 * net / share.sum() if share.sum() else float("nan"), 2 * net, net)
    half = 0.5 + 0.5 * (share - share[::-1])
    wins, losses = (np.sum([getattr(p, name) for p in parts], axis=0) for name in ("wins", "losses"))
    pairs = sum(len(p.of_treated) * len(p.of_control) for p in parts)
    return WinStatistics(
        wins=wins,
        losses=losses,
        ties=int(pairs - wins.sum() - losses.sum()),
        win_probability=float(share[0]),
        loss_probability=float(share[1]),
        win_ratio=_ratio(share[0], share[1], sizes[0], confidence),
        win_odds=_ratio(half[0], half[1], sizes[1], confidence),
        net_benefit=_estimate(float(share[0] - share[1]), sizes[2], confidence, exponentiate=False),
    )


def _compared(endpoints: Sequence[Endpoint], one: NDArray[np.intp], none: NDArray[np.intp]) -> _Stratum:
    """Comparisons of a stratum, a block of treated patients at a time."""
    wins, losses = np.zeros((2, len(endpoints)), dtype=np.int_)
    of_treated, of_control = np.zeros((one.size, 2)), np.zeros((none.size, 2))
    step = max(1, BLOCK // none.size)
    for start in range(0, one.size, step):
        block = one[start : start + step]
        sign = np.zeros((block.size, none.size), dtype=np.int8)
        for k, endpoint in enumerate(endpoints):
            new = np.where(sign == 0, endpoint.compare(block, none), 0).astype(np.int8)
            wins[k] += np.count_nonzero(new > 0)
            losses[k] += np.count_nonzero(new < 0)
            sign += new
        for column, which in enumerate((sign > 0, sign < 0)):
            of_treated[start : start + step, column] = which.mean(axis=1)
            of_control[:, column] += which.sum(axis=0) / one.size
    return _Stratum(wins, losses, of_treated, of_control)


def _weights(parts: Sequence[_Stratum], kind: StratumWeight) -> Array:
    """Weights of the strata, adding to 1."""
    sizes = np.array([(len(p.of_treated), len(p.of_control)) for p in parts], dtype=float)
    pairs = sizes.prod(axis=1)
    weight = {
        StratumWeight.MANTEL_HAENSZEL: pairs / sizes.sum(axis=1),
        StratumWeight.PAIRS: pairs,
        StratumWeight.EQUAL: np.ones(len(parts)),
    }[kind]
    return np.asarray(weight / weight.sum())


def _covariance(part: _Stratum) -> Array:
    """Covariance of the shares of wins and losses of a stratum, from the projections on each patient, (2, 2)."""
    mean = part.of_treated.mean(axis=0)
    sides = [side - mean for side in (part.of_treated, part.of_control)]
    return np.asarray(sum((side.T @ side / len(side) ** 2 for side in sides), np.zeros((2, 2))))


def _null_variance(part: _Stratum) -> float:
    """Variance of the net benefit of a stratum around 0: products of two comparisons that share one patient."""
    total = 0.0
    for side, others in ((part.of_treated, len(part.of_control)), (part.of_control, len(part.of_treated))):
        net, decided = side[:, 0] - side[:, 1], side.sum(axis=1)
        total += float(np.mean((others * net**2 - decided) / max(others - 1, 1))) / len(side)
    return total


def _delta(share: Array, covariance: Array) -> tuple[float, float, float]:
    """Standard errors of the logarithms of win ratio and win odds, and of the net benefit."""
    net = float(np.sqrt(max(np.array([1.0, -1.0]) @ covariance @ np.array([1.0, -1.0]), 0.0)))
    up = 0.5 + 0.5 * (share[0] - share[1])
    odds = 0.5 * net / (up * (1 - up)) if 0 < up < 1 else float("nan")
    if not np.all(share > 0):
        return float("nan"), odds, net
    slope = np.array([1 / share[0], -1 / share[1]])
    return float(np.sqrt(max(slope @ covariance @ slope, 0.0))), odds, net


def _ratio(up: float, down: float, size: float, confidence: float) -> WinEstimate:
    """Ratio on the logarithmic scale; 0 or infinite, without an interval, when one side has no share."""
    if up == 0 or down == 0:
        value = float("nan") if up == down else (0.0 if up == 0 else np.inf)
        return WinEstimate(value, *[float("nan")] * 4)
    return _estimate(float(np.log(up / down)), size, confidence, exponentiate=True)


def _estimate(value: float, size: float, confidence: float, *, exponentiate: bool) -> WinEstimate:
    reach = float(norm.ppf(0.5 + confidence / 2)) * size
    ends = np.array([value, value - reach, value + reach])
    z = float(value / size) if size > 0 else (0.0 if value == 0 else float(np.copysign(np.inf, value)))
    shown, low, high = (np.exp(ends) if exponentiate else ends).tolist()
    return WinEstimate(shown, low, high, z, float(2 * norm.sf(abs(z))))
