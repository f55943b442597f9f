import numpy as np
import pytest
from scipy.special import logit

from hepatica.errors import InputError
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.sample_size import calibration_set, crm_sample_size
from hepatica.trials.dose_finding.model_based.skeleton import calibrate_skeleton
from hepatica.trials.dose_finding.simulation import run_trials


def test_scenarios_have_the_target_on_the_diagonal_and_one_odds_ratio():
    scenarios = calibration_set(0.25, 4, 1.8)
    assert np.diag(scenarios) == pytest.approx([0.25] * 4)
    np.testing.assert_allclose(np.diff(logit(scenarios), axis=1), np.log(1.8))


def test_correct_selection_along_one_run_is_that_of_trials_of_each_size():
    found = crm_sample_size(0.5, 0.25, 3, 2.5, largest=12, trials=400)
    skeleton = tuple(calibrate_skeleton(0.0625, 0.25, 1, 3).tolist())
    share = []
    for size in (6, 12):
        right = []
        for best, toxicity in enumerate(calibration_set(0.25, 3, 2.5)):
            design = Crm(levels=3, max_patients=size, cohort=1, start=1, skeleton=skeleton, target=0.25)
            state, _, _ = run_trials(design, toxicity_truth(toxicity, 0.25), np.arange(400), 1)
            right.append((design.nearest(state) == best).mean())
        share.append(np.mean(right))
    # another width of the stream gives the same first patients; smoothing moves a probability by little
    assert found.correct[[5, 11]] == pytest.approx(share, abs=0.02)
    assert crm_sample_size(0.99, 0.25, 3, 2.5, largest=5, trials=100).patients is None


def test_impossible_numbers_are_refused():
    with pytest.raises(InputError):
        calibration_set(0.25, 4, 1.0)
    with pytest.raises(InputError, match="probability"):
        crm_sample_size(1.0, 0.25, 3, 2.0)
