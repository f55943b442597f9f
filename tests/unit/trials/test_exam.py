from pathlib import Path

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials import exam
from hepatica.trials.exam_row import ExamRow

ROOT = Path(__file__).parents[3]
ROWS = [
    ExamRow("a", "m", "x", 1.0, 1.1, 0.2, "s"),
    ExamRow("a", "m", "y", np.nan, np.nan, 0.2, "s"),
    ExamRow("b", "m", "z", 1.0, 2.0, 0.2, "s"),
]


def test_table_and_page_count_what_lies_within():
    table = exam.tabulate(ROWS)
    assert table["passes"].tolist() == [True, True, False]
    page = exam.markdown(table)
    assert "2 of 3 numbers in 2 sets" in page and "| `b` | m | 1 | 0 | 1 | 0.2 | s |" in page


@pytest.mark.parametrize("room", exam.ROOMS)
def test_kept_table_holds_every_set_of_every_room(room):
    kept = exam.read_exam()
    assert set(exam.read_sets(ROOT, room)) <= set(kept["reference"]), "run `make exam`"
    assert kept["passes"].all()
    assert exam.markdown(kept) == (ROOT / "docs/exam.md").read_text(encoding="utf-8"), "run `make exam`"


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    with pytest.raises(InputError, match="a checkout"):
        exam.sit_exam(tmp_path)


def test_sitting_computes_the_rows_of_a_checkout(tmp_path, monkeypatch):
    (tmp_path / "tests/reference").mkdir(parents=True)
    text = 'half = {method = "m", source = "s", tolerance = 0, inputs = {x = 2}, expected = {y = 1}}'
    (tmp_path / "tests/reference/trials_maths.toml").write_text(text)
    monkeypatch.setattr(exam, "ROOMS", {"maths": {"half": lambda given: {"y": given["x"] / 2}}})
    (row,) = exam.sit_exam(tmp_path)
    assert row.passes and row.quantity == "y"
