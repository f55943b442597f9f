import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.posterior import fit_crm
from hepatica.trials.dose_finding.state import Reason
from hepatica.trials.dose_finding.time_to_event.follow_up import PowerWeight, Snapshot
from hepatica.trials.dose_finding.time_to_event.tite_crm import TiteCrm
from hepatica.trials.dose_finding.time_to_event.tite_design import TitePatient

SKELETON = (0.05, 0.12, 0.25, 0.4)
DESIGN = TiteCrm(levels=4, max_patients=24, cohort=1, target=0.25, skeleton=SKELETON)


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_estimates_are_those_of_the_fit_of_one_trial(power):
    rng = np.random.default_rng(3)
    level = rng.integers(-1, 4, (20, 8))
    toxic = (rng.random((20, 8)) < 0.3) & (level >= 0)
    share = np.where(rng.random((20, 8)) < 0.4, 1.0, rng.random((20, 8)))
    design = TiteCrm(levels=4, max_patients=24, target=0.25, skeleton=SKELETON, weight=PowerWeight(power))
    got = design.estimate(Snapshot(level, share, toxic))
    for row in range(20):
        there = level[row] >= 0
        fit = fit_crm(
            SKELETON, 0.25, level[row][there], toxic[row][there].astype(int), weights=share[row][there] ** power
        )
        np.testing.assert_allclose(got[row], fit.toxicity, atol=1e-7)


def test_toxicity_just_seen_holds_the_level():
    quiet = [TitePatient(1, 30, False)] * 8
    assert DESIGN.recommend([*quiet, TitePatient(1, 9, True)], 30).reason is Reason.STAY_INCOHERENT
    assert DESIGN.recommend(quiet, 30) == (2, Reason.ESCALATE_ONE)


def test_selection_is_among_levels_tried_and_open():
    toxic, treated = np.array([[0, 0, 0, 0]] * 2), np.array([[3, 3, 0, 0]] * 2)
    assert DESIGN.select(toxic, treated, np.array([3, -1])).tolist() == [1, -1]
    with pytest.raises(InputError, match="skeleton"):
        TiteCrm(levels=3, max_patients=24, target=0.25, skeleton=SKELETON)
