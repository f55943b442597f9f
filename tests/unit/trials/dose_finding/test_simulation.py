import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.interval_designs import interval_design, interval_table
from hepatica.trials.dose_finding.simulation import draw_outcomes, run_trials, simulate
from hepatica.trials.dose_finding.three_plus_three import ThreePlusThree

TRUTH = toxicity_truth([0.05, 0.15, 0.3, 0.45, 0.6], 0.3)
DESIGNS = [
    boin(0.3, 5, 30, stop_at=12),
    boin(0.3, 5, 20, cohort=3, start=1, extra_safe=True),
    interval_design(0.3, interval_table(0.3, 18), 5, 18),
    ThreePlusThree(levels=5),
]


@pytest.mark.parametrize("design", DESIGNS)
def test_simulation_and_enumeration_agree_within_monte_carlo_error(design):
    drawn, whole = simulate(design, TRUTH, trials=20_000), exact(design, TRUTH)
    assert sum(whole.reasons.values()) == pytest.approx(1, abs=1e-9)
    assert (np.abs(drawn.selection - whole.selection) < 4 * drawn.selection_error + 1e-4).all()
    assert (np.abs(drawn.patients - whole.patients) < 4 * drawn.patients_error + 1e-3).all()
    assert abs(drawn.size - whole.size) < 4 * drawn.size_error + 1e-9


def test_a_trial_is_the_same_whatever_others_run():
    whole = run_trials(DESIGNS[0], TRUTH, np.arange(50), seed=3)
    some = run_trials(DESIGNS[0], TRUTH, np.array([7, 31]), seed=3)
    assert (whole[0].counts[[7, 31]] == some[0].counts).all() and (whole[1][[7, 31]] == some[1]).all()


def test_low_tolerance_is_toxic_at_every_level_and_absent_patients_do_not_count():
    tolerance = np.array([[0.1, 0.5, 0.9]])
    cumulative = np.array([[0.2], [0.6]])
    for level, size, wanted in ((0, 3, [2, 1]), (1, 3, [1, 2]), (1, 1, [0, 1])):
        assert draw_outcomes(tolerance, cumulative, np.array([level]), np.array([size])).tolist() == [wanted]


def test_a_scenario_of_other_levels_and_no_trials_are_refused():
    with pytest.raises(InputError, match="levels"):
        simulate(DESIGNS[0], toxicity_truth([0.1], 0.3))
    with pytest.raises(InputError, match="at least one"):
        simulate(DESIGNS[0], TRUTH, trials=0)
