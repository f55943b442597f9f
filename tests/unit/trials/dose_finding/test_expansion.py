import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import joint_truth, toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.expansion import expand
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.response.uboin import UBoin
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.dose_finding.state import Reason

ESCALATION = boin(0.3, 3, 9)
RESPONSE = UBoin(
    levels=2,
    max_patients=6,
    utility=Utility(neither=40, both=60),
    limits=Limits(toxicity=0.3, response=0.2),
    stage_one=6,
)


def reasons(design, history):
    return [row.reason for row in replay(design, read_history(history))]


def test_an_expansion_runs_its_patients_at_the_selected_level():
    design = expand(ESCALATION, size=5, limit=0.4)
    rows = replay(design, read_history("1NNN 2NNT 2NNT 2NNN 2NN"))
    assert [row.reason for row in rows[2:]] == [Reason.EXPAND, Reason.EXPAND, Reason.STOP_FOUND]
    assert rows[-1].selected == 2 and rows[2].next_level == 2


def test_a_level_that_proves_toxic_is_left_for_the_one_below_with_the_patients_left():
    design = expand(ESCALATION, size=6, limit=0.3)
    rows = replay(design, read_history("1NNN 2NNT 2NNT 2TTT 1NNN"))
    assert [row.reason for row in rows[3:]] == [Reason.ELIMINATE, Reason.STOP_SIZE]
    assert rows[3].next_level == 1 and rows[-1].selected == 1
    assert reasons(design, "1NNT 1NNT 1NNT 1TTT")[-1] is Reason.STOP_TOXIC


def test_no_response_ends_the_trial_as_futile():
    design = expand(RESPONSE, size=9, limit=0.4, least_response=0.4)
    assert reasons(design, "1NEE 1NNE 1NNN 1NNN 1NNN")[-1] is Reason.STOP_NO_LEVEL


@pytest.mark.parametrize(
    "design, truth",
    [
        (expand(ESCALATION, size=5, limit=0.3), toxicity_truth([0.1, 0.3, 0.5], 0.3)),
        (expand(RESPONSE, size=4, limit=0.3, least_response=0.3), joint_truth([0.1, 0.3], [0.2, 0.5], best=1)),
    ],
)
def test_simulation_and_enumeration_agree_within_monte_carlo_error(design, truth):
    drawn, whole = simulate(design, truth, trials=10_000), exact(design, truth)
    assert sum(whole.reasons.values()) == pytest.approx(1, abs=1e-9)
    assert (np.abs(drawn.selection - whole.selection) < 4 * drawn.selection_error + 1e-6).all()
    assert (np.abs(drawn.patients - whole.patients) < 4 * drawn.patients_error + 1e-6).all()


@pytest.mark.parametrize("bad", [{"size": 0}, {"limit": 1.0}, {"cutoff": 0.0}, {"least_response": 0.2}])
def test_impossible_numbers_are_refused(bad):
    with pytest.raises(InputError):
        expand(ESCALATION, **{"size": 6, "limit": 0.3, **bad})
