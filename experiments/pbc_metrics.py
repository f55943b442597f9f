"""Metrics of predicted risks under censoring: concordance, Brier score, calibration slope; people count by weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pbc_visits import Visits


def log_hazard(risk: np.ndarray) -> np.ndarray:
    """Log of the cumulative hazard of a risk."""
    return np.log(-np.log1p(-np.clip(risk, 1e-9, 1 - 1e-9)))


def pairs(time: np.ndarray, event: np.ndarray, risk: np.ndarray, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Concordant (ties half) and comparable pairs by person of the earlier event and the other, (people, people).

    A pair is comparable when one has the event before the other's time, or at the time at which the other is censored.
    """
    people = int(person.max()) + 1
    belongs = np.zeros((len(time), people), np.float32)
    belongs[np.arange(len(time)), person] = 1.0
    who = np.flatnonzero(event)
    later = (time[None] > time[who, None]) | ((time[None] == time[who, None]) & ~event[None])
    comparable = later.astype(np.float32)
    better = comparable * ((risk[who, None] > risk[None]) + 0.5 * (risk[who, None] == risk[None])).astype(np.float32)
    sums = []
    for table in (better, comparable):
        summed = (belongs[who].T @ (table @ belongs)).astype(float)
        np.fill_diagonal(summed, 0.0)
        sums.append(summed)
    return sums[0], sums[1]


def concordance(counted: tuple[np.ndarray, np.ndarray], weight: np.ndarray) -> float:
    """Harrell's C of `pairs` with people counted as often as their weight says."""
    better, comparable = (float(weight @ table @ weight) for table in counted)
    return better / comparable if comparable else float("nan")


def product_limit(time: np.ndarray, event: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and survival after each, weighted."""
    times, where = np.unique(time, return_inverse=True)
    left = np.bincount(where, weights=weight, minlength=len(times))
    happened = np.bincount(where, weights=weight * event, minlength=len(times))
    at_risk = np.cumsum(left[::-1])[::-1]
    return times, np.cumprod(1 - happened / np.maximum(at_risk, 1e-300))


def censoring(time: np.ndarray, event: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and probability of not being censored up to and at each; at one time events come before censoring."""
    times, where = np.unique(time, return_inverse=True)
    left = np.bincount(where, weights=weight, minlength=len(times))
    happened = np.bincount(where, weights=weight * event, minlength=len(times))
    at_risk = np.cumsum(left[::-1])[::-1] - happened
    return times, np.cumprod(1 - np.where(at_risk > 0, (left - happened) / np.maximum(at_risk, 1e-300), 0.0))


def step(times: np.ndarray, values: np.ndarray, *, before: bool = False) -> Callable[[np.ndarray], np.ndarray]:
    """A step function that is 1 at first, as it is at or just before a time."""
    padded = np.concatenate([[1.0], values])
    return lambda at: padded[np.searchsorted(times, at, side="left" if before else "right")]


def ipcw(visits: Visits, horizon: float, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Event by the horizon, and inverse-probability-of-censoring weight of each visit (0 where censored before)."""
    first = visits.first
    ends, ended = (visits.day + visits.time)[first], visits.event[first]
    curve = censoring(ends, ended, weight[visits.person[first]])
    upto, just = step(*curve), step(*curve, before=True)
    died = visits.event & (visits.time <= horizon)
    free = visits.time > horizon
    kept = np.where(died, just(visits.day + visits.time), upto(visits.day + horizon)) / np.maximum(
        upto(visits.day), 1e-300
    )
    return died, np.where(died | free, weight[visits.person] / np.maximum(kept, 1e-300), 0.0)


def brier(risk: np.ndarray, died: np.ndarray, weight: np.ndarray, total: float) -> float:
    """Mean squared error of a risk, with `ipcw` weights, over so many visits."""
    return float((weight * (died - risk) ** 2).sum() / total)


def cox_slope(time: np.ndarray, event: np.ndarray, x: np.ndarray, weight: np.ndarray) -> float:
    """Slope of one covariate in a weighted Cox model (Breslow's ties); NaN without events or without spread."""
    use = weight > 0
    order = np.flatnonzero(use)[np.argsort(time[use], kind="stable")]
    time, event, w = time[order], event[order], weight[order]
    x = x[order] - np.average(x[order], weights=w)
    if not event.any() or np.std(x) < 1e-12:
        return float("nan")
    first, slope = np.searchsorted(time, time[event], side="left"), 0.0
    for _ in range(50):
        e = w * np.exp(np.clip(slope * x, -500, 500))
        s0, s1, s2 = (np.cumsum((e * x**k)[::-1])[::-1][first] for k in range(3))
        gradient = (w[event] * (x[event] - s1 / s0)).sum()
        curvature = (w[event] * (s2 / s0 - (s1 / s0) ** 2)).sum()
        move = float(np.clip(gradient / max(curvature, 1e-300), -1.0, 1.0))
        slope += move
        if abs(move) < 1e-7:
            break
    return slope
