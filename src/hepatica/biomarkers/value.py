"""Prognostic and predictive value of each measurable, apart, with the share that parameter draws decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr
from scipy.stats import t as student

from hepatica.biomarkers.crossfit import cross_predict, explained
from hepatica.biomarkers.potential import Potential, expected
from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CALL_LEVEL = 0.02
"""Two-sided level at which an interaction is called: with it few are called where there is none."""
MOST_FALSE_CALLS = 0.05
"""Share of null worlds above which a measurable is not called at all: hardly anybody differs in it."""
BOOTSTRAP = 100
NULL_WORLDS = 400
MIN_ERROR = 1e-12
"""Error of a slope under which a gain that does not vary has no interaction, day per SD."""


@dataclass(frozen=True)
class Interaction:
    """Change of the gain per SD of a measurable at equal untreated risk, with its interval over draws.

    Attributes
    ----------
    slope, low, high : float
        Day per SD; 95 %.
    p : float
        Two-sided.
    """

    slope: float
    low: float
    high: float
    p: float

    @property
    def is_predictive(self) -> bool:
        """True where the interaction is called."""
        return self.p < CALL_LEVEL


def interaction(marker: Floats, gain: Floats, risk: Floats, draw: Ints) -> Interaction:
    """Interaction of a measurable with treatment, adjusted for the patient's own untreated risk.

    Least squares of the gain on the standardised measurable and a cubic of the risk, with standard errors that are
    robust to the sharing of draws (Liang & Zeger 1986, Biometrika 73:13), on as many degrees of freedom as draws less
    one.

    Parameters
    ----------
    marker, gain, risk : (n,)
        One value a patient.
    draw : (n,)
        Parameter draw of each.
    """
    regression = _Slopes(marker[:, None], risk, draw)
    slope, error = (float(x[0]) for x in regression(gain))
    freedom = regression.freedom
    if error < MIN_ERROR:
        return Interaction(slope, slope, slope, 1.0)
    half = float(student.ppf(0.975, freedom)) * error
    return Interaction(slope, slope - half, slope + half, float(2 * student.sf(abs(slope) / error, freedom)))


class _Slopes:
    """Slopes of a gain on measurables (n, k) at equal risk, with errors robust to the sharing of draws.

    What the controls explain is taken off both sides (Frisch & Waugh 1933, Econometrica 1:387), so that measurables
    and worlds share one regression; the errors are those of the whole sandwich.
    """

    def __init__(self, values: Floats, risk: Floats, draw: Ints) -> None:
        r = (risk - risk.mean()) / (risk.std() + 1e-12)
        self.controls = np.linalg.qr(np.column_stack([np.ones(len(r)), r, r**2, r**3]))[0]
        z = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-12)
        self.order = np.argsort(draw, kind="stable")
        self.z = (z - self.controls @ (self.controls.T @ z))[self.order]
        self.square = np.maximum((self.z**2).sum(axis=0), 1e-12)
        self.starts = np.flatnonzero(np.r_[True, np.diff(draw[self.order]) != 0])
        self.freedom = max(len(self.starts) - 1, 1)

    def __call__(self, gain: Floats) -> tuple[Floats, Floats]:
        """Slope and error of each measurable, (k,) each."""
        left = (gain - self.controls @ (self.controls.T @ gain))[self.order, None]
        slope = (self.z * left).sum(axis=0) / self.square
        sums = np.add.reduceat(self.z * (left - self.z * slope), self.starts, axis=0)
        factor = len(self.starts) / self.freedom
        return slope, np.sqrt(factor * (sums**2).sum(axis=0)) / self.square


def prior_share(marker: Floats, gain: Floats, draw: Ints) -> float:
    """Share of what a measurable explains of the gain that lies between parameter draws, not between patients.

    Examples
    --------
    >>> draw = np.repeat(np.arange(50), 4)
    >>> prior_share(draw.astype(float), draw * 2.0, draw)
    1.0
    """
    _, where, count = np.unique(draw, return_inverse=True, return_counts=True)

    def within(x: Floats) -> Floats:
        return x - (np.bincount(where, x) / count)[where]

    def part(x: Floats, y: Floats) -> float:
        variance = float((x**2).sum())
        return 0.0 if variance < 1e-12 else float((x @ y) ** 2 / variance)

    total = part(marker - marker.mean(), gain - gain.mean())
    return 0.0 if total <= 0 else float(np.clip(1 - part(within(marker), within(gain)) / total, 0, 1))


def value_table(potential: Potential, seed: int = 1) -> pd.DataFrame:
    """Prognostic and predictive value of every measurable, one row each.

    Early changes are judged among those alive at their day, by weight.

    Parameters
    ----------
    potential : Potential
        Outcomes and measurables.
    seed : int
        Of the bootstrap over draws.

    Returns
    -------
    DataFrame
        ``prognostic`` (share of the variance of the own untreated risk explained) with ``prognostic_low`` and
        ``_high``; ``gain_share`` (of the gain); ``predictive`` (of the gain beyond the own untreated risk) with its
        interval; ``slope`` (day per SD at equal risk) with ``slope_low`` and ``_high`` and ``p``; ``is_predictive``
        (called, and hardly ever in null worlds); ``false_calls`` (share of null worlds in which its slope is);
        ``prior_share``; ``untreated_change`` and ``treated_change`` (mean log change).
    """
    p, gain = potential, potential.gain
    beyond = gain - cross_predict(p.risk[:, None], gain, p.draw)
    samples, false = _draw_samples(p.draw, seed), false_calls(p, seed)
    rows = []
    for k, m in enumerate(p.measurables):
        marker = p.values[:, [k]]
        result = interaction(marker[:, 0], gain, p.risk, p.draw)
        by_risk, by_gain = cross_predict(marker, p.risk, p.draw), cross_predict(marker, gain, p.draw)
        by_beyond = cross_predict(marker, beyond, p.draw)
        prognostic, predictive = (
            _with_interval(target, predicted, samples) for target, predicted in ((p.risk, by_risk), (beyond, by_beyond))
        )
        rows.append(
            {
                "marker": m.name,
                "group": m.group.value,
                "prognostic": prognostic[0],
                "prognostic_low": prognostic[1],
                "prognostic_high": prognostic[2],
                "gain_share": max(explained(gain, by_gain), 0.0),
                "predictive": predictive[0],
                "predictive_low": predictive[1],
                "predictive_high": predictive[2],
                "slope": result.slope,
                "slope_low": result.low,
                "slope_high": result.high,
                "p": result.p,
                "is_predictive": result.is_predictive and bool(false[k] <= MOST_FALSE_CALLS),
                "false_calls": float(false[k]),
                "prior_share": prior_share(p.values[:, k], gain, p.draw),
                "untreated_change": p.untreated_change[k],
                "treated_change": p.treated_change[k],
            }
        )
    return pd.DataFrame(rows)


def _draw_samples(draw: Ints, seed: int) -> list[Ints]:
    """Bootstrap samples of patients, whole draws at once."""
    _, where = np.unique(draw, return_inverse=True)
    n = int(where.max()) + 1
    members = [np.flatnonzero(where == d) for d in range(n)]
    u = uniforms(seed, np.arange(BOOTSTRAP), "biomarkers:bootstrap", n)
    return [np.concatenate([members[d] for d in (row * n).astype(int)]) for row in u]


def _with_interval(target: Floats, predicted: Floats, samples: list[Ints]) -> tuple[float, float, float]:
    """Share explained, not below 0, with its 95 % bootstrap interval, predictions held."""
    spread = [explained(target[s], predicted[s]) for s in samples]
    low, high = np.quantile(spread, [0.025, 0.975])
    return max(explained(target, predicted), 0.0), max(float(low), 0.0), max(float(high), 0.0)


def false_calls(potential: Potential, seed: int = 1) -> Floats:
    """Share of null worlds, in which nothing is predictive, in which each measurable is called predictive, (k,).

    What own risk does not explain of the gain goes from the patients of each draw to those of another, in disorder: the
    sharing of draws stays, and nothing ties it to a measurable.

    Parameters
    ----------
    potential : Potential
        Outcomes and measurables.
    seed : int
        Of the permutations.
    """
    p = potential
    calls = np.zeros(len(p.measurables))
    base = cross_predict(p.risk[:, None], p.gain, p.draw)
    left = p.gain - base
    _, where, size = np.unique(p.draw, return_inverse=True, return_counts=True)
    draws, start = len(size), np.cumsum(size) - size
    regression = _Slopes(p.values, p.risk, p.draw)
    limit = float(student.isf(CALL_LEVEL / 2, regression.freedom))
    rank = np.empty(len(where), np.int64)
    rank[np.argsort(where, kind="stable")] = np.arange(len(where))
    rank -= start[where]
    for world in range(NULL_WORLDS):
        u = uniforms(seed, np.arange(len(left)), f"biomarkers:null:{world}", 2)
        source, disorder = np.argsort(u[:draws, 0])[where], np.lexsort((u[:, 1], where))
        null = base + left[disorder[start[source] + rank % size[source]]]
        slope, error = regression(null)
        calls += (np.abs(slope) > limit * error) & (error >= MIN_ERROR)
    return calls / NULL_WORLDS


def hypothesis_agreement(potential: Potential) -> float:
    """Spearman correlation between hypotheses of the interaction slopes; NaN with one hypothesis."""
    if len(potential.hypotheses) < 2:
        return float("nan")
    slopes = [
        [interaction(column, gain, potential.risk, potential.draw).slope for column in potential.values.T]
        for gain in potential.gains[:2]
    ]
    return float(spearmanr(*slopes).statistic)


def by_hypothesis(potential: Potential) -> dict[str, Floats]:
    """Expected gain of each patient if one hypothesis holds, by hypothesis."""
    return {h: expected(potential.gains[[k]], (potential.null_effect[k],)) for k, h in enumerate(potential.hypotheses)}
