"""Value of measurables for the choice to give or to withhold: sample information, policies, panels and cuts."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.biomarkers.crossfit import cross_predict
from hepatica.biomarkers.potential import Potential
from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BOOTSTRAP = 200
SHORTLIST = 8
"""Best measurables among which panels of two and three are tried."""
MIN_SHARE = 0.1
"""Least share of patients on either side of a cut."""


@dataclass(frozen=True)
class PolicyValue:
    """Mean gain of a choice by measurables over the better of giving to all and to nobody, day.

    Attributes
    ----------
    value, low, high : float
        Cross-fitted, with 90 % bootstrap interval over draws.
    treated : float
        Share of patients treated.
    """

    value: float
    low: float
    high: float
    treated: float


@dataclass(frozen=True)
class Cut:
    """Cut of one measurable.

    Attributes
    ----------
    threshold : float
        In the scale of the measurable.
    above : bool
        True where those above are treated.
    treated : float
        Share of patients treated.
    apparent, corrected : float
        Value over the better of giving to all and to nobody, day, before and after the optimism of choosing the cut.
    gain_treated, gain_others : float
        Mean gain on either side.
    """

    threshold: float
    above: bool
    treated: float
    apparent: float
    corrected: float
    gain_treated: float
    gain_others: float


@dataclass(frozen=True)
class Panel:
    """Panel of one to three measurables."""

    markers: tuple[int, ...]
    policy: PolicyValue


def reference(gain: Floats, weight: Floats) -> float:
    """Mean gain of the better of giving to all and to nobody."""
    return max(0.0, float(weight @ gain / weight.sum()))


def information_value(predicted: Floats, weight: Floats) -> float:
    """Expected value of sample information from predicted gains.

    Strong, Oakley & Brennan 2014, Med Decis Making 34:311.

    Examples
    --------
    >>> information_value(np.array([-1.0, 3.0]), np.ones(2))
    0.5
    """
    return float(weight @ np.maximum(predicted, 0) / weight.sum()) - reference(predicted, weight)


def policy_value(predicted: Floats, gain: Floats, draw: Ints, weight: Floats, seed: int = 1) -> PolicyValue:
    """Value of treating those whose predicted gain is positive, measured by their own gains.

    Parameters
    ----------
    predicted : (n,)
        Cross-fitted, so that nobody's own gain is in it.
    gain : (n,)
        Own.
    draw : (n,)
        Parameter draw of each patient.
    weight : (n,)
        Of each patient.
    seed : int
        Of the bootstrap.
    """
    treat = predicted > 0
    _, where = np.unique(draw, return_inverse=True)
    n = int(where.max()) + 1
    by_policy, by_all, size = (np.bincount(where, weight * x, n) for x in (treat * gain, gain, np.ones(len(gain))))
    count = _resampled(n, seed)
    total = count @ size
    spread = count @ by_policy / total - np.maximum(count @ by_all / total, 0.0)
    low, high = np.quantile(spread, [0.05, 0.95])
    value = float(by_policy.sum() / size.sum()) - reference(gain, weight)
    return PolicyValue(value, float(low), float(high), float(weight @ treat / weight.sum()))


@functools.lru_cache(maxsize=4)
def _resampled(n: int, seed: int) -> Ints:
    """Bootstrap weights: counts of each of n draws in each sample, (samples, n)."""
    u = uniforms(seed, np.arange(BOOTSTRAP), "biomarkers:policy", n)
    return np.stack([np.bincount((row * n).astype(int), minlength=n) for row in u])


def ranking(potential: Potential, day: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Measurables known at a day by the value of their information for the choice, the best first.

    On day 0 the choice is to give or to withhold, later to go on or to stop.

    Parameters
    ----------
    potential : Potential
        Outcomes and measurables.
    day : float
        0 or a landmark.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        ``marker``, ``evsi`` (day), ``policy``, ``policy_low``, ``policy_high`` and ``treated``.
    """
    gain, weight = gain_at(potential, day)
    rows = []
    for k in potential.at(day):
        predicted = cross_predict(potential.values[:, [k]], gain, potential.draw, weight)
        policy = policy_value(predicted, gain, potential.draw, weight, seed)
        rows.append(
            {
                "marker": potential.measurables[k].name,
                "evsi": max(information_value(predicted, weight), 0.0),
                "policy": policy.value,
                "policy_low": policy.low,
                "policy_high": policy.high,
                "treated": policy.treated,
            }
        )
    return pd.DataFrame(rows).sort_values(["policy", "evsi"], ascending=False, ignore_index=True)


def gain_at(potential: Potential, day: float) -> tuple[Floats, Floats]:
    """Expected gain of the choice at a day, and the weight of each patient: the probability of being alive."""
    from hepatica.biomarkers.measurables import LANDMARKS

    if day == 0:
        return potential.gain, np.ones(len(potential.gain))
    k = LANDMARKS.index(day)
    return potential.later_gain(k), potential.alive[k]


def panels(
    potential: Potential, day: float = 0.0, seed: int = 1, *, ranked: pd.DataFrame | None = None
) -> tuple[Panel, ...]:
    """Best panel of one, two and three measurables by cross-fitted policy value.

    Parameters
    ----------
    potential : Potential
        Outcomes and measurables.
    day : float
        0 or a landmark.
    seed : int
        Of the bootstrap.
    ranked : DataFrame, optional
        `ranking` of the same day, where it is at hand.
    """
    gain, weight = gain_at(potential, day)
    names = [m.name for m in potential.measurables]
    table = ranking(potential, day, seed) if ranked is None else ranked
    order = [names.index(m) for m in table["marker"]][:SHORTLIST]
    result = []
    for size in (1, 2, 3):
        tried = []
        for some in combinations(order, size):
            predicted = cross_predict(potential.values[:, some], gain, potential.draw, weight)
            value = float(weight @ (gain * (predicted > 0)) / weight.sum()) - reference(gain, weight)
            tried.append((value, some, predicted))
        value, some, predicted = max(tried, key=lambda row: row[0])
        result.append(Panel(tuple(some), policy_value(predicted, gain, potential.draw, weight, seed)))
    return tuple(result)


def best_cut(marker: Floats, gain: Floats, draw: Ints, seed: int = 1) -> Cut:
    """Best cut of one measurable, with the optimism of its choice taken off by the bootstrap (Harrell 1996).

    Parameters
    ----------
    marker, gain : (n,)
        One value a patient.
    draw : (n,)
        Parameter draw of each.
    seed : int
        Of the bootstrap.
    """
    threshold, above, mean = _cut(marker, gain)
    apparent = mean - max(0.0, float(gain.mean()))
    _, where = np.unique(draw, return_inverse=True)
    n = int(where.max()) + 1
    members = [np.flatnonzero(where == d) for d in range(n)]
    optimism = []
    for row in uniforms(seed, np.arange(BOOTSTRAP // 2), "biomarkers:cut", n):
        some = np.concatenate([members[d] for d in (row * n).astype(int)])
        t, side, inside = _cut(marker[some], gain[some])
        optimism.append(inside - _mean_gain(marker, gain, t, side))
    treat = (marker > threshold) == above
    return Cut(
        threshold=threshold,
        above=above,
        treated=float(treat.mean()),
        apparent=apparent,
        corrected=apparent - float(np.mean(optimism)),
        gain_treated=float(gain[treat].mean()),
        gain_others=float(gain[~treat].mean()),
    )


def _cut(marker: Floats, gain: Floats) -> tuple[float, bool, float]:
    """Threshold and side of the best cut, and the mean gain of all by it."""
    order = np.argsort(marker, kind="stable")
    ordered, n = marker[order], len(marker)
    below = np.cumsum(gain[order])
    total = below[-1]
    places = np.arange(int(MIN_SHARE * n), n - int(MIN_SHARE * n))
    places = places[ordered[places] < ordered[places + 1]] if len(places) else places
    if not len(places):
        return float(np.median(marker)), True, float((gain * (marker > np.median(marker))).mean())
    sides = np.stack([total - below[places], below[places]]) / n
    side, place = np.unravel_index(int(sides.argmax()), sides.shape)
    k = places[place]
    threshold = float((ordered[k] + ordered[k + 1]) / 2)
    return threshold, bool(side == 0), float(sides.max())


def _mean_gain(marker: Floats, gain: Floats, threshold: float, above: bool) -> float:
    """Mean gain of all where one side of a cut is treated."""
    treat = (marker > threshold) == above
    return float((gain * treat).mean())


def benefit_curve(marker: Floats, gain: Floats, draw: Ints, seed: int = 1, bins: int = 10) -> pd.DataFrame:
    """Mean gain by tenth of a measurable, with 90 % bootstrap interval over draws.

    Parameters
    ----------
    marker, gain : (n,)
        One value a patient.
    draw : (n,)
        Parameter draw of each.
    seed : int
        Of the bootstrap.
    bins : int
        Groups of equal size.
    """
    place = np.argsort(np.argsort(marker, kind="stable"), kind="stable") * bins // len(marker)
    _, where = np.unique(draw, return_inverse=True)
    n = int(where.max()) + 1
    sums, sizes = np.zeros((n, bins)), np.zeros((n, bins))
    np.add.at(sums, (where, place), gain)
    np.add.at(sizes, (where, place), 1.0)
    count = _resampled(n, seed)
    spread = count @ sums / np.maximum(count @ sizes, 1.0)
    low, high = np.quantile(spread, [0.05, 0.95], axis=0)
    return pd.DataFrame(
        {
            "marker": [float(np.median(marker[place == b])) for b in range(bins)],
            "gain": sums.sum(axis=0) / sizes.sum(axis=0),
            "low": low,
            "high": high,
        }
    )
