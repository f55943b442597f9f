"""One simulated trial, with everything that a data base can hold."""

import numpy as np
import pytest

from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulated import simulate_one

FULL = {
    "patients": 60,
    "eligibility": {"include": ["meld >= 10"], "exclude": ["age > 69"]},
    "estimand": {
        "population": "p",
        "treatment": "t",
        "variable": "v",
        "summary": "hazard_ratio",
        "intercurrent": [{"event": "transplant", "strategy": "composite"}],
    },
    "randomisation": {"strata": ["meld >= 20", "centre"]},
    "centre": [{"name": "a", "per_month": 10}, {"name": "b", "per_month": 10}],
    "visits": {"days": ["7 d", "28 d"], "window": "2 d", "missed": 0.2},
    "dropout": {"per_month": 0.1},
    "rescue": {"when": "bilirubin > 9", "chance": 0.5},
    "batches": {"patients": 3, "shares": [0.5], "chances": [0.3]},
    "endpoint": [
        {"name": "death", "kind": "survival", "primary": True},
        {"name": "infection", "kind": "infection"},
        {"name": "bilirubin", "kind": "lab", "lab": "bilirubin", "day": "28 d"},
        {"name": "meld", "kind": "lab", "lab": "meld", "day": "84 d"},
    ],
    "arm": [{"name": "care"}, {"name": "cells", "dose": "1e6 cells/kg", "infusions": 2}],
}


@pytest.fixture
def simulated(make_trial, flat_bank):
    """A simulated trial, some keys changed."""

    def make(death=(0.01, 0.005, 0.007), number=3, transplant=0.002, **changes):
        trial = make_trial(**FULL | changes)
        bank = flat_bank(trial, death, transplant=transplant, labs={"bilirubin": 8.0, "meld": 20.0})
        outcomes = bank.outcomes["label_is_cells"]
        outcomes.infection[...] = np.where(np.arange(40) % 3, np.inf, 30.0)
        outcomes.hazards["thrombosis"][...] = 0.004 * np.arange(101)
        return simulate_one(trial, bank, Scenario("label_is_cells", Truth.AVERAGE), number)

    return make
