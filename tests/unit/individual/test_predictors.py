"""Predictors: one name each in tables, and a sample just large enough is enough."""

import numpy as np
import pytest

from hepatica.individual.labs import LABS
from hepatica.individual.out_of_fold import Fold, Sample
from hepatica.individual.predictors import MIN_EVENTS, MIN_PEOPLE, OUTCOME, Predictor
from hepatica.individual.readers.cohort_file import read_people
from hepatica.individual.weights import ImportanceWeights

SD = dict.fromkeys(LABS, 0.5)


def test_every_predictor_has_a_name_and_a_line_of_its_own():
    assert len({p.value for p in Predictor}) == len(Predictor) and OUTCOME not in {p.value for p in Predictor}
    described = [line.strip() for line in Predictor.__doc__.splitlines()]
    assert [p.name for p in Predictor] == [line for line in described if line.isupper() and line != "MELD."]


@pytest.mark.parametrize("n", [MIN_PEOPLE - 1, MIN_PEOPLE])
def test_labs_need_the_least_number_of_people(path, pool, n):
    weights = ImportanceWeights(pool, read_people(path), (0.0,), (1.0,))
    training = np.flatnonzero(np.isfinite(weights.people.log_lab("inr", 1.0)))[:n]
    samples = {"training": Sample(weights, training), "test": Sample(weights, np.arange(100, 120))}
    fold = Fold("day 0", 0, **samples, discrepancy=SD, outcome_discrepancy=SD, mixed_models={})
    assert ("inr" in set(fold.labs().get("quantity", ()))) == (n == MIN_PEOPLE)


def test_an_outcome_needs_people_with_and_without_it():
    assert 1 < MIN_EVENTS < MIN_PEOPLE
