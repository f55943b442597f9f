"""Search: the cheapest design that reaches the power, and none where none does."""

import pytest

from hepatica.errors import InputError
from hepatica.trials.virtual.conduct.scenario import Truth
from hepatica.trials.virtual.search import search_design

MORE = {"alternative": [{"name": "more", "dose": "5e6 cells/kg"}], "cost": {"infusion": 1.0}}


def test_the_cheapest_that_reaches_the_power_comes_first(make_trial, flat_bank):
    trial = make_trial(**MORE)
    bank = flat_bank(trial, (0.012, 0.011, 0.005))
    found = search_design(trial, bank, sizes=[40, 160], trials=250)
    best = found.best
    assert best.regimen == "more" and best.patients == 160 and best.success.value >= 0.8 and found.truth_word == "power"
    reaching = [c for c in found.candidates if c.reaches]
    assert best.cost == min(c.cost for c in reaching) and len(found.candidates) == 2 * 2 * 3
    assert found.rule_of(best) in ("1", "2")  # looks save patients where the effect is large


def test_harm_is_not_bought(make_trial, flat_bank):
    trial = make_trial()
    found = search_design(trial, flat_bank(trial, (0.005, 0.02)), sizes=[100], trials=250, truth=Truth.DRAWN)
    assert found.best is None and found.candidates[0].harmful == pytest.approx(1.0) and found.truth_word == "assurance"


@pytest.mark.parametrize("bad", [{"sizes": []}, {"sizes": [2]}])
def test_impossible_searches(make_trial, flat_bank, bad):
    trial = make_trial()
    with pytest.raises(InputError, match="sizes"):
        search_design(trial, flat_bank(trial, (0.01, 0.01)), **bad)
    arms = [{"name": n, "dose": f"{d} cells/kg"} for n, d in (("a", "1e5"), ("b", "2e5"), ("c", "3e5"))]
    three = make_trial(arm=arms)
    with pytest.raises(InputError, match="two arms"):
        search_design(three, flat_bank(three, (0.01, 0.01, 0.01)), sizes=[10])


def test_adaptive_designs_and_escalations_are_searched(make_trial, flat_bank):
    trial = make_trial(blinded_re_estimation={"first": 30, "effect": 0.6}, cost={"month": 1.0})
    result = search_design(trial, flat_bank(trial, (0.012, 0.004)), sizes=[60, 120], trials=250)
    assert result.kind == "adaptive" and result.best is not None and "max_increase" in result.rule_of(result.best)
    arms = [{"name": d, "dose": f"{d} cells/kg"} for d in ("1e5", "1e6", "1e7")]
    rule = {"toxicity": ["death"], "target": 0.25}
    escalation = make_trial(arm=arms, endpoint=[], patients=12, dose_finding=rule, analysis={"power": 0.4})
    bank = flat_bank(escalation, (0.0, 0.0005, 0.004, 0.05))
    result = search_design(escalation, bank, sizes=[12, 24], trials=250, most_harmful=0.5)
    assert result.kind == "escalation" and result.truth_word == "correct" and result.best.success.value >= 0.4
    assert {c.rule for c in result.candidates} >= {"boin", "3+3", "crm", "tite_boin"}
