"""MCP-Mod on the bank: one trial by the package's procedure, error without effect, choice of model and arm."""

import numpy as np
import pytest

from hepatica.trials.confirmatory.mcp_mod.contrast_test import DoseMeans, contrast_test
from hepatica.trials.confirmatory.mcp_mod.fit import GroupData
from hepatica.trials.confirmatory.mcp_mod.models import Emax, Linear
from hepatica.trials.confirmatory.mcp_mod.procedure import mcp_mod
from hepatica.trials.virtual.adaptive.mcp_mod import (
    arm_estimates,
    choose_models,
    chosen_arm,
    contrast_plan,
    contrast_statistics,
)
from hepatica.trials.virtual.adaptive.setting import Setting
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.kernels.arm_estimates import adjusted_means
from hepatica.trials.virtual.simulate import simulate_trial

ARMS = [{"name": "care"}, *({"name": d, "dose": f"{d} cells/kg"} for d in ("2.5e5", "5e5", "1e6", "2e6"))]
MODELS = [{"shape": "linear"}, {"shape": "emax", "ed50": "4e5 cells/kg"}]
PLAN = {"patients": 250, "centre": [{"name": "x", "per_month": 100}], "arm": ARMS}
ALIVE = {"name": "x", "kind": "proportion", "when": "alive == 1", "day": "60 d", "higher_is_better": True}
DAYS = {"name": "x", "kind": "quality_adjusted_days", "method": "ancova"}


@pytest.mark.parametrize("choice", ["aic", "max_t", "average"])
def test_one_trial_is_that_of_the_procedure(make_trial, choice):
    trial = make_trial(**PLAN, endpoint=[DAYS], mcp_mod={"model": MODELS, "effect": 0.4, "choice": choice})
    plan, rng = contrast_plan(trial), np.random.default_rng(4)
    arm = np.tile(np.arange(250) % 5, (6, 1))
    y = 0.8 * plan.doses[arm] / (0.2 + plan.doses[arm]) + rng.normal(size=arm.shape)
    arms = adjusted_means(y, np.zeros(y.shape), arm, np.ones(y.shape, bool), 5)
    t = contrast_statistics(plan.contrasts, arms)
    made = choose_models(trial, plan, arms, t)
    for k in range(6):
        data, models = GroupData.of_data(plan.doses[arm[k]], y[k]), [Linear(), Emax(0.2)]
        test = contrast_test(DoseMeans.of_data(plan.doses[arm[k]], y[k]), models)
        assert t[k] * np.sqrt(245 / 244) == pytest.approx(test.t)  # the slope on baseline costs a degree of freedom
        assert plan.critical == pytest.approx(test.critical, abs=2e-3)
        own = mcp_mod(data, models, effect=0.4)
        names = [type(f.shape).__name__ for f in own.fits]
        if not names:
            assert not made.weight[k].any() and np.isnan(made.target[k])
        elif choice == "aic":
            assert made.weight[k].argmax() == ["Linear", "Emax"].index(names[0])
            assert made.target[k] == pytest.approx(own.target_doses[0], abs=5e-3, nan_ok=True)
        elif choice == "max_t":
            assert made.weight[k].argmax() == test.t.argmax()
        else:
            assert made.target[k] == pytest.approx(own.averaged_target_dose, abs=0.03, nan_ok=True)


@pytest.mark.parametrize("endpoint", [{"name": "x", "kind": "survival"}, ALIVE, DAYS])
def test_error_without_effect(make_trial, flat_bank, endpoint):
    trial = make_trial(**PLAN, endpoint=[endpoint], mcp_mod={"model": MODELS, "effect": 0.3})
    r = simulate_trial(trial, flat_bank(trial, [0.012] * 5), Scenario("label_is_cells", Truth.NULL), 1000)
    assert r.success.mean() == pytest.approx(0.025, abs=4 * np.sqrt(0.025 / 1000))
    assert (r.rejected.sum(axis=1) <= 1).all()


def test_the_shape_and_the_dose_that_are_true_are_taken(make_trial, flat_bank):
    trial = make_trial(**PLAN | {"patients": 600}, mcp_mod={"model": MODELS, "effect": 0.5})
    dose = np.array([0, 0.125, 0.25, 0.5, 1.0])
    emax = flat_bank(trial, 0.02 * np.exp(-1.2 * dose / (0.1 + dose)))
    r = simulate_trial(trial, emax, Scenario("label_is_cells", Truth.AVERAGE), 250)
    assert r.success.mean() > 0.95 and r.adapted["model:emax"].mean() > 0.8
    assert np.nanmedian(r.adapted["target_dose"]) == pytest.approx(0.0714, abs=0.03)
    assert np.bincount(r.selected, minlength=5)[1:3].sum() > 200


def test_the_arm_at_or_above_the_target_is_chosen(make_trial):
    plan = contrast_plan(make_trial(**PLAN, mcp_mod={"model": MODELS, "effect": 0.3}))
    z = np.tile([0.0, 3.0, 1.0, 1.0], (5, 1))
    target = np.array([0.1, 0.125, 0.3, 1.0, np.nan])
    assert chosen_arm(plan, target, z).tolist() == [0, 0, 2, 3, 1]


def test_falling_labs_are_turned_so_that_better_is_larger(make_trial, flat_bank):
    lab = {"name": "x", "kind": "lab", "lab": "bilirubin", "day": "28 d"}
    trial = make_trial(**PLAN, endpoint=[lab], mcp_mod={"model": MODELS, "effect": 0.1})
    falling = np.exp(-0.5 * np.arange(5))[:, None, None] * np.ones((5, 40, 101))
    bank = flat_bank(trial, [0.001] * 5, labs={"bilirubin": falling})
    setting = Setting(trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible_patients(bank, trial), 0, 250.0)
    assert (np.diff(arm_estimates(setting.data()).estimate.mean(axis=0)) > 0.3).all()
