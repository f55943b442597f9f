import numpy as np

from hepatica.trials.dose_finding.characteristics import joint_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.response.uboin import UBoin
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.dose_finding.state import Reason

DESIGN = UBoin(
    levels=3,
    max_patients=15,
    utility=Utility(neither=40, both=60),
    limits=Limits(toxicity=0.3, response=0.2),
    stage_one=6,
)


def test_the_first_stage_follows_toxicity_and_the_second_utility():
    rows = replay(DESIGN, read_history("1EEE 2NNT 2NNT 1EEE"))
    # 2 of 6 toxic: BOIN stays; then the level where all responded is best, and 2 of 6 does not invite level 3
    assert [row.next_level for row in rows[:3]] == [2, 2, 1]
    assert rows[3].reason is Reason.STAY and rows[3].selected == 1
    assert replay(DESIGN, read_history("1NNN 2NEN 2NNE"))[-1].next_level == 3  # safe so far: the next level is tried


def test_utility_of_a_level_is_the_mean_over_the_dirichlet():
    state = DESIGN.begin(1)
    state.counts[0, 0] = [3, 2, 1, 0]
    rng = np.random.default_rng(1)
    draws = rng.dirichlet([3.25, 2.25, 1.25, 0.25], 200_000) @ DESIGN.utility.values
    assert abs(DESIGN.mean_utility(state)[0, 0] - draws.mean()) < 0.2


def test_simulation_and_enumeration_agree_within_monte_carlo_error():
    truth = joint_truth([0.05, 0.2, 0.45], [0.2, 0.45, 0.5], best=1)
    small = DESIGN.changed(max_patients=12)
    drawn, whole = simulate(small, truth, trials=10_000), exact(small, truth)
    assert (np.abs(drawn.selection - whole.selection) < 4 * drawn.selection_error).all()


def test_stops():
    assert replay(DESIGN, read_history("1TTT"))[0].reason is Reason.STOP_TOXIC
    dull = DESIGN.changed(max_patients=60, stop_at=9, levels=1, cohort=6)
    assert replay(dull, read_history("1NNNNNN 1NNNNNN"))[-1].reason is Reason.STOP_NO_LEVEL
    assert replay(dull, read_history("1EENNEE 1EENNNE"))[-1].reason is Reason.STOP_AT_LEVEL
