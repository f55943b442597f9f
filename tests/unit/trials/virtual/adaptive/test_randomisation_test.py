"""Randomisation test after adaptation: against a loop over replicates, its error, and power by every kind of endpoint."""

import numpy as np
import pytest

from hepatica.trials.virtual.adaptive.randomisation_test import (
    linear_scores,
    randomisation_test,
    reallocated,
    updates_of,
)
from hepatica.trials.virtual.adaptive.response_adaptive import adapted_arms, allocation_of
from hepatica.trials.virtual.adaptive.setting import Setting
from hepatica.trials.virtual.conduct.allocation import allocate
from hepatica.trials.virtual.conduct.block import Adapted
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.conduct.streams import uniforms
from hepatica.trials.virtual.kernels import scores
from hepatica.trials.virtual.simulate import simulate_trial

SLOW = {"patients": 80, "centre": [{"name": "a", "per_month": 10}]}
RULE = {"every": 20, "burn_in": 20, "replicates": 59}
ALPHA = {"analysis": {"alpha": 0.1}}


def conducted(make_trial, flat_bank, truth, **changes):
    trial = make_trial(**SLOW | ALPHA | {"response_adaptive": RULE} | changes)
    bank = flat_bank(trial, (0.02, 0.008))
    setting = Setting(trial, Scenario("label_is_cells", truth), bank, eligible_patients(bank, trial), 0, 50.0)
    return setting.data(Adapted(arm=adapted_arms(setting))), trial.response_adaptive


def test_replicates_and_decisions_are_those_of_a_loop(make_trial, flat_bank):
    data, rule = conducted(make_trial, flat_bank, Truth.AVERAGE)
    b, allocation = data.block, allocation_of(rule, 80)
    made = reallocated(data, rule, allocation, updates_of(data, rule), np.arange(3), range(59))
    hit, present = data.proportion(rule.success())
    scheme = b.trial.randomisation.scheme(b.trial.ratio)
    for k in (0, 41):
        arm = allocate(scheme, b.factors[:, :20], b.trial.seed, 0, purpose=f"allocation again:{k}")
        draw = uniforms(b.trial.seed, f"response_adaptive again:{k}", 0, 80)
        for trial in range(3):
            mine = arm[trial, :20].tolist()
            for start in (20, 40, 60):
                known = [
                    i for i in range(start) if present[trial, i] and b.entry[trial, i] + 28 <= b.entry[trial, start]
                ]
                n = [[sum(mine[i] == a for i in known) for a in (0, 1)]]
                s = [[sum(mine[i] == a and hit[trial, i] for i in known) for a in (0, 1)]]
                chance = allocation.probability(np.array(s), np.array(n), np.array([[mine.count(0), mine.count(1)]]))[0]
                mine += [int(draw[trial, i] < np.clip(chance, 0.1, 0.9)) for i in range(start, start + 20)]
            assert made[trial, k].astype(int).tolist() == mine
    every = reallocated(data, rule, allocation, updates_of(data, rule), np.arange(250), range(59))
    linear = linear_scores(data, b.trial.primary)
    own = scores.standardised(linear, b.arm[:, None].astype(float))
    p = (1 + (scores.standardised(linear, every) >= own - 1e-9).sum(axis=1)) / 60
    assert (randomisation_test(data, rule, allocation, 0.1) == ((p <= 0.1) & (own[:, 0] > 0))).all()


def test_error_without_effect_and_power_with_it(make_trial, flat_bank):
    trial = make_trial(**SLOW | ALPHA, response_adaptive=RULE)
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012)), Scenario("label_is_cells", Truth.NULL), 1000)
    assert r.success.mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 1000))
    data, rule = conducted(make_trial, flat_bank, Truth.AVERAGE)
    assert randomisation_test(data, rule, allocation_of(rule, 80), 0.1).mean() > 0.85


@pytest.mark.parametrize(
    "endpoint",
    [
        {"kind": "survival", "method": "restricted_mean"},
        {"kind": "survival", "method": "max_combo"},
        {"kind": "proportion", "when": "alive == 1", "day": "60 d", "higher_is_better": True},
        {"kind": "quality_adjusted_days", "higher_is_better": True},
        {"kind": "quality_adjusted_days", "method": "ancova"},
        {"kind": "hierarchical", "lab": "bilirubin", "day": "60 d"},
        {"kind": "infection"},
    ],
)
def test_every_kind_of_endpoint_has_scores_that_favour_the_better_arm(make_trial, flat_bank, endpoint):
    data, _ = conducted(make_trial, flat_bank, Truth.AVERAGE, endpoint=[{"name": "x", "primary": True} | endpoint])
    z = scores.standardised(linear_scores(data, data.block.trial.primary), data.block.arm[:, None].astype(float))
    assert z.shape == (250, 1) and np.isfinite(z).all()
    assert z.mean() > 0.8 if endpoint["kind"] not in ("infection", "quality_adjusted_days") else abs(z.mean()) < 3


def test_strata_of_the_analysis_are_kept(make_trial, flat_bank):
    strata = {"randomisation": {"strata": ["meld >= 20"]}, "analysis": {"alpha": 0.1, "stratified": True}}
    data, rule = conducted(make_trial, flat_bank, Truth.AVERAGE, **strata)
    linear = linear_scores(data, data.block.trial.primary)
    assert set(np.unique(linear.group)) == {0, 1}
    assert randomisation_test(data, rule, allocation_of(rule, 80), 0.1).mean() > 0.8
