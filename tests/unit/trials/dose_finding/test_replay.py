import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.replay import Cohort, read_history, replay

DESIGN = boin(0.3, levels=3, max_patients=12)


def test_a_deviation_is_seen_and_the_trial_goes_on_from_it():
    rows = replay(DESIGN, read_history("1NNN, 3NNN 2nnt"))
    assert [row.followed for row in rows] == [False, False, None]
    assert [row.next_level for row in rows] == [2, 3, 2]


def test_a_stop_recommends_no_level():
    (row,) = replay(DESIGN, read_history("1TTT"))
    assert row.next_level is None and row.selected is None and row.reason.stops


@pytest.mark.parametrize("text", ["NNN", "1", "0NNN", "1NXN"])
def test_what_is_no_cohort_is_refused(text):
    with pytest.raises(InputError, match="history"):
        read_history(text)


def test_cohorts_that_the_design_does_not_know_are_refused():
    for cohort in (Cohort(4, "N"), Cohort(1, "E")):
        with pytest.raises(InputError, match="history"):
            replay(DESIGN, [cohort])
