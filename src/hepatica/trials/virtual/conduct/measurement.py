"""Measurements of simulated trials: visits within their windows, some missed, each value with its error."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from hepatica.trials.definition.latent import ERRORS
from hepatica.trials.definition.trial import GRADE
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.streams import normals, uniforms

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Measurements:
    """Visits and measured values of a block of trials, (trial, patient).

    Attributes
    ----------
    block : TrialBlock
    """

    block: TrialBlock = field(repr=False)

    def visit_day(self, planned: float) -> Floats:
        """Day of a visit, within its window and from 0 to the end of follow-up; 0 for the baseline.

        Parameters
        ----------
        planned : float
            Day of the protocol.
        """
        b = self.block
        if planned == 0:
            return np.zeros(b.who.shape)
        window = min(b.plan.visits.window, planned)
        u = uniforms(b.trial.seed, f"visit:{planned:g}", b.block, b.patients)
        return np.asarray(np.clip(planned + window * (2 * u - 1), 0.0, b.trial.follow_up))

    def attended(self, planned: float) -> Bools:
        """Visits that are not missed by a patient who is alive, has no transplant and has not dropped out.

        Parameters
        ----------
        planned : float
            Day of the protocol; nobody misses the baseline.
        """
        b, day = self.block, self.visit_day(planned)
        here = (day < b.native_end[0]) & (day < b.dropout)
        visits = b.plan.visits
        if planned == 0 or visits.missed == 0:
            return here
        grade = np.clip(self._at(GRADE, day), 0, 4)
        chance = expit(logit(min(visits.missed, 0.999)) + visits.missed_per_grade * grade)
        return np.asarray(here & (uniforms(b.trial.seed, f"missed:{planned:g}", b.block, b.patients) >= chance))

    def _at(self, lab: str, day: Floats) -> Floats:
        """Latent value on each patient's own day."""
        values = self.block.outcomes.labs[lab]
        flat = values.reshape(-1, values.shape[-1])
        first = np.minimum(np.floor(day).astype(np.int64), flat.shape[1] - 1)
        after = np.minimum(first + 1, flat.shape[1] - 1)
        low, high = flat[self.block.row, first].astype(float), flat[self.block.row, after]
        return np.asarray(low + (day - first) * (high - low))

    def measured(self, lab: str, planned: float) -> Floats:
        """Measured value, whether or not the visit took place.

        Parameters
        ----------
        lab : str
            Kept by the bank.
        planned : float
            Day of the protocol.
        """
        b, error = self.block, ERRORS[lab]
        value = self._at(lab, self.visit_day(planned))
        noise = error.sd * normals(b.trial.seed, f"measure:{lab}:{planned:g}", b.block, b.patients)
        return np.asarray(value * np.exp(noise) if error.is_log else value + noise)

    def observed(self, lab: str, planned: float) -> Floats:
        """Measured value at visits that took place; NaN otherwise.

        Parameters
        ----------
        lab : str
            Kept by the bank.
        planned : float
            Day of the protocol.
        """
        return np.where(self.attended(planned), self.measured(lab, planned), np.nan)

    def last_before(self, lab: str, planned: float) -> Floats:
        """Last value observed up to a visit, the baseline among them.

        Parameters
        ----------
        lab : str
            Kept by the bank.
        planned : float
            Day of the protocol.
        """
        days = [0.0, *(d for d in self.block.plan.visits.days if d < planned), planned]
        value = self.observed(lab, 0.0)
        for day in days[1:]:
            seen = self.observed(lab, day)
            value = np.where(np.isnan(seen), value, seen)
        return value

    @cached_property
    def rescue(self) -> Floats:
        """Day of rescue treatment: a chance at the first visit at which its condition holds; inf for none."""
        b, rule = self.block, self.block.plan.rescue
        when = np.full(b.who.shape, np.inf)
        if rule is None:
            return when
        condition = rule.condition()
        given = uniforms(b.trial.seed, "rescue", b.block, b.patients) < rule.chance
        for planned in (0.0, *b.plan.visits.days):
            values = {name: self.observed(name, planned) for name in condition.names}
            first = condition(values) & ~np.isfinite(when)
            when = np.where(first, self.visit_day(planned), when)
        return np.where(given, when, np.inf)
