"""The same patient is the same patient: alone, in company, on any number of workers, in any cohort."""

from dataclasses import replace

import numpy as np
import pytest

import hepatica.admission
from hepatica.admission import LABS, admit
from hepatica.patients import Cohort
from hepatica.simulation import Arm, simulate
from hepatica.therapy import Product, Regimen

TIMES = np.arange(0.0, 29.0, 2.0)
OUTPUTS = ("bilirubin", "inr", "functional_mass", "cells_liver", "infection_hazard", "thrombosis_hazard")
ARMS = [
    Arm("none"),
    Arm("iv", Regimen(1e6, infusions=4)),
    Arm("artery", Regimen(2e6, route="hepatic_artery", duration=0.1)),
    Arm("dead", Regimen(1e6), Product(viability=0.0)),
]


def same(a, b):
    return all(np.asarray(a[n]).tobytes() == np.asarray(b[n]).tobytes() for n in a.data_vars)


def test_workers_do_not_matter_to_the_last_bit(system, admitted):
    assert len(admitted.cohort.patient) * len(ARMS) > 2 * 64  # more than two chunks, so that threads do share
    one, two, four = (simulate(system, admitted, ARMS, TIMES, outputs=OUTPUTS, workers=w) for w in (1, 2, 4))
    assert same(one, two) and same(one, four)


def test_admission_does_not_depend_on_workers(system, population, admitted):
    again = admit(system, population, 40, seed=11, draws=40, workers=1, known=None)
    assert again.initial.tobytes() == admitted.initial.tobytes()
    assert (again.cohort.patient == admitted.cohort.patient).all()


def test_a_patient_alone_is_the_patient_in_company(system, admitted):
    together = simulate(system, admitted, ARMS, TIMES, outputs=OUTPUTS, hypothesis="lung_only")
    for i in (0, 17, 39):
        alone = simulate(system, admitted.take(np.array([i])), ARMS, TIMES, outputs=OUTPUTS, hypothesis="lung_only")
        assert same(together.isel(patient=[i]), alone)


def test_an_arm_alone_is_the_arm_beside_others(system, admitted):
    together = simulate(system, admitted, ARMS, TIMES, outputs=OUTPUTS)
    alone = simulate(system, admitted, [ARMS[2]], TIMES, outputs=OUTPUTS)
    assert same(together.isel(arm=[2]), alone)


def test_the_order_of_patients_does_not_matter(system, admitted):
    order = np.random.default_rng(3).permutation(40)
    straight, mixed = (simulate(system, a, ARMS[:2], TIMES, outputs=OUTPUTS) for a in (admitted, admitted.take(order)))
    assert same(straight.isel(patient=order), mixed)


def test_patient_17_is_the_same_in_cohorts_of_20_and_40(system, population):
    small, large = (admit(system, population, n, seed=4, draws=20, known=None) for n in (20, 40))
    assert (small.cohort.patient == large.cohort.patient[:20]).all()
    assert (small.cohort.draw == large.cohort.draw[:20]).all()
    assert small.initial.tobytes() == large.initial[:20].tobytes()
    assert small.cohort.parameters()[17].tobytes() == large.cohort.parameters()[17].tobytes()
    assert small.cohort.thresholds()[17].tobytes() == large.cohort.thresholds()[17].tobytes()


@pytest.mark.parametrize(
    "plausible",
    [
        pytest.param(lambda d, k: d > 0 or k in (55, 130), id="one found late, the next later"),
        pytest.param(lambda d, k: d > 0 or k in (70, 75), id="both found late"),
    ],
)
def test_a_patient_that_is_hard_to_find_is_the_same_whatever_the_cohort(system, population, monkeypatch, plausible):
    """Draw 0 rarely makes a plausible patient; how many are wanted of it must not decide who the first is."""

    def arrive(system, cohort: Cohort, **_):
        d, k = cohort.patient // 1_000_000 - 1, cohort.patient % 1_000_000
        good = np.array([plausible(a % 5, b) or c >= 5 for a, b, c in zip(d, k, cohort.draw, strict=True)])
        middle = {name: (limit.low + limit.high) / 2 for name, limit in population.inclusion.items()}
        labs = {name: np.full(len(d), middle.get(name, 1.0)) for name in (*LABS, "meld")}
        labs["bilirubin"] = np.where(good, labs["bilirubin"], 0.0)
        return np.zeros((len(d), len(system.states))), labs

    monkeypatch.setattr(hepatica.admission, "arrive", arrive)
    small, large = (admit(system, population, n, seed=4, draws=5, known=None) for n in (5, 10))
    assert (small.cohort.patient == large.cohort.patient[:5]).all()
    assert (small.cohort.draw == large.cohort.draw[:5]).all()


def test_another_seed_is_another_patient(system, population):
    one, other = (admit(system, population, 3, seed=s, draws=3, known=None) for s in (1, 2))
    assert (one.initial != other.initial).any(axis=1).all()


def test_a_change_of_treatment_after_admission_does_not_reach_back(system, population, admitted):
    changed = admit(
        system,
        population.model_copy(update={"treatment": population.treatment | {"antiviral": 0.0}}),
        40,
        seed=11,
        draws=40,
        known=None,
    )
    assert changed.initial.tobytes() == admitted.initial.tobytes()
    worse, usual = (
        simulate(system, replace(admitted, cohort=a.cohort), [Arm("none")], np.array([60.0]), outputs=("virus",))
        for a in (changed, admitted)
    )
    assert float(worse["virus"].mean()) > 2 * float(usual["virus"].mean())
