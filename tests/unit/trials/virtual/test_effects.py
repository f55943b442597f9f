"""True effects and fates against closed forms of constant hazards."""

import numpy as np
import pytest

from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.effects import fates, transplant_share, true_effects


def test_survival_is_exponential(make_trial, flat_bank):
    trial = make_trial()
    bank = flat_bank(trial, (0.01, 0.004), transplant=0.01)
    effects = true_effects(trial, bank, eligible_patients(bank, trial), "label_is_cells")
    assert effects.survival[:, -1] == pytest.approx(np.exp([-1.0, -0.4]), rel=1e-5)
    assert effects.gain == pytest.approx(np.tile([0, np.exp(-0.4) - np.exp(-1)], (8, 1)), rel=1e-4)
    share = transplant_share(trial, bank, eligible_patients(bank, trial), "label_is_cells")
    assert share[0] == pytest.approx(0.5 * (1 - np.exp(-2)), rel=1e-4)


def test_coupling_decides_who_is_saved_and_killed(make_trial, flat_bank):
    trial = make_trial()
    bank = flat_bank(trial, (0.01, 0.004))
    e = eligible_patients(bank, trial)
    s0, s1 = np.exp(-1.0), np.exp(-0.4)
    shared, half, apart = (fates(trial, bank, e, "label_is_cells", 1, c) for c in (1.0, 0.5, 0.0))
    assert shared == pytest.approx((s1 - s0, 0.0), rel=1e-4)
    assert apart == pytest.approx(((1 - s0) * s1, s0 * (1 - s1)), rel=1e-4)
    assert shared.killed < half.killed < apart.killed
    for f in (shared, half, apart):
        assert f.saved - f.killed == pytest.approx(s1 - s0, abs=0.01)
    drawn = fates(trial, bank, e, "label_is_cells", 1, 1e-9)
    assert drawn == pytest.approx(apart, abs=0.01)
