"""TITE-CRM: the continual reassessment method with pending outcomes weighted (Cheung & Chappell 2000)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.posterior import (
    PRIOR_SD,
    beta_grid,
    normalise,
    posterior_moments,
)
from hepatica.trials.dose_finding.model_based.working_models import Empiric, WorkingModel, check_skeleton
from hepatica.trials.dose_finding.state import NONE, Bools, Floats, Ints, Reason
from hepatica.trials.dose_finding.time_to_event.follow_up import Snapshot
from hepatica.trials.dose_finding.time_to_event.tite_design import TiteDesign, TiteStep, sum_by_level


@dataclass(frozen=True, kw_only=True)
class TiteCrm(TiteDesign):
    """Continual reassessment method in which 1 - weight * toxicity is the likelihood of a pending outcome.

    Parameters
    ----------
    levels, max_patients, cohort, start, target, weight
        As of `TiteDesign`.
    skeleton : tuple of float
        Prior guesses of toxicity by level.
    model : WorkingModel
        Working model.
    prior_sd : float
        Standard deviation of the normal prior of beta.
    no_skip : bool
        Escalate by one level at the most.
    coherent : bool
        Never escalate while the last cohort's toxicity is at the target or above.
    """

    skeleton: tuple[float, ...]
    model: WorkingModel = field(default_factory=Empiric)
    prior_sd: float = PRIOR_SD
    no_skip: bool = True
    coherent: bool = True

    def __post_init__(self) -> None:
        """Check the skeleton.

        Raises
        ------
        InputError
            If it does not fit the levels.
        """
        super().__post_init__()
        if len(check_skeleton(self.skeleton)) != self.levels:
            raise InputError("skeleton", self.skeleton, f"a number for each of {self.levels} levels")

    def estimate(self, seen: Snapshot) -> Floats:
        """Toxicity by level at the posterior mean of beta, (trials, levels)."""
        grid = beta_grid(self.prior_sd)
        labels = self.model.labels(np.array(self.skeleton))
        log_p, log_none = self.model.log_toxicity(labels[:, None], grid.beta)
        complete = seen.enrolled & ~seen.pending & ~seen.toxic
        total = sum_by_level(seen.toxic, seen.level, self.levels) @ log_p
        total += sum_by_level(complete, seen.level, self.levels) @ log_none + grid.log_prior
        weights, pending = self.weight.of(seen), seen.pending
        toxicity = np.exp(log_p)
        for place in np.flatnonzero(pending.any(axis=0)):
            who = np.flatnonzero(pending[:, place])
            partly = weights[who, place, None] * toxicity[seen.level[who, place]]
            total[who] += np.log1p(-np.minimum(partly, 1 - 1e-16))
        beta = posterior_moments(normalise(total), grid)[0]
        return self.model.toxicity(labels, beta[:, None])

    def _last_cohort_toxic(self, seen: Snapshot) -> Bools:
        count = seen.enrolled.sum(axis=1)
        place = np.arange(seen.level.shape[1])
        last = (place >= (count - self.cohort)[:, None]) & (place < count[:, None])
        size = np.maximum(last.sum(axis=1), 1)
        return np.asarray((seen.toxic & last).sum(axis=1) >= self.target * size)

    def decide(self, seen: Snapshot, level: Ints, ceiling: Ints) -> TiteStep:
        """Level nearest to the target within the restrictions; see `TiteDesign.decide`."""
        nearest = np.abs(self.estimate(seen) - self.target).argmin(axis=1)
        held = self.coherent & (nearest > level) & self._last_cohort_toxic(seen)
        goal = np.where(held, level, nearest)
        goal = np.minimum(goal, level + 1) if self.no_skip else goal
        reason = np.select(
            [held, (goal > level) & (goal < nearest), goal > level, goal < level],
            [int(Reason.STAY_INCOHERENT), int(Reason.ESCALATE_ONE), int(Reason.ESCALATE), int(Reason.DEESCALATE)],
            int(Reason.STAY),
        )
        return TiteStep(np.asarray(goal, np.int64), np.asarray(reason, np.int64), ceiling)

    def select(self, toxic: Ints, treated: Ints, ceiling: Ints) -> Ints:
        """Level nearest to the target among those tried."""
        grid = beta_grid(self.prior_sd)
        labels = self.model.labels(np.array(self.skeleton))
        log_p, log_none = self.model.log_toxicity(labels[:, None], grid.beta)
        mass = normalise(toxic @ log_p + (treated - toxic) @ log_none + grid.log_prior)
        estimate = self.model.toxicity(labels, posterior_moments(mass, grid)[0][:, None])
        gap = np.where(treated > 0, np.abs(estimate - self.target), np.inf)
        return np.asarray(np.where(ceiling < 0, NONE, gap.argmin(axis=1)), np.int64)
