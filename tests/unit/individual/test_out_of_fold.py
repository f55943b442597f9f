"""Out-of-fold forecasts: test people change no fit, days without training people borrow the nearest, rows carry scores."""

import numpy as np
import pytest

from hepatica.individual.labs import LABS
from hepatica.individual.out_of_fold import POOLED, Fold, Sample
from hepatica.individual.predictors import OUTCOME, Predictor
from hepatica.individual.readers.cohort_file import read_people
from hepatica.individual.weights import ImportanceWeights

SD = dict.fromkeys(LABS, 0.5)


@pytest.fixture
def weights(path, pool):
    return ImportanceWeights(pool, read_people(path), (0.0,), (1.0, 2.0, 7.0))


def fold(weights, training, test):
    samples = {"training": Sample(weights, training), "test": Sample(weights, test)}
    return Fold("day 0", 3, **samples, discrepancy=SD, outcome_discrepancy=SD, mixed_models={})


def test_other_test_people_change_no_forecast(weights):
    training = np.arange(60)
    many, few = (fold(weights, training, who).labs() for who in (np.arange(60, 120), np.arange(100, 120)))
    few = few.set_index(["person", "quantity", "day", "predictor"])["predicted"]
    many = many.set_index(["person", "quantity", "day", "predictor"])["predicted"]
    np.testing.assert_allclose(few.to_numpy(), many.loc[few.index].to_numpy(), rtol=1e-9)


def test_every_predictor_forecasts_every_lab_and_the_outcome(weights):
    one = fold(weights, np.arange(60), np.arange(60, 120))
    labs, outcomes = one.labs(), one.outcomes()
    assert set(labs["predictor"]) == {p.value for p in Predictor} - {Predictor.MELD.value, Predictor.MELD_3.value}
    assert set(labs["quantity"]) == set(LABS) and set(labs["day"]) == {1.0, 2.0, 7.0}
    assert set(outcomes["predictor"]) == {p.value for p in Predictor} - {
        Predictor.LAST_VALUE.value,
        Predictor.MIXED_MODEL.value,
        Predictor.POOL.value,
        Predictor.MELD_3.value,  # no sodium, no sex
    }
    assert (outcomes["quantity"] == OUTCOME).all() and outcomes["predicted"].between(0, 1).all()
    np.testing.assert_allclose(outcomes["score"], (outcomes["predicted"] - outcomes["observed"]) ** 2)
    assert (labs["fold"] == 3).all() and not one.not_predicted


def test_the_last_value_is_carried_forward(weights):
    one = fold(weights, np.arange(60), np.arange(60, 120))
    rows = one.labs().query("quantity == 'inr' and day == 7 and predictor == 'last value'")
    np.testing.assert_allclose(np.log(rows["predicted"]), weights.people.log_lab("inr", 0.0)[60:])
    assert rows["sd_log"].nunique() == 1


def test_a_pool_lies_among_its_members(weights):
    rows = fold(weights, np.arange(60), np.arange(60, 120)).labs().query("quantity == 'alt' and day == 7")
    wide = rows.pivot(index="person", columns="predictor", values="predicted")
    members = wide[[p.value for p in POOLED]]
    assert wide[Predictor.POOL.value].between(members.min(axis=1), members.max(axis=1)).all()


def test_a_day_without_training_people_is_learnt_from_the_nearest(weights):
    labs = {lab: values.copy() for lab, values in weights.people.labs.items()}
    labs["inr"][:60, list(weights.people.days).index(7.0)] = np.nan
    object.__setattr__(weights.people, "labs", labs)
    one = fold(weights, np.arange(60), np.arange(60, 120))
    assert len(one.labs().query("quantity == 'inr' and day == 7"))
    assert "how far the model is off in inr on day 7 is learnt on day 2" in one.notes


def test_too_few_to_learn_from_is_said(weights):
    one = fold(weights, np.arange(5), np.arange(60, 120))
    assert one.labs().empty and any("fewer than 15 people" in why for _, _, why in one.not_predicted)
    assert set(one.outcomes()["predictor"]) == {Predictor.UNCORRECTED.value}
