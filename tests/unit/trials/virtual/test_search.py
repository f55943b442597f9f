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
    assert len(found.looks_of(best)) > 0  # looks save patients where the effect is large


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
