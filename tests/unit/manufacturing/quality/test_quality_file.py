"""Files of quality data: groups, counts, and one bad file of each kind."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality import quality_file
from hepatica.manufacturing.quality.quality_file import read_quality


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "made.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_groups_of_unequal_size(tmp_path):
    table = read_quality(written(tmp_path, "group,value\na,1\na,2\nb,3\n\nb,4\nb,5\n"))
    names, values = table.groups("value")
    assert names == ["a", "b"] and np.isnan(values[0, 2]) and values[1].tolist() == [3, 4, 5]
    assert table.lines == [2, 3, 4, 6, 7] and "group" in table and "lot" not in table


def test_names_of_columns_are_kept_but_for_known_ones(tmp_path):
    table = read_quality(written(tmp_path, "Lot, Value ,CD73 %\n1,2,3\n"))
    assert list(table.text) == ["lot", "value", "CD73 %"] and table.numbers("CD73 %").tolist() == [3.0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("value\n1\nlow\n", "line 3, value"),
        ("value\n1\nnan\n", "finite number"),
        ("value\n1\n1e999\n", "finite number"),
        ("value,lot\n1\n", "line 2"),
        ("lot\n1\n", "a column 'value'"),
        ("value\n", "no rows"),
        ("", "no rows"),
        ("value;lot\n1;2\n", "commas"),
        ("value,value\n1,2\n", "named once"),
        ('value\n"1\n', "line"),
    ],
)
def test_bad_files_are_refused(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        read_quality(written(tmp_path, text)).numbers("value")


def test_a_group_that_comes_back_is_refused(tmp_path):
    with pytest.raises(InputError, match="line 4, group"):
        read_quality(written(tmp_path, "group,value\na,1\nb,2\na,3\n")).groups("value")


def test_size_is_looked_at_before_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(quality_file, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="divide the file"):
        read_quality(written(tmp_path, "value\n1\n2\n3\n4\n"))
    monkeypatch.undo()
    monkeypatch.setattr(quality_file, "MAX_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        read_quality(written(tmp_path, "value\n1\n2\n3\n"))
    with pytest.raises(InputError, match="UTF-8"):
        read_quality(written(tmp_path, "value\n1\n", "utf-16"))
    with pytest.raises(InputError, match="can be read"):
        read_quality(tmp_path / "nowhere.csv")
