"""Learning from a made-up cohort: scores of people of other folds only, and what is learnt serves a forecast."""

import numpy as np
import pytest

from hepatica.individual.learning import fit_errors as module
from hepatica.individual.learning.learn import calibration, learn, libraries, outcome_scores
from hepatica.individual.library.proposals import Kind
from hepatica.individual.people import TREATMENT_ARMS


@pytest.fixture(scope="module")
def taught(acute, make_cohort):
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "DISCREPANCIES", (0.25,))
    patch.setattr(module, "MEMORIES", (30.0,))
    people = make_cohort(acute, 120, seed=5)
    people.event[:] = (np.random.default_rng(2).random(120) < np.where(acute.died[0, :120, 15] > 0.2, 0.8, 0.1)) * 1.0
    told = []
    found = learn(people, {0: acute}, source="made", model_hash="m", progress=lambda *row: told.append(row))
    patch.undo()
    return found, told


def test_scores_and_provenance(taught):
    found, told = taught
    assert told[-1] == ("learn", 6, 6) and found.learnt.provenance["people"] == 120
    assert set(found.labs["lab"]) == {"inr", "bilirubin", "albumin"} and 0.8 < found.labs["in_90"].mean() < 0.98
    assert len(found.outcomes) == 240 and found.learnt.is_calibrated
    table = outcome_scores(found.outcomes)
    row = table[(table["basis"] == "day 0") & (table["predictor"] == "Hepatica")].iloc[0]
    assert row["auc"] > 0.6 and 0 < row["brier"] < 0.25


def test_libraries(system, small_store, monkeypatch):
    monkeypatch.setattr(small_store, "BLOCK", 10)
    made = libraries(system, Kind.ACUTE, None, size=10, workers=1)
    assert set(made) == set(range(len(TREATMENT_ARMS))) and made[0].labs.shape[0] == 1


def test_calibration_of_a_squeezed_risk():
    p = np.repeat([0.3, 0.7], 500)
    event = np.r_[np.arange(500) < 50, np.arange(500) < 450].astype(float)
    assert calibration(event, p)[0] > 2.0
