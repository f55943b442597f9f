"""Endpoints under each strategy for intercurrent events."""

import numpy as np
import pytest

from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth


@pytest.fixture
def data(make_trial, flat_bank):
    def make(*endpoints, transplant=0.01, **changes):
        trial = make_trial(endpoint=list(endpoints), **changes)
        labs = {"bilirubin": 8.0, "meld": 20.0, "utility": 0.5}
        bank = flat_bank(trial, (0.01, 0.01), transplant=transplant, labs=labs)
        bank.outcomes["label_is_cells"].infection[...] = 40.0
        block = TrialBlock(
            trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible_patients(bank, trial), 0, 100
        )
        return EndpointData.of(block)

    return make


def row(event, strategy):
    return {"event": event, "strategy": strategy}


@pytest.mark.parametrize("strategy", ["treatment_policy", "hypothetical", "composite"])
def test_transplant_in_survival(data, strategy):
    d = data({"name": "x", "kind": "survival", "intercurrent": [row("transplant", strategy)]})
    h, b = d.history(d.block.trial.endpoint[0]), d.block
    grafted = b.transplant < 100
    if strategy == "treatment_policy":
        assert h.time[grafted].max() == 100 and (h.event == (b.death <= 100)).all()
    else:
        assert (h.time[grafted] == b.transplant[grafted]).all()
        assert h.event[grafted].all() == (strategy == "composite")


@pytest.mark.parametrize(("strategy", "events"), [("composite", True), ("while_alive", False)])
def test_death_in_time_to_infection(data, strategy, events):
    d = data({"name": "x", "kind": "infection", "intercurrent": [row("death", strategy)]}, transplant=0.0)
    h, b = d.history(d.block.trial.endpoint[0]), d.block
    early = b.death < 40
    assert (h.time[early] == b.death[early]).all() and (h.event[early] == events).all()
    assert (h.time[~early] == 40).all() and h.event[~early].all()


def test_a_look_follows_each_patient_to_its_own_day(data):
    d = data({"name": "x", "kind": "survival"})
    until = np.where(np.arange(100) < 50, 30.0, -5.0) * np.ones((250, 1))
    h = d.history(d.block.trial.endpoint[0], until=until)
    assert (h.time[:, 50:] == -1).all() and not h.event[:, 50:].any() and h.time[:, :50].max() == 30


@pytest.mark.parametrize("strategy", ["composite", "while_alive", "hypothetical"])
def test_death_in_a_lab(data, strategy):
    method = {"method": "rank_sum"} if strategy == "composite" else {}
    e = {
        "name": "x",
        "kind": "lab",
        "lab": "bilirubin",
        "day": "28 d",
        "intercurrent": [row("death", strategy)],
    } | method
    d = data(e, transplant=0.0)
    v, dead = d.values(d.block.trial.endpoint[0]), d.block.death <= 28
    assert v.present[~dead].all()
    if strategy == "composite":
        assert np.isposinf(v.value[dead]).all() and v.present[dead].all()
    elif strategy == "while_alive":
        assert np.isfinite(v.value[dead]).all()
    else:
        assert not v.present[dead].any()
    assert np.exp(v.value[~dead]).mean() == pytest.approx(8, rel=0.03)


def test_transplant_and_rescue_in_a_lab(data):
    e = {"name": "x", "kind": "lab", "lab": "bilirubin", "day": "28 d"}
    d = data({**e, "intercurrent": [row("rescue", "hypothetical")]}, rescue={"when": "meld > 20"})
    v, b = d.values(d.block.trial.endpoint[0]), d.block
    rescued = d.measurements.rescue <= 28
    assert not v.present[b.transplant <= 28].any() and not v.present[rescued].any() and rescued.any()


def test_proportions_count_the_dead_as_failures_and_the_lost_where_labs_are_needed(data):
    ends = [
        {"name": n, "kind": "proportion", "when": w, "day": "28 d"}
        for n, w in (("a", "alive == 1"), ("b", "alive == 1 and bilirubin < 99"))
    ]
    d = data(*ends, transplant=0.0, dropout={"per_month": 0.5})
    alive, both = d.block.trial.endpoint
    hit, present = d.proportion(alive)
    lost = d.block.dropout < np.minimum(d.block.death, 28)
    assert (present == ~lost).all() and (hit[present] == (d.block.death > 28)[present]).all()
    hit, present = d.proportion(both)
    assert present.all() and not hit[lost].any() and (hit == (~lost & (d.block.death > 28))).all()


def test_quality_adjusted_days_are_the_area_until_death(data):
    d = data({"name": "x", "kind": "quality_adjusted_days"})
    v, b = d.values(d.block.trial.endpoint[0]), d.block
    native = np.minimum(b.native_end[0], 100)
    after = np.where(b.transplant < 100, np.minimum(b.death, 100) - np.minimum(b.transplant, 100), 0)
    from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE

    expected = 0.5 * native + STANDARD_GAMBLE.transplanted * after
    assert (v.value - expected).mean() == pytest.approx(0, abs=0.1) and v.present.all()
