"""Outcomes of levels on the bank against closed forms of constant hazards."""

import numpy as np
import pytest

from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.escalation.outcomes import delivered_curve, level_outcomes, lots_of, response_truth

ARMS = [{"name": n, "dose": f"{d} cells/kg"} for n, d in (("low", "1e5"), ("mid", "1e6"), ("high", "1e7"))]
LOTS = {"patients": 1, "shares": [0.5], "chances": [0.25]}


@pytest.fixture
def trial(make_trial):
    rule = {"design": "boin12", "toxicity": ["bleeding"], "response": "alive == 1 and bilirubin < 5"}
    rule |= {"response_day": "20 d", "target": 0.35, "least_response": 0.25, "window": "28 d"}
    return make_trial(arm=ARMS, patients=12, endpoint=[], dose_finding=rule, batches=LOTS)


def made(trial, flat_bank):
    regimens = len(trial.regimens())
    bank = flat_bank(trial, np.full(regimens, 0.01), labs={"bilirubin": 4.0})
    outcomes = bank.outcomes["label_is_cells"]
    rates = np.linspace(0.002, 0.02, regimens)
    outcomes.hazards["bleeding"][...] = rates[:, None, None] * np.arange(101)
    outcomes.labs["bilirubin"][:, 20:] = 9.0  # half of the patients do not respond
    return bank, rates, level_outcomes(trial, bank, eligible_patients(bank, trial), "label_is_cells")


def test_toxicity_and_response_by_share(trial, flat_bank):
    bank, rates, found = made(trial, flat_bank)
    rows = [[bank.regimen(arm) for arm in shares] for shares in trial.arms()]
    assert found.toxicity[:, :, 0] == pytest.approx(1 - np.exp(-28 * rates[np.array(rows)]), rel=1e-4)
    assert found.early[:, :, 0] == pytest.approx(1 - np.exp(-14 * rates[np.array(rows)]), rel=1e-4)
    assert found.response[:, :, :20] == pytest.approx(np.exp(-0.2), rel=1e-4) and (found.response[:, :, 20:] == 0).all()
    assert found.chances.tolist() == [0.75, 0.25]


def test_joint_outcomes_are_those_of_enumeration(trial, flat_bank):
    _, _, found = made(trial, flat_bank)
    joint = found.joint()
    assert joint.sum(axis=1) == pytest.approx(1.0)
    assert joint[:, 2:].sum(axis=1) == pytest.approx(found.mean_toxicity())
    for level in range(3):
        t, r = found.toxicity[level, :, 3], found.response[level, :, 3]
        assert joint[level, 3, 3] == pytest.approx(0.75 * t[0] * r[0] + 0.25 * t[1] * r[1])
    assert 0.3 < found.late() < 0.5  # of a constant hazard somewhat less than half


def test_curve_is_exact_at_every_dose_that_lots_deliver(trial, flat_bank):
    _, _, found = made(trial, flat_bank)
    toxicity = found.toxicity.mean(axis=2)
    curve = delivered_curve(trial, toxicity)
    doses = np.array([1e5, 1e6, 1e7])
    assert curve.at(doses) == pytest.approx(toxicity[:, 0]) and curve.at(doses / 2) == pytest.approx(toxicity[:, 1])
    lots = lots_of(trial)
    assert lots.shares == (1.0, 0.5) and not lots.shared


def test_best_level_has_the_highest_utility_within_limits():
    utility, limits = Utility(neither=40, both=60), Limits(toxicity=0.3, response=0.3)
    toxic = np.array([[0.5, 0.4, 0.05, 0.05], [0.1, 0.7, 0.1, 0.1], [0.05, 0.45, 0.1, 0.4]])
    assert response_truth(toxic, utility, limits).best == 1
    assert response_truth(toxic[2:], utility, limits).best == -1
