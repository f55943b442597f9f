"""CRM, the continual reassessment method (O'Quigley, Pepe & Fisher 1990), by Bayes or maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.model_based.posterior import (
    PRIOR_SD,
    beta_grid,
    maximise,
    normalise,
    posterior_moments,
)
from hepatica.trials.dose_finding.model_based.working_models import Empiric, WorkingModel, check_skeleton
from hepatica.trials.dose_finding.state import NONE, Bools, Floats, Ints, Reason, State, Step, at_level, distinct


@dataclass(frozen=True, kw_only=True)
class Crm(Design):
    """Continual reassessment method: the next cohort gets the level whose estimated toxicity is nearest to the target.

    Parameters
    ----------
    levels, max_patients, cohort, start : int
        As of `Design`.
    skeleton : tuple of float
        Prior guesses of toxicity by level.
    target : float
        Toxicity aimed at.
    model : WorkingModel
        Working model.
    prior_sd : float or None
        Standard deviation of the normal prior of beta; None for maximum likelihood, which escalates by one level a
        cohort until there is toxicity and patients without (two-stage design).
    no_skip : bool
        Escalate by one level at the most.
    coherent : bool
        Never escalate straight after a cohort with toxicity at the target or above (Cheung 2005).
    stop_at : int or None
        Patients at a level that end the trial when the decision is to go on there.
    stop_toxic : float or None
        Posterior probability that the lowest level exceeds the target, above which the trial stops.
    """

    skeleton: tuple[float, ...]
    target: float
    model: WorkingModel = field(default_factory=Empiric)
    prior_sd: float | None = PRIOR_SD
    no_skip: bool = True
    coherent: bool = True
    stop_at: int | None = None
    stop_toxic: float | None = None

    def __post_init__(self) -> None:
        """Check skeleton, target and the rule that stops.

        Raises
        ------
        InputError
            If a number is impossible.
        """
        super().__post_init__()
        if len(check_skeleton(self.skeleton)) != self.levels:
            raise InputError("skeleton", self.skeleton, f"a number for each of {self.levels} levels")
        if not 0 < self.target < 1:
            raise InputError("target", self.target, "a probability between 0 and 1")
        if self.stop_toxic is not None and (self.prior_sd is None or not 0 < self.stop_toxic < 1):
            raise InputError("stop_toxic", self.stop_toxic, "a probability, with a prior (prior_sd)")
        self.model.labels(np.array(self.skeleton))

    def posterior(self, state: State) -> tuple[Floats, Floats]:
        """Points of beta, (points,), and their posterior probabilities, (trials, points)."""
        grid = beta_grid(self.prior_sd or PRIOR_SD)
        labels = self.model.labels(np.array(self.skeleton))
        log_p, log_none = self.model.log_toxicity(labels[:, None], grid.beta)
        toxic, treated = state.toxic, state.treated
        return grid.beta, normalise(toxic @ log_p + (treated - toxic) @ log_none + grid.log_prior)

    def _estimate(self, state: State) -> tuple[Floats, Floats]:
        """Toxicity by level at the estimate of beta, and the probability that the lowest level exceeds the target."""
        first, place = distinct(state.toxic, state.treated)
        estimate, too_toxic = self._estimate_distinct(state.take(first))
        return estimate[place], too_toxic[place]

    def _estimate_distinct(self, state: State) -> tuple[Floats, Floats]:
        labels = self.model.labels(np.array(self.skeleton))
        if self.prior_sd is None:
            beta = maximise(self.model, labels, state.toxic, state.treated)
            return self.model.toxicity(labels, beta[:, None]), np.zeros(len(beta))
        grid = beta_grid(self.prior_sd)
        points, mass = self.posterior(state)
        beta = posterior_moments(mass, grid)[0]
        too_toxic = np.zeros(len(beta))
        if self.stop_toxic is not None:
            border = self.model.solve(float(labels[0]), self.target)  # toxicity falls with beta
            ahead = np.cumsum(mass, axis=1) - mass / 2
            place = np.clip((border - points[0]) / (points[1] - points[0]), 0, len(points) - 1.000001)
            left = int(place)
            too_toxic = ahead[:, left] + (place - left) * (ahead[:, left + 1] - ahead[:, left])
        return self.model.toxicity(labels, beta[:, None]), too_toxic

    def restrict(self, level: Ints, nearest: Ints, last: Ints) -> tuple[Ints, Bools]:
        """Level that the restrictions allow, and trials in which coherence holds the level."""
        hits = last[:, last.shape[1] // 2 :].sum(axis=1)
        held = self.coherent & (nearest > level) & (hits >= self.target * last.sum(axis=1))
        goal = np.where(held, level, nearest)
        return np.minimum(goal, level + 1) if self.no_skip else goal, held

    def step(self, state: State, last: Ints) -> Step:
        """Level nearest to the target within the restrictions; see `Design.step`."""
        estimate, too_toxic = self._estimate(state)
        nearest, level = np.abs(estimate - self.target).argmin(axis=1), state.level
        if self.prior_sd is None:  # the first stage, in which the likelihood has no maximum
            toxic = state.toxic.sum(axis=1)
            nearest = np.where(toxic == 0, np.minimum(level + 1, self.levels - 1), nearest)
            nearest = np.where(toxic == state.treated.sum(axis=1), np.maximum(level - 1, 0), nearest)
        goal, held = self.restrict(level, nearest, last)
        reason = np.select(
            [held, (goal > level) & (goal < nearest), goal > level, goal < level],
            [int(Reason.STAY_INCOHERENT), int(Reason.ESCALATE_ONE), int(Reason.ESCALATE), int(Reason.DEESCALATE)],
            int(Reason.STAY),
        )
        if self.stop_at is not None:
            enough = (at_level(state.treated, level) >= self.stop_at) & (goal == level)
            reason = np.where(enough, int(Reason.STOP_AT_LEVEL), reason)
        ceiling = state.ceiling
        if self.stop_toxic is not None:
            stop = too_toxic > self.stop_toxic
            reason, ceiling = np.where(stop, int(Reason.STOP_TOXIC), reason), np.where(stop, NONE, ceiling)
        return Step(np.asarray(goal, np.int64), np.asarray(reason, np.int64), ceiling, state.stage)

    def nearest(self, state: State) -> Ints:
        """Level whose estimated toxicity is nearest to the target, tried or not."""
        return np.asarray(np.abs(self._estimate(state)[0] - self.target).argmin(axis=1))

    def select(self, state: State) -> Ints:
        """Level nearest to the target among those tried; -1 where the trial stopped as too toxic."""
        gap = np.where(state.treated > 0, np.abs(self._estimate(state)[0] - self.target), np.inf)
        return np.asarray(np.where(state.ceiling < 0, NONE, gap.argmin(axis=1)), np.int64)
