"""True effects and fates against closed forms of constant hazards."""

import numpy as np
import pytest

from hepatica.trials.analysis.required_size import Method
from hepatica.trials.analysis.survival_comparison import HazardPattern
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.effects import fates, hazard_course, transplant_share, true_effects


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


@pytest.mark.parametrize(
    ("early", "late", "pattern"),
    [
        (0.6, 0.6, "proportional"),
        (1.0, 0.5, "late"),
        (0.5, 1.0, "early"),
        (1.6, 0.4, "crossing"),
        (0.62, 0.6, "proportional"),
    ],
)
def test_course_of_hazards_and_sizes_are_those_of_constant_hazards_by_period(make_trial, early, late, pattern):
    """Schoenfeld's size where hazards are proportional: patients x mean chance of death = 4 (z + z)^2 / (log ratio)^2."""
    days, control, cut = np.arange(201.0), 0.01, 55
    treated = np.exp(-control * (early * np.minimum(days, cut) + late * np.maximum(days - cut, 0)))
    course = hazard_course(make_trial(follow_up="200 d"), np.stack([np.exp(-control * days), treated]), 1)
    assert course.pattern is HazardPattern(pattern)
    if early == late:
        assert (course.early, course.late) == (pytest.approx(early, rel=1e-6), pytest.approx(late, rel=1e-6))
        died = 1 - (np.exp(-2.0) + treated[-1]) / 2
        assert course.sizes[Method.LOG_RANK] == pytest.approx(4 * 7.8489 / np.log(early) ** 2 / died, rel=0.05)
    assert 1 - np.mean([np.exp(-control * course.cut), treated[int(course.cut)]]) == pytest.approx(
        (1 - (np.exp(-2.0) + treated[-1]) / 2) / 2, abs=0.01
    )
