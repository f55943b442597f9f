import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.feasible.attribution import (
    ATTRIBUTIONS,
    AsAssigned,
    Evaluable,
    NearestDelivered,
    ReachedDelivered,
    level_below,
)

DOSES = np.array([1.0, 2.0, 4.0])


@pytest.mark.parametrize(
    "rule, wanted",
    [
        (AsAssigned(), [2, 2, 2, 2, 2]),
        (NearestDelivered(), [2, 2, 1, 1, 0]),
        (ReachedDelivered(), [2, 1, 1, 0, -1]),
        (Evaluable(0.7), [2, 2, -1, -1, -1]),
    ],
)
def test_levels_of_patients_assigned_the_highest(rule, wanted):
    dose = np.array([4.0, 2.9, 2.75, 1.5, 0.5])
    assert rule.level(DOSES, np.full(5, 2), dose).tolist() == wanted


def test_a_whole_dose_counts_to_its_level_under_every_rule():
    for rule in ATTRIBUTIONS:
        assert rule.level(DOSES, np.arange(3), DOSES * (1 - 1e-12)).tolist() == [0, 1, 2]
    assert level_below(DOSES, np.array([0.99, 9.0])).tolist() == [-1, 2]
    with pytest.raises(InputError, match="share"):
        Evaluable(0.0)
