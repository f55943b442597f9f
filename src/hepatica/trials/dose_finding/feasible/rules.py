"""Rules of feasible-dose finding: by counts at attributed levels, or by a continuous model over log dose.

The model of the second kind is that of the continual reassessment method with the delivered dose as covariate; its
skeleton is taken between levels as straight on the scales of log dose and logit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.feasible.attribution import Attribution, level_below
from hepatica.trials.dose_finding.feasible.curve import check_doses, interpolate_logit
from hepatica.trials.dose_finding.model_based.posterior import PRIOR_SD, beta_grid, normalise, posterior_moments
from hepatica.trials.dose_finding.model_based.working_models import Empiric, WorkingModel, check_skeleton
from hepatica.trials.dose_finding.state import NONE, TOXICITY_ONLY, Bools, Floats, Ints, Reason, State

POINTS = 121  # of beta: each patient of each trial needs them


class Memory(NamedTuple):
    """Accumulated data that a rule decides on, by trial.

    Attributes
    ----------
    counts : array of int, (trials, levels, 2)
        Patients by attributed level, without and with toxicity.
    log_density : array of float, (trials, points)
        Logarithm of the posterior of beta, up to a constant; no points for a rule by counts.
    level, ceiling : array of int, (trials,)
        Level last assigned, and highest level open.
    reached : array of int, (trials,)
        Highest level that a dose delivered has reached, -1 for none.
    hits : array of int, (trials,)
        Patients with toxicity in the last cohort.
    """

    counts: Ints
    log_density: Floats
    level: Ints
    ceiling: Ints
    reached: Ints
    hits: Ints

    def take(self, rows: Bools | Ints) -> Memory:
        """Memory of some of the trials."""
        counts, density, level, ceiling, reached, hits = (part[rows] for part in self)
        return Memory(counts, density, level, ceiling, reached, hits)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class FeasibleRule(ABC):
    """Rule of dose finding on delivered doses.

    Parameters
    ----------
    doses : tuple of float
        Doses of the levels.
    max_patients, cohort, start : int
        As of `Design`.
    """

    doses: tuple[float, ...]
    max_patients: int
    cohort: int = 3
    start: int = 0

    points = 0  # of beta

    def __post_init__(self) -> None:
        """Check doses and numbers.

        Raises
        ------
        InputError
            If one is impossible.
        """
        levels = len(check_doses(self.doses))
        if not 0 <= self.start < levels:
            raise InputError("start", self.start, f"a level from 0 to {levels - 1}")
        if self.cohort < 1 or self.max_patients < self.cohort:
            raise InputError("max_patients", self.max_patients, f"at least one cohort of {max(self.cohort, 1)}")

    @property
    def levels(self) -> int:
        """Number of levels."""
        return len(self.doses)

    def begin(self, trials: int) -> Memory:
        """Memory before the first patient."""
        return Memory(
            np.zeros((trials, self.levels, TOXICITY_ONLY), np.int64),
            np.zeros((trials, self.points)),
            np.full(trials, self.start),
            np.full(trials, self.levels - 1),
            np.full(trials, NONE),
            np.zeros(trials, np.int64),
        )

    @abstractmethod
    def observe(self, memory: Memory, dose: Floats, toxic: Bools) -> Memory:
        """Memory with a cohort added: doses delivered and toxicity, (trials, patients)."""

    @abstractmethod
    def decide(self, memory: Memory) -> tuple[Memory, Ints]:
        """Memory with the next level and the ceiling, and the reason, (trials,)."""

    @abstractmethod
    def select(self, memory: Memory) -> Ints:
        """Level selected, -1 where none."""

    def _seen(self, memory: Memory, dose: Floats, toxic: Bools) -> tuple[Ints, Ints]:
        """Highest level reached by now, and toxicities of the cohort."""
        reached = np.maximum(memory.reached, level_below(np.array(self.doses), dose).max(axis=1, initial=NONE))
        return reached, toxic.sum(axis=1)


@dataclass(frozen=True, kw_only=True)
class CountRule(FeasibleRule):
    """Counts at attributed levels, and a design by counts that decides on them.

    The design decides at the level assigned or, if nobody counts there, at the highest level below that has
    patients; any level whose own counts close it is closed.

    Parameters
    ----------
    doses, max_patients, cohort, start
        As of `FeasibleRule`.
    design : Design
        Of toxicity alone, such as BOIN.
    attribution : Attribution
        Level that a patient counts to.
    """

    design: Design
    attribution: Attribution

    def __post_init__(self) -> None:
        """Check that the design fits.

        Raises
        ------
        InputError
            If its levels or outcomes differ.
        """
        super().__post_init__()
        if self.design.levels != self.levels or self.design.categories != TOXICITY_ONLY:
            raise InputError("design", self.design, f"a design by toxicity with {self.levels} levels")

    def observe(self, memory: Memory, dose: Floats, toxic: Bools) -> Memory:
        """As `FeasibleRule.observe`."""
        assigned = np.broadcast_to(memory.level[:, None], dose.shape)
        level = self.attribution.level(np.array(self.doses), assigned, dose)
        # toxicity below the lowest level is toxicity at it, had more been given; none there says nothing of it
        level = np.where((level == NONE) & toxic & (dose < self.doses[0]), 0, level)
        counts = memory.counts.copy()
        row, patient = np.nonzero(level >= 0)
        np.add.at(counts, (row, level[row, patient], toxic[row, patient].astype(np.int64)), 1)
        reached, hits = self._seen(memory, dose, toxic)
        return memory._replace(counts=counts, reached=reached, hits=hits)

    def decide(self, memory: Memory) -> tuple[Memory, Ints]:
        """As `FeasibleRule.decide`."""
        treated = memory.counts.sum(axis=2)
        place = np.arange(self.levels)
        usable = (treated > 0) & (place <= memory.level[:, None])
        at = np.where(usable, place, NONE).max(axis=1)
        ceiling = memory.ceiling
        for each in range(self.levels):  # closed by its own counts
            state = State(memory.counts, np.full(len(at), each), ceiling, np.zeros(len(at), np.int64))
            closed = self.design.step(state, memory.counts[:, each]).ceiling
            ceiling = np.where(treated[:, each] > 0, np.minimum(ceiling, closed), ceiling)
        state = State(memory.counts, np.maximum(at, 0), ceiling, np.zeros(len(at), np.int64))
        step = self.design.step(state, memory.counts[np.arange(len(at)), np.maximum(at, 0)])
        level = np.where(at < 0, memory.level, step.level)  # nobody counts yet: once more
        level = np.minimum(level, np.maximum(ceiling, 0))
        reason = np.where(at < 0, int(Reason.STAY), step.reason)
        reason = np.where(ceiling < 0, int(Reason.STOP_TOXIC), reason)
        return memory._replace(level=level, ceiling=np.minimum(ceiling, step.ceiling)), reason

    def select(self, memory: Memory) -> Ints:
        """Selection of the design on the attributed counts."""
        zero = np.zeros(len(memory.level), np.int64)
        chosen = self.design.select(State(memory.counts, memory.level, memory.ceiling, zero))
        return np.asarray(np.where(memory.counts.sum(axis=(1, 2)) > 0, chosen, NONE))


@dataclass(frozen=True, kw_only=True)
class ContinuousCrm(FeasibleRule):
    """Continual reassessment over log dose, with the dose delivered (or, naively, assigned) as covariate.

    Parameters
    ----------
    doses, max_patients, cohort, start
        As of `FeasibleRule`.
    skeleton : tuple of float
        Prior guesses of toxicity by level.
    target : float
        Toxicity aimed at, of a level that is delivered whole.
    model : WorkingModel
        Working model.
    prior_sd : float
        Standard deviation of the normal prior of beta.
    delivered : bool
        False takes the dose assigned, whatever was delivered: the naive rule.
    stop_toxic : float or None
        Posterior probability that the lowest level exceeds the target, above which the trial stops.

    Notes
    -----
    The next level is at most one above the highest that was reached: by a delivered dose, or by assignment for the
    naive rule. No escalation follows a cohort with toxicity at the target or above.
    """

    skeleton: tuple[float, ...]
    target: float
    model: WorkingModel = field(default_factory=Empiric)
    prior_sd: float = PRIOR_SD
    delivered: bool = True
    stop_toxic: float | None = 0.95

    points = POINTS

    def __post_init__(self) -> None:
        """Check skeleton and target.

        Raises
        ------
        InputError
            If they do not fit.
        """
        super().__post_init__()
        if len(check_skeleton(self.skeleton)) != self.levels:
            raise InputError("skeleton", self.skeleton, f"a number for each of {self.levels} doses")
        if not 0 < self.target < 1:
            raise InputError("target", self.target, "a probability between 0 and 1")
        self.model.labels(np.array(self.skeleton))

    def begin(self, trials: int) -> Memory:
        """As `FeasibleRule.begin`, with the prior."""
        prior = beta_grid(self.prior_sd, POINTS).log_prior
        return super().begin(trials)._replace(log_density=np.broadcast_to(prior, (trials, POINTS)).copy())

    def observe(self, memory: Memory, dose: Floats, toxic: Bools) -> Memory:
        """As `FeasibleRule.observe`."""
        doses = np.array(self.doses)
        given = dose if self.delivered else np.broadcast_to(doses[memory.level][:, None], dose.shape)
        grid, density, counts = beta_grid(self.prior_sd, POINTS), memory.log_density.copy(), memory.counts.copy()
        guess = interpolate_logit(doses, np.array(self.skeleton), given)
        for patient in range(dose.shape[1]):
            labels = self.model.labels(guess[:, patient])
            log_p, log_none = self.model.log_toxicity(labels[:, None], grid.beta)
            density += np.where(toxic[:, patient, None], log_p, log_none)
            near = np.clip(level_below(doses, given[:, patient]), 0, None)
            counts[np.arange(len(near)), near, toxic[:, patient].astype(np.int64)] += 1
        reached, hits = self._seen(memory, given, toxic)
        return memory._replace(counts=counts, log_density=density, reached=reached, hits=hits)

    def _estimate(self, memory: Memory) -> tuple[Floats, Floats]:
        grid = beta_grid(self.prior_sd, POINTS)
        labels = self.model.labels(np.array(self.skeleton))
        mass = normalise(memory.log_density)
        border = self.model.solve(float(labels[0]), self.target)
        lowest = mass @ (grid.beta < border)
        return self.model.toxicity(labels, posterior_moments(mass, grid)[0][:, None]), lowest

    def decide(self, memory: Memory) -> tuple[Memory, Ints]:
        """As `FeasibleRule.decide`."""
        estimate, lowest = self._estimate(memory)
        level, nearest = memory.level, np.abs(estimate - self.target).argmin(axis=1)
        held = (nearest > level) & (memory.hits >= self.target * self.cohort)
        goal = np.minimum(np.where(held, level, nearest), np.minimum(memory.reached, level) + 1)
        reason = np.select(
            [held, (goal > level) & (goal < nearest), goal > level, goal < level],
            [int(Reason.STAY_INCOHERENT), int(Reason.ESCALATE_ONE), int(Reason.ESCALATE), int(Reason.DEESCALATE)],
            int(Reason.STAY),
        )
        stop = lowest > (1.0 if self.stop_toxic is None else self.stop_toxic)
        reason = np.where(stop, int(Reason.STOP_TOXIC), reason)
        return memory._replace(level=goal, ceiling=np.where(stop, NONE, memory.ceiling)), reason

    def select(self, memory: Memory) -> Ints:
        """Level nearest to the target, not above the highest that was reached (the lowest at least)."""
        gap = np.abs(self._estimate(memory)[0] - self.target)
        gap = np.where(np.arange(self.levels) <= np.maximum(memory.reached, 0)[:, None], gap, np.inf)
        return np.asarray(np.where(memory.ceiling < 0, NONE, gap.argmin(axis=1)))
