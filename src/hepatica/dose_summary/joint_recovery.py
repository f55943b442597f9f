"""Joint measure of survival and recovery: one state a patient on each day, and what survivors owe to deaths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.dose_study import Answer
from hepatica.dose_summary.courses import course_of, first_course
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.outcomes.survival import competing_incidence

Floats = NDArray[np.float64]
RECOVERED_BELOW = 15.0
"""MELD below which a patient counts as recovered; assumed, as candidates below it are seldom listed for transplant."""
DAYS = (28.0, 90.0)


@dataclass(frozen=True, kw_only=True)
class JointCourse:
    """States of one arm over time, as shares of all patients who were admitted; they add up to one.

    Attributes
    ----------
    hypothesis : str or None
        None of standard care, which is the same under all.
    time : (time,) day
    recovered, ill, transplanted, dead : (time,)
        Alive with the native liver and MELD below `RECOVERED_BELOW`, or not below; alive after a transplant; dead.
    survivors_meld : (time,)
        Mean MELD of those alive with the native liver on the day.
    survivors_admission_meld : (time,)
        Mean MELD at admission of the same people.
    everybodys_meld : (time,)
        Mean MELD of all who were admitted, had nobody died or been transplanted.
    joint : (patient, time)
        Probability of being alive and recovered.
    draw : (patient,) int
        Parameter draw of each patient.
    """

    hypothesis: str | None
    time: Floats
    recovered: Floats
    ill: Floats
    transplanted: Floats
    dead: Floats
    survivors_meld: Floats
    survivors_admission_meld: Floats
    everybodys_meld: Floats
    joint: Floats
    draw: NDArray[np.int64]

    def at(self, day: float) -> int:
        """Place of the last time that is no later than a day."""
        return int(np.searchsorted(self.time, day, side="right")) - 1

    def selection(self, day: float) -> float:
        """Points by which MELD of survivors lies below that of all at admission because others died or left."""
        return float(self.survivors_admission_meld[0] - self.survivors_admission_meld[self.at(day)])

    def survivor_bias(self, day: float) -> float:
        """Points by which MELD of survivors lies below what everybody would have had on the day."""
        return float(self.everybodys_meld[self.at(day)] - self.survivors_meld[self.at(day)])

    def fall(self, day: float) -> float:
        """Points by which MELD of survivors lies below that of all at admission."""
        return float(self.survivors_meld[0] - self.survivors_meld[self.at(day)])


def joint_courses(answer: Answer) -> list[JointCourse]:
    """Standard care, then the shown regimen under each hypothesis.

    Parameters
    ----------
    answer : Answer
        Of a dose study.
    """
    rows = [_of(answer, first_course(answer), 0, None)]
    if first_course(answer).sizes["arm"] > 1:
        rows += [_of(answer, ds, 1, h) for h, ds in answer.courses.items()]
    return rows


def joint_days(courses: list[JointCourse]) -> list[float]:
    """Days of a table: those of `DAYS` within the horizon, and the horizon."""
    last = float(courses[0].time[-1])
    return [*(d for d in DAYS if d < last), last]


def joint_gain(care: JointCourse, cells: JointCourse, day: float) -> VarianceComponents:
    """Gain in the probability of being alive and recovered over standard care, in the same patients."""
    return decompose_variance(cells.joint[:, cells.at(day)] - care.joint[:, care.at(day)], cells.draw, event=False)


def joint_share(course: JointCourse, day: float) -> VarianceComponents:
    """Probability of being alive and recovered."""
    return decompose_variance(course.joint[:, course.at(day)], course.draw, event=False)


def _of(answer: Answer, ds: xr.Dataset, arm: int, hypothesis: str | None) -> JointCourse:
    times = ds["time"].values
    died, grafted = competing_incidence(
        times, ds["death_intensity"].values[arm], ds["transplant_intensity"].values[arm]
    )
    spared = 1.0 - answer.study.utility.utility().fatal(ds)[arm]
    meld = course_of(ds, "meld")[arm]
    solved = np.isfinite(meld).all(axis=-1) & np.isfinite(died).all(axis=-1)
    native, after = (1.0 - died - grafted) * spared, grafted * spared
    joint = np.where(solved[:, None], native * (meld < RECOVERED_BELOW), np.nan)
    native, after, meld = native[solved], after[solved], meld[solved]
    total = np.maximum(native.sum(axis=0), 1e-300)
    recovered = joint[solved].mean(axis=0)
    return JointCourse(
        hypothesis=hypothesis,
        time=times,
        recovered=recovered,
        ill=native.mean(axis=0) - recovered,
        transplanted=after.mean(axis=0),
        dead=1.0 - (native + after).mean(axis=0),
        survivors_meld=(native * meld).sum(axis=0) / total,
        survivors_admission_meld=(native * meld[:, :1]).sum(axis=0) / total,
        everybodys_meld=meld.mean(axis=0),
        joint=joint,
        draw=np.asarray(ds["draw"].values),
    )
