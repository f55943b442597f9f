import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import Reason
from hepatica.trials.dose_finding.time_to_event.tite_boin import TiteBoin
from hepatica.trials.dose_finding.time_to_event.tite_design import TitePatient, sum_by_level

DESIGN = TiteBoin(levels=3, max_patients=18, target=0.3)


def test_recommendations_with_and_without_pending_patients():
    done = [TitePatient(1, 30, False)] * 3
    assert DESIGN.recommend([], 30) == (1, Reason.STAY)
    assert DESIGN.recommend(done, 30) == (2, Reason.ESCALATE)
    assert DESIGN.recommend([*done[:1], TitePatient(1, 10, False), TitePatient(1, 5, False)], 30) == (
        None,
        Reason.SUSPEND,
    )
    assert DESIGN.recommend([TitePatient(1, 9, True)] * 3, 30) == (None, Reason.STOP_TOXIC)
    closed = [*done, *[TitePatient(2, 5, True)] * 3, *done]
    assert DESIGN.recommend(closed, 30) == (1, Reason.STAY_AT_TOP)


def test_impossible_patients_and_numbers_are_refused():
    with pytest.raises(InputError, match="patients"):
        DESIGN.recommend([TitePatient(4, 3, False)], 30)
    with pytest.raises(InputError, match="window"):
        DESIGN.recommend([TitePatient(1, 3, False)], 0)
    for bad in ({"start": 3}, {"max_patients": 1}, {"target": 1.0}):
        with pytest.raises(InputError):
            TiteBoin(**{"levels": 3, "max_patients": 18, "target": 0.3, **bad})


def test_sums_by_level():
    assert sum_by_level(np.array([[1.0, 2.0, 4.0]]), np.array([[0, 1, -1]]), 2).tolist() == [[1, 2]]
