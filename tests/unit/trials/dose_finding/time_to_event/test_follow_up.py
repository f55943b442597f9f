import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.time_to_event.follow_up import AdaptiveWeight, PowerWeight, Snapshot

SEEN = Snapshot(
    np.array([[0, 0, 1, 1, -1]]),
    np.array([[0.5, 1.0, 0.2, 0.6, 0.0]]),
    np.array([[False, False, True, True, False]]),
)


def test_who_is_enrolled_and_pending():
    assert SEEN.enrolled.tolist() == [[True] * 4 + [False]]
    assert SEEN.pending.tolist() == [[True] + [False] * 4]


def test_weights_by_power_and_by_times_seen():
    assert PowerWeight(2.0).of(SEEN)[0, :4].tolist() == [0.25, 1, 1, 1]
    # two toxicities at 0.2 and 0.6: a third of the weight by each, half-way between them at 0.4
    assert AdaptiveWeight().of(SEEN)[0, 0] == pytest.approx(1 / 3 + (0.5 - 0.2) / 0.4 / 3)
    with pytest.raises(InputError, match="power"):
        PowerWeight(0.0)


def test_adaptive_weights_are_linear_before_any_toxicity():
    none = SEEN._replace(toxic=np.zeros((1, 5), bool))
    np.testing.assert_allclose(AdaptiveWeight().of(none), PowerWeight().of(none))
