"""Simulated arms: virtual patients matched at day 0, and draws in which cells have no effect."""

import numpy as np
import pytest

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import Endpoint
from hepatica.calibrate.matching import simulated_arm
from hepatica.evidence import load
from hepatica.patients import Draws
from hepatica.simulation import Arm
from hepatica.validation.simulated import ArmSimulator, PredictionSettings, _tilted, match_baseline

HYPOTHESES = ("label_is_cells", "lung_only")


def test_virtual_patients_are_made_to_look_like_an_arm(system, admitted):
    lin = load("lin2017")
    p = lin.model_copy(
        update={
            "observations": (
                *lin.observations,
                lin.observations[0].model_copy(
                    update={
                        "arm": "smt",
                        "variable": "inr",
                        "unit": "1",
                        "value": 2.2,
                        "sd": 0.5,
                        "time": 0.0,
                        "kind": "mean_sd",
                    }
                ),
            )
        }
    )
    weight, effective = match_baseline(p, simulated_arm(p, p.arm("smt")), admitted)
    before = np.exp(np.log(admitted.labs["inr"]).mean())
    after = np.exp(np.average(np.log(admitted.labs["inr"]), weights=weight))
    assert 0.1 <= effective < 1 and abs(after - 2.2) < abs(before - 2.2) and after == pytest.approx(2.2, rel=0.03)
    assert (
        match_baseline(lin, simulated_arm(lin, lin.arm("smt")), admitted)[1] == 1.0
    )  # nothing printed, nothing matched


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


def test_tilting_is_that_of_a_plain_minimisation():
    """The weights that minimise the same objective on a grid of coefficients have the same mean."""
    x = np.random.default_rng(1).standard_normal((400, 1))
    w = _tilted(x, np.array([0.6]))
    grid = np.linspace(-4, 4, 8001)
    loss = [np.log(np.exp(x[:, 0] * k).sum()) - 0.6 * k + 5e-3 * k * k for k in grid]
    best = np.exp(x[:, 0] * grid[int(np.argmin(loss))])
    assert np.average(x[:, 0], weights=w) == pytest.approx(np.average(x[:, 0], weights=best), abs=2e-3)
    assert np.average(x[:, 0], weights=w) == pytest.approx(0.6, abs=0.02)


def test_an_arm_is_simulated_once(system):
    """However many publications share it; another name of the arm is the same arm."""
    simulator = ArmSimulator(system, None, PredictionSettings(people=2, draws=5, seed=1))
    endpoints = (Endpoint("survival", 28.0),)
    one = simulator.values("hbv_aclf", Arm("a"), "", endpoints)
    assert simulator.values("hbv_aclf", Arm("b"), "", endpoints) is one and one[0].shape == one[1].shape
