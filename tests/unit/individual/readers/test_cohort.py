"""Cohorts of any layout: the fixed layout read by a mapping is the same cohort; days are binned, outcomes coded."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.inflammation import read_readings
from hepatica.individual.labs import LABS, READINGS
from hepatica.individual.people import PersonField, Treatment
from hepatica.individual.person import GivenTreatment, Measurement, Outcome, OutcomeKind, Person, Sex
from hepatica.individual.readers.cohort import people_of, read_cohort, read_cohort_readings
from hepatica.individual.readers.cohort_file import read_people
from hepatica.laboratory_units import Bound

GIVEN = {"given": ["Did"], "not": ["NotDone"]}
UNITS = {"inr": "", "bilirubin": "mg/dL", "alt": "U/L", "ast": "U/L", "albumin": "g/dL", "creatinine": "mg/dL"}
MAPPING = {
    "person": "id",
    "day": "BloodColectionDate",
    "age": {"column": "Age"},
    "outcome": {
        "column": "SurvivalOrDeath",
        "words": {"died": ["Death(Internal)"], "alive": ["Survival(Internal)"]},
    },
    "treatments": {
        "plasma_exchange": {"column": "PE", "words": GIVEN},
        "corticosteroid": {"column": "steroid pulse therapy", "words": GIVEN},
    },
    "labs": {lab: {"column": LABS[lab].column, "unit": unit} for lab, unit in UNITS.items()}
    | {"encephalopathy": {"column": "Encephalopathy_grade_d0"}, "white_cells": {"column": "WBC", "unit": "/uL"}}
    | {"crp": {"column": "CRP", "unit": "mg/dL"}},
}


def test_the_fixed_layout_by_a_mapping_is_the_same_cohort(table, tmp_path):
    path = tmp_path / "made.csv"
    table[table["id"] < 12].drop(columns="NH3").to_csv(path, index=False)
    fixed, mapped = read_people(path), read_cohort(path, MAPPING)
    assert mapped.ids.tolist() == fixed.ids.tolist() and read_cohort(path).notes == fixed.notes
    np.testing.assert_array_equal(mapped.days, fixed.days)
    for lab in fixed.labs:
        np.testing.assert_allclose(mapped.labs[lab], fixed.labs[lab], rtol=1e-12)
    for name in ("age", "encephalopathy", "event", "arm"):
        np.testing.assert_array_equal(getattr(mapped, name), getattr(fixed, name))
    assert set(mapped.missing_labs) == set(fixed.missing_labs) == {"ammonia", "platelets"}
    readings, own = read_readings(path)[0], read_cohort_readings(path, MAPPING)
    assert set(own) == {"white_cells", "crp"} <= set(READINGS)
    for name, values in own.items():
        np.testing.assert_allclose(values, readings[name], rtol=1e-12)


def measured(day, name, value, bound=Bound.EXACT):
    return Measurement(day=day, name=name, value=value, bound=bound)


def test_days_are_whole_and_the_first_value_of_a_day_counts():
    persons = {
        "a": Person(
            measurements=(
                measured(-2.0, "alt", 5.0),
                measured(0.25, "alt", 900.0, Bound.ABOVE),
                measured(0.75, "alt", 800.0),
                measured(0.75, "encephalopathy", 2.0),
                measured(3.5, "prothrombin_activity", 40.0),
                measured(80.0, "alt", 40.0),
            ),
            treatments=(GivenTreatment(treatment="dialysis", day=1.0),),
            outcome=Outcome(kind=OutcomeKind.TRANSPLANTED),
        ),
        "b": Person(measurements=(measured(1.0, "alt", 9.0),)),
        "c": Person(
            sex=Sex.FEMALE,
            measurements=(measured(0.0, "inr", 2.0), measured(3.0, "sodium", 128.0)),
            outcome=Outcome(kind=OutcomeKind.ALIVE),
        ),
        "d": Person(measurements=(measured(0.0, "sodium", 130.0),)),
    }
    people = people_of(persons, "made")
    assert people.ids.tolist() == ["a", "c"] and people.days.tolist() == [0.0, 3.0]
    np.testing.assert_array_equal(people.labs["alt"], [[900.0, np.nan], [np.nan, np.nan]])
    np.testing.assert_allclose(people.labs["inr"], [[np.nan, 24.92 * 40**-0.707], [2.0, np.nan]])
    np.testing.assert_array_equal(people.event, [1.0, 0.0])
    np.testing.assert_array_equal(people.encephalopathy, [2.0, np.nan])
    np.testing.assert_array_equal(people.female, [np.nan, 1.0])  # for scores, with sodium, which is not forecast
    np.testing.assert_array_equal(people.others["sodium"], [[np.nan, np.nan], [np.nan, 128.0]])
    np.testing.assert_allclose(people.log_lab("sodium", 3.0), [np.nan, np.log(128.0)])
    assert people.blood_filtered.tolist() == [True, False] and not people.given[Treatment.CORTICOSTEROID].any()
    assert people.notes == (
        "2 people have no lab on day 0 and are left out",
        "1 values before day 0 are not used",
        "1 values later than day 60 are not used",
        "1 values below or above what is measured count as the limit",
        "1 values are not the first of their day and are not used",
        "INR of 1 days is taken from prothrombin activity",
    )
    assert PersonField.AGE in people.missing_fields and PersonField.OUTCOME not in people.missing_fields


def test_nobody_with_a_first_day():
    with pytest.raises(InputError, match="nobody has a lab on day 0"):
        people_of({"a": Person(measurements=(measured(1.0, "alt", 9.0),))}, "made")


def test_the_event_is_death_or_transplant_by_the_last_day():
    start = (measured(0.0, "inr", 2.0),)
    ends = {
        "died": Outcome(kind=OutcomeKind.DIED, day=20.0),
        "later": Outcome(kind=OutcomeKind.DIED, day=400.0),
        "left": Outcome(kind=OutcomeKind.ALIVE, day=20.0),
        "alive": Outcome(kind=OutcomeKind.ALIVE),
    }
    persons = {key: Person(measurements=start, outcome=end) for key, end in ends.items()}
    grafts = {f"graft {d:g}": (GivenTreatment(treatment="transplant", day=d),) for d in (9.0, 90.0)}
    persons |= {k: Person(measurements=start, treatments=t, outcome=ends["alive"]) for k, t in grafts.items()}
    people = people_of(persons, "made")
    assert dict(zip(people.ids, people.event, strict=True)) == {
        "died": 1.0, "later": 0.0, "left": 0.0, "alive": 0.0, "graft 9": 1.0, "graft 90": 0.0,
    }  # fmt: skip
    assert people.notes == (
        "1 deaths or transplants later than day 60 count as none by that day",
        "1 people followed alive for less than 60 days count as alive on that day",
    )
