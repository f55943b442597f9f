"""Model discrepancy: a lab that misleads is left out, features of the correction, and bounds of the regressions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from hepatica.individual.discrepancy import (
    GRID,
    OUTCOME_SD,
    correction_features,
    enough_events,
    fit_discrepancy,
    log_odds,
    meld3_of,
    meld_of,
    select_outcome_labs,
)
from hepatica.individual.labs import LABS
from hepatica.individual.predictors import MIN_EVENTS
from hepatica.individual.readers.cohort_file import read_people
from hepatica.individual.weights import ImportanceWeights
from hepatica.outcomes.scores import meld, meld3


@pytest.fixture
def weights(path, pool):
    return ImportanceWeights(pool, read_people(path), (0.0,), (1.0, 7.0))


def test_each_lab_gets_an_sd_of_the_grid_and_the_same_again(weights):
    training = np.arange(weights.people.n)
    fitted = fit_discrepancy(weights, training)
    assert set(fitted) == set(LABS) and set(fitted.values()) <= set(GRID)
    again = fit_discrepancy(weights, training)
    assert again == fitted


def test_a_lab_that_misleads_is_left_out_of_the_outcome(weights, monkeypatch):
    """The outcome follows the model only where ALT does not weigh."""
    people, n = weights.people, weights.people.n
    risk = np.linspace(-2, 2, n)
    event = (np.random.default_rng(1).random(n) < expit(3 * risk)) * 1.0
    object.__setattr__(people, "event", event)

    def probability(discrepancy):
        return np.full(n, 0.5) if np.isfinite(discrepancy["alt"]) else expit(risk)

    monkeypatch.setattr(weights, "event", probability)
    chosen = select_outcome_labs(weights, np.arange(n))
    assert np.isinf(chosen["alt"]) and all(sd == OUTCOME_SD for lab, sd in chosen.items() if lab != "alt")


def test_without_events_no_lab_is_left_out(weights):
    object.__setattr__(weights.people, "event", np.zeros(weights.people.n))
    assert select_outcome_labs(weights, np.arange(weights.people.n)) == dict.fromkeys(LABS, OUTCOME_SD)


def test_features_are_forecast_lab_so_far_the_models_own_and_treatments(weights):
    moments = weights.moments(dict.fromkeys(LABS, 0.5))
    features, mean = correction_features(weights, moments, "inr", 7.0)
    people, k = weights.people, list(LABS).index("inr")
    assert features.shape == (people.n, 5)
    np.testing.assert_array_equal(features[:, 0], mean)
    np.testing.assert_array_equal(mean, moments.mean[:, weights.days.index(7.0), k])
    np.testing.assert_array_equal(features[:, 1], people.log_lab("inr", 0.0))
    np.testing.assert_array_equal(features[:, 2], moments.mean[:, 0, k])
    np.testing.assert_array_equal(features[:, 3:], people.covariates[:, 2:])


def test_meld_is_of_the_last_labs(weights):
    people = weights.people
    labs = {lab: np.exp(people.last_log_lab(lab, (0.0, 1.0))) for lab in ("bilirubin", "creatinine", "inr")}
    np.testing.assert_allclose(meld_of(people, (0.0, 1.0)), meld(**labs))


def test_bounds():
    assert enough_events(np.repeat([0.0, 1.0, np.nan], MIN_EVENTS))
    assert not enough_events(np.append(np.ones(MIN_EVENTS - 1), np.zeros(50)))
    assert log_odds(np.array([0.0, 0.5, 1.0])).ravel() == pytest.approx([-9.21, 0.0, 9.21], abs=0.01)


def test_meld_3_where_nearly_everybody_has_its_inputs(weights):
    people, n = weights.people, weights.people.n
    assert np.isnan(meld3_of(people, (0.0,))).all()  # no sodium, no sex
    sodium = np.full((n, len(people.days)), 131.0)
    sodium[: n // 10] = np.nan
    known = replace(people, others={"sodium": sodium}, female=np.ones(n))
    score, albumin = meld3_of(known, (0.0,)), known.labs["albumin"][:, 0]
    i = np.flatnonzero(np.isfinite(score))[0]
    own = {lab: float(known.labs[lab][i, 0]) for lab in ("bilirubin", "creatinine", "inr", "albumin")}
    assert score[i] == pytest.approx(float(meld3(**own, sodium=131.0, female=True)))
    assert np.isnan(score[: n // 10]).all() and np.isfinite(score).sum() == np.isfinite(albumin[n // 10 :]).sum()
    sodium[: n // 2] = np.nan
    assert np.isnan(meld3_of(known, (0.0,))).all()
