"""A question at one point: what is kept is what would be simulated, weights of patients, and doses to ask of."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.sensitivity import evaluate as module
from hepatica.sensitivity.evaluate import (
    MAX_CANDIDATES_PER_PATIENT,
    MIN_EFFECTIVE_PATIENTS,
    Pool,
    _mean,
    draw_base_cohort,
    evaluate,
    evaluate_perturbed,
    rising_doses,
    weighted_candidates,
)
from hepatica.sensitivity.morris import quantile
from hepatica.sensitivity.screen import movable_parameters
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

ARMS = (Arm("standard care"), *(Arm(f"{d:g}", Regimen(d, infusions=2, interval=7.0)) for d in (1e5, 1e6, 5e6)))


def test_what_is_kept_is_what_would_be_simulated(question):
    everything, _ = movable_parameters(question)
    pins = {m.name: (m.spread, quantile(0.5)) for m in everything}
    pool = draw_base_cohort(question, 3, pins)
    base, care = evaluate(question, pool)
    for name in ("efficacy_recruitment", "death_kidney"):
        m = next(m for m in everything if m.name == name)
        moved = pins | {name: (m.spread, 0.95)}
        short = evaluate_perturbed(question, pool, care, m, moved)
        long, _ = evaluate(question, weighted_candidates(question, replace(pool.cohort, pinned=moved)))
        assert short.survival == long.survival and (short.gain == long.gain).all()
    assert base.survival > 0


def test_the_ladder_is_one_course_by_rising_dose():
    assert [a.name for a in rising_doses(ARMS, 2)] == ["standard care", "100000", "5e+06"]
    assert [a.name for a in rising_doses(ARMS, 1)] == ["standard care", "1e+06"]
    assert len(rising_doses(ARMS, 9)) == 4
    with pytest.raises(InputError):
        rising_doses(ARMS[:1], 3)


def test_effective_patients_are_those_of_equal_weights():
    pool = Pool(None, np.zeros((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]))
    assert pool.effective == pytest.approx(3.0)
    assert replace(pool, weight=np.array([2.0, 1.0, 0.0, 0.0])).effective == pytest.approx(9 / 5)
    assert replace(pool, weight=np.zeros(4)).effective == 0.0


def test_means_are_weighted_and_leave_failures_out():
    values, weight = np.array([[1.0, 3.0, np.nan], [2.0, 2.0, 8.0]]), np.array([1.0, 3.0, 1.0])
    assert _mean(values, weight).tolist() == [(1 + 9) / 4, (2 + 6 + 8) / 5]
    assert np.isnan(_mean(np.full((1, 3), np.nan), weight)).all()


def test_hardly_anybody_plausible_has_no_answer(question, plausible, monkeypatch):
    pool = plausible
    m = next(m for m in movable_parameters(question)[0] if m.reaches == "from history on")
    scarce = replace(pool, weight=np.full(len(pool.weight), 0.0))
    monkeypatch.setattr(module, "weighted_candidates", lambda q, cohort: scarce)
    point = evaluate_perturbed(question, pool, None, m, {})
    assert scarce.effective < MIN_EFFECTIVE_PATIENTS and np.isnan(point.survival) and np.isnan(point.gain).all()
    assert point.gain.shape == (2, 2)


def test_a_base_point_is_given_up_after_so_many_candidates(question, monkeypatch):
    tried = []

    def nobody(q, cohort):
        tried.append(len(cohort.patient))
        return Pool(cohort, np.zeros((len(cohort.patient), 1)), np.zeros(len(cohort.patient)))

    monkeypatch.setattr(module, "weighted_candidates", nobody)
    assert draw_base_cohort(question, 0, {}) is None
    assert tried == [question.patients * k for k in range(1, MAX_CANDIDATES_PER_PATIENT + 1)]


def test_the_first_plausible_candidates_are_taken(question, monkeypatch):
    """Every second is plausible: twice as many candidates as patients, the last a plausible one."""

    def every_second(q, cohort):
        n = len(cohort.patient)
        return Pool(cohort, np.arange(n, dtype=float)[:, None], np.arange(n) % 2 * 1.0)

    monkeypatch.setattr(module, "weighted_candidates", every_second)
    pool = draw_base_cohort(question, 7, {})
    assert len(pool.weight) == 2 * question.patients and pool.weight[-1] == 1.0
    assert (pool.cohort.draw == 7).all() and len(pool.cohort.patient) == len(pool.weight) == len(pool.initial)
