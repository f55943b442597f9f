"""Comparisons: every kind and method has its sign, its level without effect, and agrees with what it should."""

import numpy as np
import pytest
from scipy.special import ndtri

from hepatica.trials.definition.endpoint import METHODS, Kind
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth

MORE = {
    Kind.LAB: {"lab": "bilirubin"},
    Kind.PROPORTION: {"when": "alive == 1", "higher_is_better": True},
    Kind.HIERARCHICAL: {"lab": "meld"},
    Kind.DAYS: {"higher_is_better": True},
}
TIMED = {Kind.BLEEDING: "bleeding", Kind.THROMBOSIS: "thrombosis", Kind.TUMOUR: "tumour", Kind.REACTION: "reaction"}
CASES = [(kind, method) for kind in Kind for method in METHODS[kind]]


@pytest.mark.parametrize(("kind", "method"), CASES, ids=lambda x: x.value)
def test_a_better_arm_has_positive_z(make_trial, flat_bank, kind, method):
    endpoint = {"name": "x", "kind": kind.value, "method": method.value, "day": "60 d", **MORE.get(kind, {})}
    trial = make_trial(endpoint=[endpoint])
    labs = {name: np.array([10.0, 6.0])[:, None, None] for name in ("bilirubin", "meld")}
    bank = flat_bank(trial, (0.015, 0.006), labs=labs | {"utility": 0.6})
    outcomes = bank.outcomes["label_is_cells"]
    outcomes.infection[...] = np.where(np.arange(40) // 8 % 2, [[20.0], [90.0]], np.inf)
    if kind in TIMED:
        outcomes.hazards[TIMED[kind]][...] = np.array([0.02, 0.005])[:, None, None] * np.arange(101)
    eligible = eligible_patients(bank, trial)
    block = TrialBlock(trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible, 0, 100)
    z = compare(EndpointData.of(block), trial.endpoint[0], 1).z
    assert np.isfinite(z).all() and z.mean() > 1.0
    null = TrialBlock(trial, Scenario("label_is_cells", Truth.NULL), bank, eligible, 0, 100)
    z0 = compare(EndpointData.of(null), trial.endpoint[0], 1).z
    assert (z0 > -ndtri(0.1)).mean() == pytest.approx(0.1, abs=0.07)


def test_values_at_a_look_are_of_those_who_have_reached_the_visit(make_trial, flat_bank):
    trial = make_trial(endpoint=[{"name": "x", "kind": "lab", "lab": "bilirubin", "day": "28 d"}])
    bank = flat_bank(trial, (0.0, 0.0), labs={"bilirubin": 5.0})
    block = TrialBlock(trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible_patients(bank, trial), 0, 100)
    until = np.where(np.arange(100) < 30, 40.0, 10.0) * np.ones((250, 1))
    assert (compare(EndpointData.of(block), trial.endpoint[0], 1, until=until).information == 30).all()
