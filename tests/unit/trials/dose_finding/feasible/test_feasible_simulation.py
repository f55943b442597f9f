import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.feasible.attribution import ATTRIBUTIONS, AsAssigned
from hepatica.trials.dose_finding.feasible.curve import DoseCurve
from hepatica.trials.dose_finding.feasible.feasible_simulation import compare_rules, run_feasible, simulate_feasible
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm, CountRule
from hepatica.trials.dose_finding.feasible.shortfall import LotYield, NoShortfall
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.simulation import run_trials

DOSES, TOXICITY = (0.5, 1.0, 2.0, 4.0), (0.05, 0.12, 0.25, 0.5)
CURVE, TRUTH = DoseCurve(doses=DOSES, toxicity=TOXICITY), toxicity_truth(TOXICITY, 0.25)
SKELETON = (0.08, 0.15, 0.25, 0.4)
LOTS = LotYield(median=1.5, cv=0.8)


def crm(**more):
    return ContinuousCrm(doses=DOSES, max_patients=24, skeleton=SKELETON, target=0.25, **more)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_without_shortfall_each_trial_is_that_of_the_design(attribution):
    who, design = np.arange(400), boin(0.25, 4, 24)
    rule = CountRule(doses=DOSES, max_patients=24, design=design, attribution=attribution)
    record = run_feasible(rule, CURVE, NoShortfall(), who, 1)
    state, selected, reason = run_trials(design, TRUTH, who, 1)
    assert (record.selected == selected).all() and (record.reason == reason).all()
    assert (np.stack([(record.assigned == j).sum(axis=1) for j in range(4)], axis=1) == state.treated).all()


def test_without_shortfall_the_model_is_the_continual_reassessment_method():
    who = np.arange(300)
    record = run_feasible(crm(stop_toxic=None), CURVE, NoShortfall(), who, 1)
    plain = Crm(levels=4, max_patients=24, skeleton=SKELETON, target=0.25)
    state, selected, _ = run_trials(plain, TRUTH, who, 1)
    assert (record.selected == selected).all()
    assert (np.stack([(record.assigned == j).sum(axis=1) for j in range(4)], axis=1) == state.treated).all()


def test_ignoring_the_shortfall_selects_overdoses():
    """The naive rule aims at the toxicity of what is assigned; by 4 standard errors of the difference."""
    found = compare_rules({"naive": crm(delivered=False), "delivered": crm()}, CURVE, LOTS, 0.25, trials=1500)
    naive, delivered = found["naive"], found["delivered"]
    error = np.hypot(naive.errors["overdose"], delivered.errors["overdose"])
    assert naive.overdose - delivered.overdose > 4 * error
    assert delivered.correct - naive.correct > 4 * np.hypot(naive.errors["correct"], delivered.errors["correct"])
    assert delivered.toxicities < naive.toxicities
    policy = CURVE.as_assigned(LOTS)
    assert abs(policy[3] - 0.25) < abs(policy[2] - 0.25) + 0.06  # why: as assigned, the toxic level looks on target


def test_a_trial_is_the_same_whatever_others_run_and_shared_lots_serve_a_cohort():
    shared = LotYield(median=1.5, cv=0.8, shared=True)
    rule = CountRule(doses=DOSES, max_patients=24, design=boin(0.25, 4, 24), attribution=AsAssigned())
    whole, some = (run_feasible(rule, CURVE, shared, who, 2) for who in (np.arange(30), np.array([4, 21])))
    np.testing.assert_array_equal(whole.dose[[4, 21]], some.dose)
    assert (whole.dose[:, 0] == whole.dose[:, 2]).all()


def test_other_doses_and_no_trials_are_refused():
    with pytest.raises(InputError, match="doses of the rule"):
        simulate_feasible(crm(), DoseCurve(doses=(1.0, 2.0), toxicity=(0.1, 0.2)), LOTS, 0.25)
    with pytest.raises(InputError, match="at least one"):
        simulate_feasible(crm(), CURVE, LOTS, 0.25, trials=0)
