"""Platform on the bank: who is recruited to what and when, concurrent controls, and the error of each comparison."""

import numpy as np
import pytest

from hepatica.trials.confirmatory.platform.shared_control import Platform
from hepatica.trials.virtual.adaptive.platform import compared_patients, look_days, recruit, recruit_with_looks
from hepatica.trials.virtual.adaptive.setting import Setting
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import simulate_trial

NULL = Scenario("label_is_cells", Truth.NULL)
ARMS = [{"name": "care"}, {"name": "a", "dose": "1e5 cells/kg"}, {"name": "b", "dose": "1e6 cells/kg", "opens": "50 d"}]
PLAN = {"patients": 200, "centre": [{"name": "x", "per_month": 30}], "arm": ARMS}


def test_arms_open_fill_and_close(make_trial):
    trial = make_trial(**PLAN, platform={"per_arm": 40})
    entry = np.tile(np.arange(200.0), (250, 1))
    made = recruit(trial, entry, np.random.default_rng(1).random((250, 200)))
    assert not made.open[:, :50, 1].any() and (made.arm[:, :50] != 2).all()
    assert ((made.arm == 1).sum(axis=1) == 40).all() and ((made.arm == 2).sum(axis=1) <= 40).all()
    assert (made.arm[~made.entered] == 0).all() and not made.entered[:, -1].all()
    early = made.entered[:, :40]
    assert early.all() and (made.arm[:, :40] == 1).mean() == pytest.approx(0.5, abs=0.02)
    b = compared_patients(trial, made, 2)
    assert not b[:, :50].any() and not b[made.arm == 1].any()
    pooled = compared_patients(make_trial(**PLAN, platform={"per_arm": 40, "concurrent": False}), made, 2)
    assert (pooled[:, :50] == (made.arm[:, :50] == 0)).all() and (pooled >= b).all()


def test_error_and_correlation_of_comparisons(make_trial, flat_bank):
    trial = make_trial(**PLAN, platform={"per_arm": 60})
    bank = flat_bank(trial, (0.012, 0.012, 0.012))
    r = simulate_trial(trial, bank, NULL, 1000)
    for name in ("a", "b"):
        assert r.adapted[f"rejected:{name}"].mean() == pytest.approx(0.025, abs=4 * np.sqrt(0.025 / 1000))
    assert 0.1 < np.corrcoef(r.z.T)[0, 1] < Platform([[50.0, 50.0]], [50.0]).correlation()[0, 1]  # overlap in part
    all_of = make_trial(**PLAN, platform={"per_arm": 60, "familywise": True})
    s = simulate_trial(all_of, bank, NULL, 1000)
    assert s.success.mean() <= 0.025 + 4 * np.sqrt(0.025 / 1000) < r.success.mean() + 0.02


def test_an_arm_opens_after_another_and_is_dropped_where_it_looks_worse(make_trial, flat_bank):
    arms = [*ARMS[:2], {"name": "b", "dose": "1e6 cells/kg", "after": "a"}]
    trial = make_trial(**PLAN | {"arm": arms}, platform={"per_arm": 40, "first": 20, "lag": "30 d"})
    bank = flat_bank(trial, (0.012, 0.03, 0.006))  # the first arm harms
    setting = Setting(trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible_patients(bank, trial), 0, 50.0)
    entry = setting.data().block.entry
    made, dropped = recruit_with_looks(setting, entry)
    assert np.isfinite(dropped[:, 0]).mean() > 0.8 and np.isfinite(dropped[:, 1]).mean() < 0.15
    for t in range(20):  # one trial after the other, patient by patient
        a, b = (np.flatnonzero(made.arm[t] == k) for k in (1, 2))
        closes = min(entry[t, a[39]] if len(a) == 40 else np.inf, dropped[t, 0])
        assert entry[t, a[-1]] < dropped[t, 0] and len(a) <= 40 and (not len(b) or entry[t, b[0]] >= closes)
        if np.isfinite(dropped[t, 0]):
            assert dropped[t, 0] == pytest.approx(entry[t, a[19]] + 30)
    assert (look_days(trial, made, entry)[:, 1] > look_days(trial, made, entry)[:, 0]).all()
    r = simulate_trial(trial, bank, Scenario("label_is_cells", Truth.AVERAGE), 250)
    assert not r.rejected[r.adapted["dropped:a"] > 0, 0].any() and r.rejected[:, 1].mean() > 0.5
