"""Platform on the bank: who is recruited to what and when, concurrent controls, and the error of each comparison."""

import numpy as np
import pytest

from hepatica.trials.confirmatory.platform.shared_control import Platform
from hepatica.trials.virtual.adaptive.platform import compared_patients, recruit
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
