"""Shipped fits: aggregates with their provenance, a round trip, and kinds without people say so."""

import json
import math

import pytest

from hepatica.individual.learning.learnt import Learnt, learnt_of, untaught
from hepatica.individual.library.candidates import LABS
from hepatica.individual.library.proposals import Kind


def test_shipped_for_acute_kinds():
    learnt = learnt_of(Kind.ACUTE)
    assert learnt.is_calibrated and {"inr", "bilirubin", "ast"} <= set(learnt.corrections)
    source = learnt.provenance
    assert source["people"] >= 200 and source["events"] >= 30 and "pgaf004" in source["source"]
    best = {(row["basis"], row["predictor"]): row for row in source["scores"]}
    assert best["day 0", "Hepatica"]["brier"] < best["day 0", "MELD"]["brier"]
    assert 0.8 < best["day 0", "Hepatica"]["slope"] < 1.25  # the goal of the calibration on people of other folds
    assert set(learnt.errors) == set(LABS) and not learnt.without_people().is_calibrated


@pytest.mark.parametrize("kind", [Kind.CIRRHOSIS, Kind.ACUTE_ON_CHRONIC, Kind.ANY])
def test_no_people(kind):
    assert learnt_of(kind) == untaught() and not untaught().corrections


def test_round_trip():
    learnt = learnt_of(Kind.ACUTE)
    again = Learnt.of(json.loads(json.dumps(learnt.to_dict())))
    assert again.errors == learnt.errors and again.outcome_kernels == learnt.outcome_kernels
    assert again.to_dict() == learnt.to_dict() and math.isinf(again.kernels.female)
