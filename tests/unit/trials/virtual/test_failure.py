"""Reasons for failure add up, and name the one that there is."""

import numpy as np
import pytest

from hepatica.trials.virtual.failure import Cause, failure_shares, larger, primary_of, with_best_arm

ENDS = [{"name": "death", "kind": "survival", "primary": True}, {"name": "infection", "kind": "infection"}]


def test_shares_add_up_to_the_probability_of_failure(make_trial, flat_bank):
    trial = make_trial(patients=60, endpoint=ENDS)
    f = failure_shares(trial, flat_bank(trial, (0.01, 0.006)), "label_is_cells", trials=250)
    assert sum(f.shares.values()) + f.remaining == pytest.approx(1 - f.success.value)
    assert max(f.shares, key=f.shares.get) is Cause.SIZE and set(f.shares) == set(Cause)


@pytest.mark.parametrize(
    ("changes", "cause", "death"),
    [
        ({"alternative": [{"name": "more", "dose": "5e6 cells/kg"}]}, Cause.DOSE, (0.012, 0.0118, 0.004)),
        ({"batches": {"shares": [0.0], "chances": [0.9]}}, Cause.DELIVERY, (0.012, 0.004)),
        ({"dropout": {"per_month": 3.0}}, Cause.DROPOUT, (0.012, 0.005)),
    ],
)
def test_the_cause_that_is_there_is_found(make_trial, flat_bank, changes, cause, death):
    trial = make_trial(patients=120, endpoint=ENDS[:1], **changes)
    f = failure_shares(trial, flat_bank(trial, death), "label_is_cells", trials=250)
    others = {c: v for c, v in f.shares.items() if c not in (cause, Cause.SIZE)}
    assert f.shares[cause] > 0.2 > max(others.values())


def test_changed_trials(make_trial, flat_bank):
    trial = make_trial(endpoint=ENDS, analysis={"events": 30}, alternative=[{"name": "more", "dose": "5e6 cells/kg"}])
    big = larger(trial, 4)
    assert (big.patients, big.analysis.events, big.centre[0].per_month) == (400, 120, 40)
    other = primary_of(trial, "infection")
    assert other.primary.name == "infection" and other.analysis.events is None and primary_of(trial, "death") is trial
    best = with_best_arm(trial, flat_bank(trial, (0.01, 0.009, 0.002)), "label_is_cells")
    assert best.arm[1].name == "cells" and best.arm[1].dose.cells == 5e6
    assert np.isclose(best.arm[0].ratio, 1)


def test_no_dose_of_a_dose_response_is_the_wrong_one(make_trial, flat_bank):
    """Its arms cannot all have one regimen: other causes are told apart, and that one has no share."""
    three = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
    alive = {"name": "alive", "kind": "proportion", "when": "alive == 1", "day": "28 d", "higher_is_better": True}
    rule = {"model": [{"shape": "linear"}], "effect": 0.1}
    trial = make_trial(patients=90, arm=three, endpoint=[{**alive, "primary": True}], mcp_mod=rule)
    f = failure_shares(trial, flat_bank(trial, (0.02, 0.012, 0.006)), "label_is_cells", trials=60)
    assert f.shares[Cause.DOSE] == 0.0 and sum(f.shares.values()) + f.remaining == pytest.approx(1 - f.success.value)
