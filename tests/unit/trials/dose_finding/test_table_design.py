import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.state import Reason
from hepatica.trials.dose_finding.table_design import TableDesign, make_table, read_table

ROWS = [
    (1, 0, "E"),
    (1, 1, "D"),
    (2, 0, "E"),
    (2, 1, "S"),
    (2, 2, "DU"),
    (3, 0, "E"),
    (3, 1, "S"),
    (3, 2, "D"),
    (3, 3, "DU"),
]


def test_a_table_read_from_a_file_is_followed(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("treated,toxic,decision\n" + "\n".join(f"{n},{x},{d.lower()}" for n, x, d in ROWS))
    design = TableDesign(levels=3, max_patients=3, cohort=1, table=read_table(path), target=0.3)
    rows = replay(design.changed(max_patients=3), read_history("1N 2T 1N"))
    assert [row.reason for row in rows] == [Reason.ESCALATE, Reason.DEESCALATE, Reason.STOP_SIZE]


def test_closing_a_level_is_for_good():
    design = TableDesign(levels=3, max_patients=3, cohort=1, table=make_table(ROWS), target=0.3)
    state = design.begin(1)
    state.counts[0, 1] = [0, 2]
    step = design.step(state._replace(level=np.array([1])), state.counts[:, 1])
    assert (step.level[0], step.ceiling[0], Reason(int(step.reason[0]))) == (0, 0, Reason.ELIMINATE)


@pytest.mark.parametrize("only_staying, reason", [(True, Reason.ESCALATE), (False, Reason.STOP_AT_LEVEL)])
def test_enough_patients_at_a_level(only_staying, reason):
    design = TableDesign(
        levels=3,
        max_patients=3,
        cohort=1,
        table=make_table(ROWS),
        target=0.3,
        stop_at=1,
        stop_only_if_staying=only_staying,
    )
    assert replay(design, read_history("1N"))[0].reason is reason


@pytest.mark.parametrize(
    "rows", [[], [(1, 0, "X")], [(1, 0, "E")], [(1, 0, "E"), (1, 0, "E")], [(1, 2, "E")], [(0, 0, "E")]]
)
def test_tables_that_make_no_sense_are_refused(rows):
    with pytest.raises(InputError):
        make_table(rows)


def test_files_and_numbers_that_cannot_serve_are_refused(tmp_path):
    with pytest.raises(InputError, match="can be read"):
        read_table(tmp_path / "none.csv")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="columns"):
        read_table(tmp_path / "bad.csv")
    with pytest.raises(InputError, match="target"):
        TableDesign(levels=3, max_patients=3, cohort=1, table=make_table(ROWS), target=1.3)
    with pytest.raises(InputError, match="rows up to 9"):
        TableDesign(levels=3, max_patients=9, cohort=1, table=make_table(ROWS), target=0.3)
