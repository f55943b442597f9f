"""Simulated arms: virtual patients matched at day 0, and draws in which cells have no effect."""

import numpy as np

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import Endpoint
from hepatica.evidence import load
from hepatica.patients import Draws
from hepatica.simulation import Arm
from hepatica.validation.simulated import ArmSimulator, PredictionSettings

HYPOTHESES = ("label_is_cells", "lung_only")


def test_cells_that_do_nothing_are_predicted_to(system):
    """Certain to do nothing, a treated arm is the one without cells; certain to do something, it is another."""
    p, hypothesis = load("lin2017"), HYPOTHESES[0]
    plan, prior = Plan.of([p]), Draws.prior(system.model, 20, seed=3)
    arms = {a.arm: a for a in plan.arms}
    for chance in (0.0, 1.0):
        known = Draws(prior.columns, {"null_effect_probability": {hypothesis: chance}})
        found = ArmSimulator(system, known, PredictionSettings(people=4, draws=20, seed=1))
        care, cells = (
            found.arm(plan, p, arms[a], hypothesis).summary[Endpoint("survival", 168.0)][0] for a in ("smt", "msc")
        )
        assert np.allclose(care, cells, equal_nan=True) == bool(chance)


def test_an_arm_is_simulated_once(system):
    """However many publications share it; another name of the arm is the same arm."""
    simulator = ArmSimulator(system, None, PredictionSettings(people=2, draws=5, seed=1))
    endpoints = (Endpoint("survival", 28.0),)
    one = simulator.values("hbv_aclf", Arm("a"), "", endpoints)
    assert simulator.values("hbv_aclf", Arm("b"), "", endpoints) is one and one[0].shape == one[1].shape


def test_a_part_of_a_mixture_is_not_held_to_the_whole_s_means(system):
    """Correa 2016's MELD of 16 is that of all; its people with ACLF are sicker, and not refused for it."""
    p = load("correa2016")
    simulator = ArmSimulator(system, None, PredictionSettings(people=2, draws=5, seed=1))
    arm = next(a for a in Plan.of([p]).arms if len(a.populations) > 1)
    for key, _ in arm.populations:
        factor, match = simulator.matched(p, arm, key)
        assert factor == 1.0 and (match.weight == 1.0).all() and not match.refusal(key)
