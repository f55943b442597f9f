"""A made-up trial and a bank of constant hazards, of which truths are known in closed form."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from hepatica.trials.bank.build import Bank
from hepatica.trials.bank.outcomes import PotentialOutcomes
from hepatica.trials.bank.plan import HAZARDS, plan_bank
from hepatica.trials.definition.trial_file import check_trial

TRIAL = {
    "title": "A made-up trial",
    "question": "Do cells prolong life?",
    "patients": 100,
    "follow_up": "100 d",
    "hypotheses": ["label_is_cells"],
    "estimand": {"population": "p", "treatment": "t", "variable": "death", "summary": "hazard_ratio"},
    "arm": [{"name": "care"}, {"name": "cells", "dose": "1e6 cells/kg"}],
    "centre": [{"name": "a", "per_month": 10}],
    "visits": {"days": ["7 d", "28 d"], "window": "0 d", "missed": 0.0},
    "dropout": {"per_month": 0.0},
    "endpoint": [{"name": "death", "kind": "survival", "primary": True}],
    "variation": {"between_trials": 0.0, "effect_between_trials": 0.0},
    "bank": {"patients": 40, "draws": 8},
}


@pytest.fixture
def make_trial():
    """A checked trial with some keys changed."""

    def make(**changes):
        return check_trial(copy.deepcopy(TRIAL) | changes)

    return make


@pytest.fixture
def flat_bank():
    """A bank of constant hazards of death by regimen, and of transplant, with labs that stay."""

    def make(trial, death, *, transplant=0.0, labs=None):
        plan = plan_bank([trial])
        regimens, patients, days = len(plan.regimens), plan.patients, plan.days + 1
        time = np.arange(days, dtype=np.float32)
        hazards = {name: np.zeros((regimens, patients, days), np.float32) for name in HAZARDS}
        hazards["death_by_liver"] += np.asarray(death, np.float32)[:, None, None] * time
        hazards["transplant"] += np.float32(transplant) * time
        values = dict.fromkeys(plan.labs, 0.0) | (labs or {})
        outcomes = PotentialOutcomes(
            hazards,
            np.full((regimens, patients), np.inf, np.float32),
            {
                name: np.broadcast_to(np.asarray(v, np.float32), (regimens, patients, days)).copy()
                for name, v in values.items()
            },
        )
        baseline = {"age": np.linspace(20, 70, patients), "meld": np.linspace(10, 35, patients)}
        draw = np.arange(patients) % plan.draws
        return Bank(plan, "made up", draw, baseline, dict.fromkeys(plan.hypotheses, outcomes), {})

    return make
