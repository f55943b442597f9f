"""Trial: what must agree between its tables."""

import pytest

from hepatica.errors import InputError

LAB = {"name": "bilirubin", "kind": "lab", "lab": "bilirubin", "primary": True}
DEATH = {"name": "death", "kind": "survival", "primary": True}
POLICY = {"event": "transplant", "strategy": "treatment_policy"}
ARMS = [{"name": "care"}, {"name": "cells", "dose": "1e6 cells/kg"}]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"population": "nobody"}, "population"),
        ({"hypotheses": []}, "hypotheses"),
        ({"hypotheses": ["odd"]}, "hypotheses"),
        ({"follow_up": "1 h"}, "follow_up"),
        ({"arm": ARMS[:1]}, "two arms"),
        ({"arm": [ARMS[1], {**ARMS[1], "name": "cells"}]}, "each name once"),
        ({"arm": [ARMS[0], {"name": "late", "dose": "1e6 cells/kg", "start": "200 d"}]}, "before the end of follow-up"),
        ({"endpoint": []}, "one endpoint"),
        ({"endpoint": [DEATH, {**LAB}]}, "one primary endpoint"),
        ({"endpoint": [{**LAB, "intercurrent": [POLICY]}]}, "transplanted liver"),
        ({"endpoint": [{"name": "x", "kind": "lab", "lab": "odd"}]}, "odd"),
        ({"endpoint": [{**DEATH, "day": "200 d"}]}, "up to follow-up"),
        ({"eligibility": {"include": ["odd > 3"]}}, "odd"),
        ({"randomisation": {"strata": ["bilirubin"]}}, "comparison"),
        ({"dropout": {"by": "odd"}}, "dropout.by"),
        ({"rescue": {"when": "odd > 3"}}, "rescue.when"),
        ({"look": [{"fraction": 0.5}, {"day": "60 d"}]}, "looks by fractions"),
        ({"look": [{"fraction": 0.5}], "stopping": {"futility": [0.0, 0.0]}}, "one for each look"),
        (
            {"endpoint": [{"name": "x", "kind": "proportion", "when": "alive == 1"}], "analysis": {"events": 9}},
            "events",
        ),
        ({"reader": [{"name": "r", "no_effect": 0.5, "weights": {"odd": 1.0}}]}, "odd"),
        ({"reader": [{"name": "r", "no_effect": 0.5, "weights": {"label_is_cells": 0.0}}]}, "above 0"),
        ({"dose_finding": {}}, "no control"),
        ({"dose_finding": {}, "arm": [ARMS[1]], "patients": 10}, "multiple of the cohort"),
    ],
)
def test_what_does_not_agree_is_one_sentence(make_trial, changes, says):
    with pytest.raises(InputError, match=says) as error:
        make_trial(**changes)
    assert "\n" not in str(error.value)


def test_shares_of_lots_and_alternatives_are_simulated_too(make_trial):
    trial = make_trial(
        batches={"shares": [0.5], "chances": [0.2]}, alternative=[{"name": "more", "dose": "5e6 cells/kg"}]
    )
    doses = [arm.regimen.dose for arm in trial.regimens()]
    assert doses == [0.0, 1e6, 5e5, 5e6, 2.5e6]


def test_hash_is_of_the_trial_and_not_of_its_spelling(make_trial):
    assert make_trial(follow_up="100 d").hash == make_trial(follow_up="2400 h").hash != make_trial(patients=101).hash


def test_labs_are_all_that_the_trial_reads(make_trial):
    trial = make_trial(
        dropout={"by": "meld", "slope": 0.1}, rescue={"when": "inr > 5"}, endpoint=[DEATH, {**LAB, "primary": False}]
    )
    assert set(trial.labs()) == {"meld", "inr", "bilirubin", "encephalopathy"}
