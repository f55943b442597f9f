import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import joint_truth, toxicity_truth
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.simulation import run_trials
from hepatica.trials.dose_finding.time_to_event.tite_boin import TiteBoin
from hepatica.trials.dose_finding.time_to_event.tite_crm import TiteCrm
from hepatica.trials.dose_finding.time_to_event.tite_simulation import Accrual, run_tite, simulate_tite

TRUTH = toxicity_truth([0.05, 0.15, 0.3, 0.45], 0.3)
SKELETON = (0.1, 0.2, 0.3, 0.45)
PAIRS = [
    (TiteBoin(levels=4, max_patients=18, target=0.3), boin(0.3, 4, 18)),
    (
        TiteCrm(levels=4, max_patients=18, target=0.3, skeleton=SKELETON),
        Crm(levels=4, max_patients=18, target=0.3, skeleton=SKELETON),
    ),
]


@pytest.mark.parametrize("tite, plain", PAIRS)
def test_with_slow_accrual_each_trial_is_that_of_the_design_without_pending_outcomes(tite, plain):
    who = np.arange(300)
    state, selected, _, _ = run_tite(tite, TRUTH, Accrual(window=1e-9, rate=1), who, 1)
    other, chosen, _ = run_trials(plain, TRUTH, who, 1)
    assert (state.counts == other.counts).all() and (selected == chosen).all()


@pytest.mark.parametrize("tite", [pair[0] for pair in PAIRS])
def test_fast_accrual_is_shorter_and_a_trial_is_the_same_whatever_others_run(tite):
    slow, fast = (simulate_tite(tite, TRUTH, Accrual(window=3, rate=r), trials=200) for r in (1, 6))
    assert fast.duration < slow.duration and fast.characteristics.trials == 200
    whole = run_tite(tite, TRUTH, Accrual(window=3, rate=6, late=0.8), np.arange(40), 2)
    some = run_tite(tite, TRUTH, Accrual(window=3, rate=6, late=0.8), np.array([5, 33]), 2)
    assert (whole[0].counts[[5, 33]] == some[0].counts).all()
    np.testing.assert_array_equal(whole[3][[5, 33]], some[3])


def test_impossible_scenarios_are_refused():
    for bad in ({"window": 0}, {"rate": -1}, {"late": 1.0}):
        with pytest.raises(InputError):
            Accrual(**{"window": 3, "rate": 1, **bad})
    accrual = Accrual(window=3, rate=1)
    with pytest.raises(InputError, match="without response"):
        simulate_tite(PAIRS[0][0], joint_truth([0.1] * 4, [0.2] * 4, best=0), accrual)
    with pytest.raises(InputError, match="at least one"):
        simulate_tite(PAIRS[0][0], TRUTH, accrual, trials=0)
