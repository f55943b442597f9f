"""EWOC, escalation with overdose control (Babb, Rogatko & Zacks 1998, Statistics in Medicine 17:1103).

A logistic curve through the toxicity at the lowest dose (rho) and through the target at the MTD (gamma). The next
dose is a low quantile of the posterior of gamma: the probability of giving more than the MTD is held at `alpha`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import logit

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.model_based.posterior import normalise
from hepatica.trials.dose_finding.state import NONE, Floats, Ints, Reason, State, Step, distinct

ROUNDING = 1e-9  # of the range: a quantile that is a level's dose but for rounding is that dose
RHO_POINTS, MTD_POINTS = 20, 80  # midpoint rule over the uniform prior


class CurveGrid(NamedTuple):
    """Curves of a uniform prior: toxicity at the lowest dose and MTD of each, (curves,)."""

    rho: Floats
    mtd: Floats


def curve_grid(target: float, lowest: float, highest: float) -> CurveGrid:
    """Grid over toxicity at the lowest dose (0 to the target) and MTD (lowest to highest dose)."""
    rho = target * (np.arange(RHO_POINTS) + 0.5) / RHO_POINTS
    mtd = lowest + (highest - lowest) * (np.arange(MTD_POINTS) + 0.5) / MTD_POINTS
    grid = np.meshgrid(rho, mtd, indexing="ij")
    return CurveGrid(grid[0].ravel(), grid[1].ravel())


def log_curves(dose: Floats, target: float, lowest: float, grid: CurveGrid) -> tuple[Floats, Floats]:
    """Logarithms of toxicity and of its complement, (doses, curves)."""
    slope = (logit(target) - logit(grid.rho)) / (grid.mtd - lowest)
    odds = logit(grid.rho) + slope * (np.asarray(dose, float)[:, None] - lowest)
    return -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)


def mtd_quantile(mass: Floats, quantile: Floats | float, lowest: float, highest: float) -> Floats:
    """Quantile of the marginal posterior of the MTD.

    Parameters
    ----------
    mass : array of float, (trials, curves)
        Posterior probabilities of the curves of `curve_grid`.
    quantile : float or array of float, (trials,)
        Probability that the MTD lies below.
    lowest, highest : float
        Range of the prior of the MTD.

    Returns
    -------
    array of float, (trials,)
    """
    marginal = mass.reshape(len(mass), RHO_POINTS, MTD_POINTS).sum(axis=1)
    below = np.concatenate([np.zeros((len(mass), 1)), np.cumsum(marginal, axis=1)], axis=1)
    level = np.broadcast_to(quantile, len(mass))
    place = np.clip((below <= level[:, None]).sum(axis=1) - 1, 0, MTD_POINTS - 1)
    row = np.arange(len(mass))
    part = np.clip((level - below[row, place]) / np.maximum(marginal[row, place], 1e-300), 0, 1)
    return np.asarray(lowest + (highest - lowest) * (place + part) / MTD_POINTS)


@dataclass(frozen=True, kw_only=True)
class Ewoc(Design):
    """Escalation with overdose control on given levels: the highest whose dose does not exceed the quantile.

    Parameters
    ----------
    levels, max_patients, cohort, start : int
        As of `Design`.
    doses : tuple of float
        Dose of each level; on the scale on which the curve is logistic, such as log10 of cells.
    target : float
        Toxicity that defines the MTD.
    alpha : float
        Probability of overdose that is accepted.
    alpha_step : float
        Added to it for each patient treated, up to `alpha_most`.
    alpha_most : float
        Largest probability of overdose accepted.
    highest : float or None
        End of the prior of the MTD; the highest dose by default.
    no_skip : bool
        Escalate by one level at the most.
    """

    doses: tuple[float, ...]
    target: float
    alpha: float = 0.25
    alpha_step: float = 0.0
    alpha_most: float = 0.5
    highest: float | None = None
    no_skip: bool = True

    def __post_init__(self) -> None:
        """Check doses, target and probability of overdose.

        Raises
        ------
        InputError
            If a number is impossible.
        """
        super().__post_init__()
        if len(self.doses) != self.levels or self.levels < 2 or (np.diff(self.doses) <= 0).any():
            raise InputError("doses", self.doses, f"a rising dose for each of {self.levels} levels, two at least")
        if not 0 < self.target < 1:
            raise InputError("target", self.target, "a probability between 0 and 1")
        if not 0 < self.alpha <= self.alpha_most <= 1:
            raise InputError("alpha", (self.alpha, self.alpha_most), "probabilities, the first not above the second")
        if self._end <= self.doses[0]:
            raise InputError("highest", self.highest, f"above the lowest dose, {self.doses[0]}")

    @property
    def _end(self) -> float:
        return self.doses[-1] if self.highest is None else self.highest

    def quantile(self, state: State, quantile: Floats | float) -> Floats:
        """Quantile of the posterior of the MTD, as a dose, (trials,)."""
        grid = curve_grid(self.target, self.doses[0], self._end)
        log_p, log_none = log_curves(np.array(self.doses), self.target, self.doses[0], grid)
        first, place = distinct(state.toxic, state.treated)
        toxic, treated = state.toxic[first], state.treated[first]
        mass = normalise(toxic @ log_p + (treated - toxic) @ log_none)
        levels = np.broadcast_to(quantile, len(place))[first]  # the same for trials of the same size
        return mtd_quantile(mass, levels, self.doses[0], self._end)[place]

    def step(self, state: State, last: Ints) -> Step:
        """Highest level at or below the quantile; see `Design.step`."""
        del last  # the method is coherent without a rule (Tighiouart & Rogatko 2010)
        treated = state.counts.sum(axis=(1, 2))
        alpha = np.minimum(self.alpha + self.alpha_step * treated, self.alpha_most)
        dose = self.quantile(state, alpha)
        near = dose + ROUNDING * (self._end - self.doses[0])
        nearest = np.maximum((np.array(self.doses) <= near[:, None]).sum(axis=1) - 1, 0)
        goal = np.minimum(nearest, state.level + 1) if self.no_skip else nearest
        reason = np.select(
            [(goal > state.level) & (goal < nearest), goal > state.level, goal < state.level],
            [int(Reason.ESCALATE_ONE), int(Reason.ESCALATE), int(Reason.DEESCALATE)],
            int(Reason.STAY),
        )
        return Step(goal, np.asarray(reason, np.int64), state.ceiling, state.stage)

    def select(self, state: State) -> Ints:
        """Level tried that is nearest to the posterior median of the MTD."""
        gap = np.abs(np.array(self.doses) - self.quantile(state, 0.5)[:, None])
        gap = np.where(state.treated > 0, gap, np.inf)
        return np.asarray(np.where(state.ceiling < 0, NONE, gap.argmin(axis=1)), np.int64)
