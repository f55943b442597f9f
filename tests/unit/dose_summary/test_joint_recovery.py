"""Joint measure of survival and recovery: shares add up, agree with a sum over patients, and survivors are told apart."""

import numpy as np
import pytest

from hepatica.dose_summary.courses import course_of, survival_curves
from hepatica.dose_summary.joint_recovery import (
    RECOVERED_BELOW,
    JointCourse,
    joint_courses,
    joint_days,
    joint_gain,
    joint_share,
)
from hepatica.outcomes.survival import survival_from_intensity


def test_every_patient_is_in_one_state(found):
    courses = joint_courses(found)
    assert [c.hypothesis for c in courses] == [None, *found.courses]
    for c in courses:
        total = c.recovered + c.ill + c.transplanted + c.dead
        assert total == pytest.approx(np.ones(len(c.time))) and (c.dead[0], c.transplanted[0]) == pytest.approx((0, 0))
        assert all((share >= -1e-12).all() for share in (c.recovered, c.ill, c.transplanted, c.dead))
        assert (np.diff(c.dead) >= -1e-12).all()
    alive = survival_curves(found, next(iter(found.courses)))
    assert courses[0].dead == pytest.approx(1 - np.nanmean(alive[0], axis=0))
    assert courses[1].dead == pytest.approx(1 - np.nanmean(alive[1], axis=0))


def test_it_is_a_sum_over_patients(found):
    """Patient by patient: alive by both intensities, spared by clots, MELD below the limit."""
    ds, care = next(iter(found.courses.values())), joint_courses(found)[0]
    meld, fatal = course_of(ds, "meld")[0], found.study.utility.utility().fatal(ds)[0]
    leaving = (ds["death_intensity"] + ds["transplant_intensity"]).values[0]
    native = survival_from_intensity(ds["time"].values, leaving) * (1 - fatal)
    last, people = len(care.time) - 1, range(ds.sizes["patient"])
    each = [native[i, last] if meld[i, last] < RECOVERED_BELOW else 0.0 for i in people]
    assert care.recovered[last] == pytest.approx(np.mean(each), rel=1e-3)
    weight = [native[i, last] for i in people]
    assert care.survivors_meld[last] == pytest.approx(np.average(meld[:, last], weights=weight), rel=1e-3)
    assert care.everybodys_meld[last] == pytest.approx(np.mean(meld[:, last]), rel=1e-3)
    assert care.survivors_admission_meld[last] == pytest.approx(np.average(meld[:, 0], weights=weight), rel=1e-3)


def made(native, meld):
    """Course of made-up people, each with one probability of being alive and one MELD a day."""
    native, meld = np.asarray(native, float), np.asarray(meld, float)
    joint = native * (meld < RECOVERED_BELOW)
    share, total = joint.mean(axis=0), native.sum(axis=0)
    return JointCourse(
        hypothesis=None,
        time=np.arange(native.shape[1], dtype=float),
        recovered=share,
        ill=native.mean(axis=0) - share,
        transplanted=np.zeros(native.shape[1]),
        dead=1 - native.mean(axis=0),
        survivors_meld=(native * meld).sum(axis=0) / total,
        survivors_admission_meld=(native * meld[:, :1]).sum(axis=0) / total,
        everybodys_meld=meld.mean(axis=0),
        joint=joint,
        draw=np.arange(len(native)),
    )


def test_nobody_recovers_and_yet_survivors_look_better():
    course = made([[1, 1], [1, 0]], [[10, 10], [30, 30]])
    assert (course.fall(1.0), course.selection(1.0)) == (10.0, 10.0)  # all of it because the sicker one died
    assert course.recovered.tolist() == [0.5, 0.5] and course.survivor_bias(1.0) == 10.0


def test_a_gain_is_that_of_the_same_patients():
    care, cells = made([[1, 1], [1, 0]], [[20, 20], [30, 30]]), made([[1, 1], [1, 1]], [[20, 10], [30, 10]])
    assert joint_gain(care, cells, 1.0).mean == 1.0 and joint_share(care, 1.0).mean == 0.0
    assert joint_days([care]) == [1.0] and care.at(0.5) == 0
