"""Scenarios change the conduct of a trial, and nothing else of it."""

from hepatica.trials.virtual.conduct.scenario import Scenario, Truth, conduct


def test_conduct_leaves_out_what_a_scenario_says(make_trial):
    trial = make_trial(
        dropout={"per_month": 0.1},
        batches={"shares": [0.5], "chances": [0.3]},
        variation={"frailty": 0.4},
        visits={"days": ["7 d"], "missed": 0.2},
    )
    assert conduct(trial, Scenario("label_is_cells", Truth.DRAWN)) is trial
    bare = conduct(trial, Scenario("label_is_cells", Truth.DRAWN, drops_out=False, falls_short=False, varies=False))
    assert bare.dropout.per_month == bare.visits.missed == bare.variation.frailty == 0 and bare.batches.shares == ()
    assert bare.patients == trial.patients and bare.variation.between_trials == 0


def test_truth_can_be_exchanged():
    scenario = Scenario("lung_only", Truth.DRAWN, transplants=False)
    assert scenario.with_truth(Truth.NULL) == Scenario("lung_only", Truth.NULL, transplants=False)
