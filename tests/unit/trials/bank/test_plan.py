"""Plan of a bank: what it holds, and a hash of all that it depends on."""

import pytest

from hepatica.trials.bank.plan import BLOCK, HAZARDS, plan_bank


def test_designs_side_by_side_share_one_bank(make_trial):
    one = make_trial()
    more = make_trial(arm=[{"name": "care"}, {"name": "more", "dose": "5e6 cells/kg"}], follow_up="150 d")
    plan = plan_bank([one, more])
    assert [r.regimen.dose for r in plan.regimens] == [0.0, 1e6, 5e6] and plan.days == 150
    with pytest.raises(ValueError, match="side by side"):
        plan_bank([one, make_trial(population="alcoholic_cirrhosis")])


def test_hash_moves_with_what_is_simulated_and_with_nothing_else(make_trial, system):
    base = plan_bank([make_trial()]).key(system)
    assert base == plan_bank([make_trial(title="Another", patients=50, seed=3)]).key(system)
    for change in (
        {"follow_up": "120 d"},
        {"bank": {"patients": 41, "draws": 8}},
        {"bank": {"patients": 40, "draws": 8, "seed": 2}},
        {"posterior": "prior"},
        {"transplant_rate": 0.01},
        {"product": {"viability": 0.5}},
        {"rescue": {"when": "meld > 30"}},
    ):
        assert plan_bank([make_trial(**change)]).key(system) != base, change


def test_causes_have_one_name_each(make_trial):
    assert len(set(HAZARDS)) == len(HAZARDS)
    assert plan_bank([make_trial(bank={"patients": BLOCK + 1, "draws": 8})]).blocks == 2


def test_liver_volume_asks_for_its_outputs_and_other_plans_do_not(make_trial, system):
    volume = plan_bank([make_trial(endpoint=[{"name": "v", "kind": "lab", "lab": "liver_volume", "day": "28 d"}])])
    assert {"hepatocytes", "collagen"} <= set(volume.outputs) and set(volume.outputs) <= set(system.outputs)
    assert "hepatocytes" not in plan_bank([make_trial()]).outputs
