"""Cohort of people: treatment arms, labs by day, folds."""

import numpy as np
import pytest

from hepatica.individual.people import TREATMENT_ARMS, People, PersonField, Treatment
from hepatica.therapy import TREATMENTS

EXCHANGE, STEROID = Treatment.PLASMA_EXCHANGE, Treatment.CORTICOSTEROID


def cohort(exchange, steroid, **fields):
    n = len(exchange)
    usual = {
        "name": "made.csv",
        "ids": np.array([str(i) for i in range(n)], object),
        "days": np.array([0.0, 1.0, 3.0]),
        "labs": {"inr": np.array([[2.0, np.nan, 1.5]] * n)},
        "age": np.full(n, 40.0),
        "encephalopathy": np.zeros(n),
        "given": {EXCHANGE: np.array(exchange), STEROID: np.array(steroid)},
        "event": np.zeros(n),
    }
    return People(**usual | fields)


def test_each_combination_of_treatments_has_its_arm():
    people = cohort([False, True, False, True], [False, False, True, True])
    assert [TREATMENT_ARMS[k] for k in people.arm] == [set(), {EXCHANGE}, {STEROID}, {EXCHANGE, STEROID}]
    assert len(set(TREATMENT_ARMS)) == len(TREATMENT_ARMS) == 2 ** len(Treatment)


def test_treatments_are_those_of_therapy_and_fields_have_columns_of_their_own():
    assert {t.value for t in Treatment} <= set(TREATMENTS)
    assert len({f.value for f in PersonField}) == len(PersonField)


def test_labs_by_day():
    people = cohort([False], [False])
    assert people.log_lab("inr", 3.0)[0] == pytest.approx(np.log(1.5))
    assert all(np.isnan(people.log_lab(*x)).all() for x in (("inr", 1.0), ("inr", 2.0), ("alt", 0.0)))
    assert people.last_log_lab("inr", (1.0, 0.0))[0] == pytest.approx(np.log(2.0))
    assert people.last_log_lab("inr", (3.0, 0.0))[0] == pytest.approx(np.log(1.5))
    assert people.measured(("alt", "inr"), 0.0).all() and not people.measured(("alt", "inr"), 1.0).any()


def test_covariates_are_age_grade_and_treatments():
    people = cohort([True, False], [False, True], age=np.array([30.0, np.nan]), encephalopathy=np.array([2.0, 0.0]))
    np.testing.assert_array_equal(people.covariates, [[30.0, 2.0, 1.0, 0.0], [np.nan, 0.0, 0.0, 1.0]])


def test_the_fold_of_a_person_does_not_depend_on_the_others():
    many = cohort([False] * 300, [False] * 300)
    few = cohort([False] * 50, [False] * 50, ids=many.ids[250:])
    np.testing.assert_array_equal(many.folds(5)[250:], few.folds(5))
    assert np.bincount(many.folds(5), minlength=5).min() > 40
