"""Files are written whole or not at all."""

import os
import stat
import sys

import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.files import write_table, write_whole


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "deep" / "er" / "x.txt"
    assert write_whole(path, lambda p: p.write_text("one")) == path
    write_whole(path, lambda p: p.write_text("two"))
    assert path.read_text() == "two" and os.listdir(path.parent) == ["x.txt"]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), RuntimeError("half")])
def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path, error):
    path = tmp_path / "x.txt"
    path.write_text("before")

    def fail(p):
        p.write_text("half")
        raise error

    with pytest.raises(type(error)):
        write_whole(path, fail)
    assert path.read_text() == "before" and os.listdir(tmp_path) == ["x.txt"]


def test_a_full_disk_is_said_in_one_sentence_and_leaves_nothing(tmp_path):
    def full(p):
        p.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left on device"):
        write_whole(tmp_path / "x.txt", full)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="output: got .*file"):
        write_whole(tmp_path / "file" / "x.txt", lambda p: p.write_text(""))
    assert os.listdir(tmp_path) == ["file"]


def test_a_target_that_is_a_folder_is_said(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(InputError, match="output"):
        write_whole(tmp_path / "x", lambda p: p.write_text(""))
    assert os.listdir(tmp_path) == ["x"] and os.listdir(tmp_path / "x") == []


def test_others_may_read_it(tmp_path):
    path = write_whole(tmp_path / "x", lambda p: p.write_text(""))
    assert sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == 0o644


def test_tables_come_back(tmp_path):
    frame = pd.DataFrame({"arm": ["a", "b"], "gain": [1.5, float("nan")], "dose": [1e6, 2e6]})
    csv, parquet = write_table(frame, tmp_path / "t")
    pd.testing.assert_frame_equal(pd.read_csv(csv), frame)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), frame)
    assert sorted(os.listdir(tmp_path)) == ["t.csv", "t.parquet"]


def test_a_stem_with_a_dot_keeps_its_name(tmp_path):
    csv, parquet = write_table(pd.DataFrame({"x": [1]}), tmp_path / "dose.1e6")
    assert csv.name == "dose.1e6.csv" and parquet.name == "dose.1e6.parquet"
