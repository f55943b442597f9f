import numpy as np

from hepatica.trials.dose_finding.state import STOPS, Action, Reason, at_level, start_state


def test_every_reason_has_an_action_and_stops_are_those_of_stop():
    assert {reason.action for reason in Reason} == set(Action)
    assert [Reason(i).name.startswith("STOP") for i in range(len(Reason))] == STOPS.tolist()


def test_counts_of_toxicity_and_response_come_from_their_categories():
    state = start_state(1, 2, 4, 0)
    state.counts[0, 1] = [1, 2, 4, 8]
    assert (state.treated[0, 1], state.toxic[0, 1], state.responding[0, 1]) == (15, 12, 10)
    assert start_state(3, 2, 2, 1).responding.sum() == 0
    assert at_level(state.treated, np.array([1])).tolist() == [15]
    assert start_state(3, 2, 2, 1).take(np.array([True, False, True])).level.tolist() == [1, 1]
