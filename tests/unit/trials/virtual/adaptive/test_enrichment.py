"""Enrichment on the bank: familywise error, what is decided where a subgroup alone gains, and slower arrivals."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.virtual.adaptive.enrichment import subgroup_of
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import simulate_trial

AVERAGE, NULL = (Scenario("label_is_cells", t) for t in (Truth.AVERAGE, Truth.NULL))
PLAN = {"patients": 160, "centre": [{"name": "a", "per_month": 20}]}
RULE = {"subgroup": "meld >= 22.5", "first": 80, "full": 1.0, "inside": 0.0}


@pytest.mark.parametrize("test", ["spiessens_debois", "simes", "bonferroni"])
def test_error_over_both_hypotheses_is_kept(make_trial, flat_bank, test):
    trial = make_trial(**PLAN, enrichment=RULE | {"full": 0.0, "test": test})
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012)), NULL, 800)
    assert r.success.mean() <= 0.025 + 4 * np.sqrt(0.025 * 0.975 / 800)
    names = ("both", "all_patients", "subgroup", "stops")
    assert sum(r.adapted[n] for n in names) == pytest.approx(1.0)


def test_a_gain_of_the_subgroup_alone_is_found_there(make_trial, flat_bank):
    trial = make_trial(**PLAN, enrichment=RULE | {"full": 1.5})
    bank = flat_bank(trial, (0.012, 0.012))
    inside = bank.baseline["meld"] >= 22.5
    hazard = bank.outcomes["label_is_cells"].hazards["death_by_liver"]
    hazard[1, inside] *= 0.3
    r = simulate_trial(trial, bank, AVERAGE, 500)
    alone = r.adapted["subgroup"] > 0
    assert alone.mean() > 0.2 and r.adapted["shown_in_subgroup"][alone].mean() > 0.8
    assert r.day[alone].mean() > r.day[r.adapted["both"] > 0].mean() + 60  # half as many arrive


def test_subgroup_keeps_the_draws(make_trial, flat_bank):
    trial = make_trial()
    bank = flat_bank(trial, (0.01, 0.01))
    everyone = eligible_patients(bank, trial)
    inside = (bank.draw != 3) & (np.arange(40) < 30)
    group = subgroup_of(everyone, inside, bank.draw)
    assert (group.draws == everyone.draws).all() and inside[group.members].all()
    for row, d in enumerate(everyone.draws):
        assert d == 3 or (bank.draw[group.members[row]] == d).all()


def test_a_subgroup_must_be_some_of_the_patients(make_trial, flat_bank):
    trial = make_trial(**PLAN, enrichment=RULE | {"subgroup": "meld >= 0"})
    with pytest.raises(InputError, match="100 %"):
        simulate_trial(trial, flat_bank(trial, (0.01, 0.01)), NULL, 10)
