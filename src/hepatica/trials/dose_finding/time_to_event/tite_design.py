"""Design that decides while outcomes are pending."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import Bools, Floats, Ints, Reason
from hepatica.trials.dose_finding.time_to_event.follow_up import FollowUpWeight, PowerWeight, Snapshot


class TiteStep(NamedTuple):
    """Level of the next cohort, reason (values of `Reason`) and highest level still open, (trials,) each."""

    level: Ints
    reason: Ints
    ceiling: Ints


class TitePatient(NamedTuple):
    """Patient of a trial: level (counted from 1), follow-up in the unit of the window, toxicity seen or not."""

    level: int
    followed: float
    toxic: bool


class TiteRecommendation(NamedTuple):
    """Level for the next patient (counted from 1, None where the trial stops or waits), and why."""

    next_level: int | None
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class TiteDesign(ABC):
    """Rule of dose finding on patients in follow-up.

    Parameters
    ----------
    levels, max_patients, cohort, start : int
        As of `Design`.
    target : float
        Toxicity aimed at, within the window.
    weight : FollowUpWeight
        Weight of a pending outcome.
    """

    levels: int
    max_patients: int
    target: float
    cohort: int = 3
    start: int = 0
    weight: FollowUpWeight = PowerWeight()

    def __post_init__(self) -> None:
        """Check the numbers that all designs have.

        Raises
        ------
        InputError
            If a number is not possible.
        """
        if not 0 <= self.start < self.levels:
            raise InputError("start", self.start, f"a level from 0 to {self.levels - 1}")
        if self.cohort < 1 or self.max_patients < self.cohort:
            raise InputError("max_patients", self.max_patients, f"at least one cohort of {max(self.cohort, 1)}")
        if not 0 < self.target < 1:
            raise InputError("target", self.target, "a probability between 0 and 1")

    @abstractmethod
    def decide(self, seen: Snapshot, level: Ints, ceiling: Ints) -> TiteStep:
        """Decisions now, after cohorts at these levels."""

    @abstractmethod
    def select(self, toxic: Ints, treated: Ints, ceiling: Ints) -> Ints:
        """Level selected when all are followed up, -1 where none; numbers are (trials, levels)."""

    def recommend(self, patients: Sequence[TitePatient], window: float) -> TiteRecommendation:
        """Recommendation for the next patient of one trial.

        Levels that were closed earlier are taken as closed only if their patients close them now.

        Parameters
        ----------
        patients : sequence of TitePatient
            Patients in the order of their enrolment.
        window : float
            Length of the window in which toxicity counts.

        Raises
        ------
        InputError
            If a patient cannot be.
        """
        for patient in patients:
            if not 1 <= patient.level <= self.levels or patient.followed < 0:
                raise InputError("patients", patient, f"a level from 1 to {self.levels} and a follow-up from 0")
        if not window > 0:
            raise InputError("window", window, "a positive length")
        if not patients:
            return TiteRecommendation(self.start + 1, Reason.STAY)
        level = np.array([[patient.level - 1 for patient in patients]])
        share = np.minimum(np.array([[patient.followed for patient in patients]], float) / window, 1.0)
        seen = Snapshot(level, share, np.array([[patient.toxic for patient in patients]]))
        ceiling = np.array([self.levels - 1])
        for each in np.unique(level):  # what each level's own patients say of it
            ceiling = np.minimum(ceiling, self.decide(seen, np.array([each]), ceiling).ceiling)
        step = self.decide(seen, level[:, -1], ceiling)
        reason = Reason(int(step.reason[0]))
        waits = reason.stops or reason is Reason.SUSPEND
        return TiteRecommendation(None if waits else int(step.level[0]) + 1, reason)


def sum_by_level(values: Floats | Bools, level: Ints, levels: int) -> Floats:
    """Sums of patients' values by level, (trials, levels)."""
    return np.stack([np.where(level == j, values, 0).sum(axis=1) for j in range(levels)], axis=1).astype(float)
