import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.characteristics import joint_truth, summarise, toxicity_truth
from hepatica.trials.dose_finding.state import Reason, start_state


def test_association_keeps_margins_and_gives_the_odds_ratio():
    truth = joint_truth([0.2, 0.4], [0.5, 0.3], best=0, odds_ratio=3.0)
    none, response, toxic, both = truth.outcomes.T
    np.testing.assert_allclose(toxic + both, [0.2, 0.4])
    np.testing.assert_allclose(response + both, [0.5, 0.3])
    np.testing.assert_allclose(none * both / (response * toxic), 3.0)


def test_summaries_of_two_trials_by_hand():
    state = start_state(2, 3, 2, 0)
    state.counts[0, 0], state.counts[0, 2], state.counts[1, 1] = [3, 0], [1, 5], [2, 1]
    got = summarise(state, np.array([2, -1]), np.array([10, 9]), toxicity_truth([0.1, 0.3, 0.6], 0.3))
    assert (got.none, got.correct, got.too_high, got.size) == (0.5, 0.0, 0.5, 6.0)
    assert got.patients.tolist() == [1.5, 1.5, 3.0] and got.toxicities.tolist() == [0, 0.5, 2.5]
    assert got.overdosed == pytest.approx(1 / 3) and (got.overdose_60, got.overdose_80) == (0.5, 0.0)
    assert got.reasons == {Reason.STOP_TOXIC: 0.5, Reason.STOP_SIZE: 0.5} and got.trials == 2
    assert got.selection_error[2] == pytest.approx(0.5)


def test_weights_are_probabilities_without_error():
    state = start_state(2, 3, 2, 0)
    got = summarise(
        state, np.array([0, 1]), np.array([10, 10]), toxicity_truth([0.1, 0.3, 0.6], 0.3), weight=np.array([0.25, 0.75])
    )
    assert got.selection.tolist() == [0.25, 0.75, 0] and got.selection_error.tolist() == [0, 0, 0] and got.trials == 0


def test_scenarios_that_cannot_be_are_refused():
    for bad in ([0.3, 0.2], [1.2], []):
        with pytest.raises(InputError, match="toxicity"):
            toxicity_truth(bad, 0.3)
    assert toxicity_truth([0.5, 0.6], 0.3, most=0.4).best == -1
    with pytest.raises(InputError):
        joint_truth([0.1], [0.1, 0.2], best=0)
    with pytest.raises(InputError, match="odds_ratio"):
        joint_truth([0.1], [0.1], best=0, odds_ratio=0)
