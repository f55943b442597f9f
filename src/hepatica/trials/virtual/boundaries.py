"""Boundaries of the looks of a trial: spent by the information that a look has, for each level of a step-down test."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.recursion import SubDensity
from hepatica.trials.confirmatory.group_sequential.shapes import Shape
from hepatica.trials.confirmatory.group_sequential.spending import Spending
from hepatica.trials.definition.trial import Trial

Floats = NDArray[np.float64]
GRID = 200  # steps of the information fraction to which looks by date are rounded before alpha is spent


@dataclass
class Boundaries:
    """Critical values of z by the information at the looks.

    Attributes
    ----------
    planned : (looks,)
        Planned information fractions of the interim looks.
    efficacy : Shape or Spending
    alpha : float
        One-sided.
    """

    planned: Floats
    efficacy: Shape | Spending
    alpha: float
    futility: tuple[float, ...] = ()
    binding: bool = False
    _kept: dict[tuple[int, ...], Floats] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, trial: Trial, alpha: float, planned: Floats) -> Boundaries:
        """Boundaries of a trial.

        Parameters
        ----------
        trial : Trial
            Its looks and rules.
        alpha : float
            One-sided error of the hypothesis tested.
        planned : (looks,)
            Information fractions of the interim looks.
        """
        s = trial.stopping
        return cls(planned, s.boundary(), alpha, tuple(s.futility), s.binding)

    def critical(self, fractions: Floats) -> Floats:
        """Critical values (trial, look) of trials whose looks had these fractions of the planned information.

        Parameters
        ----------
        fractions : (trial, look)
            Of the planned maximum, the final analysis last; NaN for a look that did not take place.
        """
        steps = np.where(np.isnan(fractions), -1, np.round(fractions * GRID)).astype(np.int64)
        distinct, where = np.unique(steps, axis=0, return_inverse=True)
        return np.stack([self._of(tuple(row)) for row in distinct.tolist()])[where.ravel()]

    def _of(self, steps: tuple[int, ...]) -> Floats:
        if steps not in self._kept:
            self._kept[steps] = self._spend(np.array(steps, float) / GRID)
        return self._kept[steps]

    def _spend(self, fractions: Floats) -> Floats:
        """Critical values of one trial: alpha is spent by planned fractions, all that is left at the final analysis."""
        critical = np.full(len(fractions), np.inf)
        looks = [k for k in range(len(fractions)) if fractions[k] > 0]
        if isinstance(self.efficacy, Shape):
            at = np.append(self.planned, 1.0)
            spent = np.cumsum(self._shape_steps(at, self.efficacy.critical_values(at, self.alpha, False)))
        now, before, last = SubDensity.start(), 0.0, 0.0
        for place, k in enumerate(looks):
            here, is_final = max(fractions[k], last + 0.5 / GRID), k == len(fractions) - 1
            if is_final:
                total = self.alpha
            elif isinstance(self.efficacy, Shape):
                total = float(spent[k])
            else:
                total = float(self.efficacy(min(fractions[k], 1.0), self.alpha))
            critical[k] = now.upper_bound(total - before, here)
            if place + 1 < len(looks):
                low = self.futility[k] if self.binding and k < len(self.futility) else -np.inf
                ahead = max(fractions[looks[place + 1]], here + 0.5 / GRID)
                now, before, last = now.advance(min(low, critical[k]), critical[k], here, ahead), total, here
        return critical

    def _shape_steps(self, at: Floats, critical: Floats) -> Floats:
        """Error that a shape spends at each planned look."""
        now, steps = SubDensity.start(), np.zeros(len(at))
        for k, here in enumerate(at):
            steps[k] = now.above(critical[k], here)
            if k + 1 < len(at):
                now = now.advance(-np.inf, critical[k], here, at[k + 1])
        return steps


def planned_boundary(trial: Trial, planned: Floats) -> Floats:
    """Critical values of the protocol, at the planned fractions, for one comparison.

    Parameters
    ----------
    trial : Trial
        Its rules.
    planned : (looks,)
        Information fractions of the interim looks.
    """
    looks = [*planned.tolist(), 1.0]
    return design_group_sequential(looks, trial.stopping.boundary(), alpha=trial.analysis.alpha).critical
