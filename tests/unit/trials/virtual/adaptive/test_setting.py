"""Parts that adaptive designs share: who is compared, information, the last day."""

import numpy as np
import pytest

from hepatica.trials.virtual.adaptive.setting import Setting, estimates, gathered, last_day, only, statistics
from hepatica.trials.virtual.conduct.block import Adapted
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth


@pytest.fixture
def setting(make_trial, flat_bank):
    trial = make_trial(patients=60)
    bank = flat_bank(trial, (0.012, 0.006))
    eligible = eligible_patients(bank, trial)
    return Setting(trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible, 0, 30.0)


def test_patients_left_out_do_not_count(setting):
    data = setting.data()
    half = np.broadcast_to(np.arange(60) < 30, (250, 60))
    fewer = setting.data(patients=30)
    everyone = np.ones((250, 30), bool)
    assert statistics(data, half) == pytest.approx(statistics(fewer, everyone))
    assert estimates(data, half) == pytest.approx(estimates(fewer, everyone), nan_ok=True)
    assert only(half, 5.0)[0, [0, 40]].tolist() == [5.0, -1.0]


def test_information_is_the_number_of_events(setting):
    data = setting.data()
    everyone = np.ones((250, 60), bool)
    assert (gathered(data, everyone) == (data.block.death <= 100).sum(axis=1)).all()
    assert last_day(data, everyone) == pytest.approx(data.block.entry[:, -1] + 100)


def test_changes_reach_the_block(setting):
    arm = np.zeros((250, 60), np.int64)
    entry = np.broadcast_to(np.arange(60.0), (250, 60))
    b = setting.data(Adapted(arm=arm, entry=entry)).block
    assert (b.arm == 0).all() and (b.entry == entry).all() and (b.who == setting.data().block.who).all()
