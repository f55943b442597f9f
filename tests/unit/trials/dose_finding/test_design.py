import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.design import advance, move, nothing_open
from hepatica.trials.dose_finding.interval_designs import i3plus3_table, interval_design, interval_table
from hepatica.trials.dose_finding.state import Reason


@pytest.mark.parametrize(
    "level, wanted, ceiling, to, reason",
    [
        (1, 1, 3, 2, Reason.ESCALATE),
        (1, 1, 1, 1, Reason.STAY_AT_TOP),
        (1, -1, 3, 0, Reason.DEESCALATE),
        (0, -1, 3, 0, Reason.STAY_AT_BOTTOM),
        (1, 0, 3, 1, Reason.STAY),
        (2, 0, 1, 1, Reason.DEESCALATE),  # closed meanwhile
        (0, 1, -1, 0, Reason.STAY_AT_TOP),
    ],
)
def test_moves(level, wanted, ceiling, to, reason):
    got, why = move(*(np.array([x]) for x in (level, wanted, ceiling)))
    assert (int(got[0]), Reason(int(why[0]))) == (to, reason)


def test_a_trial_with_all_its_patients_stops_and_keeps_a_stop_for_toxicity():
    design = boin(0.3, levels=2, max_patients=3)
    for toxic, reason in ((0, Reason.STOP_SIZE), (3, Reason.STOP_TOXIC)):
        state = design.begin(1)
        state.counts[0, 0] = [3 - toxic, toxic]
        assert Reason(int(advance(design, state, state.counts[:, 0])[1][0])) is reason


def test_the_last_cohort_takes_who_is_left():
    design = boin(0.3, levels=2, max_patients=5)
    state = design.begin(1)
    assert design.cohort_size(state).tolist() == [3]
    state.counts[0, 0, 0] = 3
    assert design.cohort_size(state).tolist() == [2]
    assert design.changed(cohort=1).cohort == 1


@pytest.mark.parametrize("bad", [{"levels": 0}, {"start": 5}, {"max_patients": 2}, {"cohort": 0}])
def test_impossible_numbers_are_refused(bad):
    with pytest.raises(InputError):
        boin(**{"target": 0.3, "levels": 5, "max_patients": 30, **bad})


def test_no_level_is_selected_where_none_is_open():
    assert nothing_open(np.array([-1, 2]), np.array([1, 1])).tolist() == [-1, 1]


@pytest.mark.parametrize("make", [boin, lambda target, **size: interval_design(target, _table(size), **size)])
@pytest.mark.parametrize("size", [{"levels": 5.5}, {"max_patients": 10**9}, {"max_patients": 7.5}, {"cohort": 2.5}])
def test_sizes_that_no_trial_has_are_refused_before_a_table_is_made(make, size):
    with pytest.raises(InputError, match=next(iter(size))):
        make(0.3, **({"levels": 5, "max_patients": 30} | size))


def _table(size):
    return interval_table(0.3, size["max_patients"])


@pytest.mark.parametrize("patients", [0, -1, 10**9])
def test_tables_of_no_size_or_too_large_are_refused(patients):
    for make in (interval_table, i3plus3_table):
        with pytest.raises(InputError, match="max_patients"):
            make(0.3, patients)
