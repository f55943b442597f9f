"""Groups of people: inclusion criteria, causes, treatments."""

import numpy as np
import pytest

from hepatica.individual.as_evidence.groups import CAUSES, POOLED, Excluded, assign_groups, meets_inclusion
from hepatica.individual.readers.cohort_file import read_people
from hepatica.patients import load_population, populations

AWAKE = 0.0


@pytest.mark.parametrize(
    ("change", "population"),
    [
        ({"cause": "paracetamol", "ALT": 6000.0}, "alf_paracetamol"),
        ({"cause": "AIH"}, "alf_indeterminate"),
        ({"cause": ""}, "alf_indeterminate"),
        ({"PTINR": 1.2, "days": (0, 1)}, "none"),
        ({"Tbil": 0.5}, "none"),
        ({"cause": "HBV ACLF"}, "none"),
        ({"coma": AWAKE, "PTINR": 1.2, "days": (0, 1)}, "acute_liver_injury"),
        ({"coma": AWAKE, "Tbil": 0.8}, "severe_acute_liver_injury"),
        ({"coma": AWAKE, "ALT": 60.0}, "none"),
        ({"coma": AWAKE, "cause": "Ischaemia"}, "none"),
        ({"coma": AWAKE, "cause": "paracetamol"}, "none"),
        ({"coma": np.nan}, "none"),
    ],
)
def test_which_population_a_person_is_like(change, population, written, person):
    groups = assign_groups(read_people(written([person(i, **change) for i in range(9)])))
    assert max((group.arm() for group in groups), key=lambda a: a.n).population == population


def test_everyone_is_in_one_group_and_those_of_a_pooled_population_in_one_more(written, person):
    people = [
        person(i, coma=i % 3, exchange=i % 2 == 0, steroid=i % 4 < 2, cause=("HBV", "Ischaemia")[i % 5 == 0])
        for i in range(30)
    ]
    groups = assign_groups(read_people(written(people)))
    single = [g for g in groups if not g.pooled]
    np.testing.assert_array_equal(np.sum([g.who for g in single], axis=0), np.ones(30))
    pooled = [g for g in groups if g.pooled]
    assert len(pooled) == 1 and pooled[0].population in POOLED
    np.testing.assert_array_equal(
        pooled[0].who, np.any([g.who for g in single if g.population == pooled[0].population], axis=0)
    )
    assert len({g.id for g in groups}) == len(groups) and sum(g.n for g in single) == 30


def test_excluded_people_say_why(written, person):
    groups = assign_groups(read_people(written([person(0, cause="Ischaemia"), person(1, coma=AWAKE, ALT=60.0)])))
    notes = {g.population: g.arm().note for g in groups}
    assert set(notes) == set(Excluded) and "acute injury without coma" in notes[Excluded.WITHOUT_COMA]
    assert all(g.arm().population == "none" for g in groups)


def test_inclusion_is_that_of_the_population():
    for key in CAUSES:
        limits = load_population(key).inclusion
        inside = {name: np.array([x.low, x.high, x.high]) for name, x in limits.items()}
        assert meets_inclusion(load_population(key), inside).all()
        for name, x in limits.items():
            beyond = inside | {name: np.array([x.low - 1e-9 - abs(x.low) * 1e-9, np.nan, x.high])}
            assert meets_inclusion(load_population(key), beyond).tolist()[:2] == [False, False]
    assert set(CAUSES) <= set(populations())
