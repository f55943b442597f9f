"""Datasets refuse what a transport file cannot hold."""

import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.exchange.cdisc.dataset import Column, DataSet, Kind, make_dataset, plain_text


@pytest.mark.parametrize(
    ("name", "label", "column", "text"),
    [
        ("dm", "x", Column("A", "a"), "x"),
        ("DM", "x" * 41, Column("A", "a"), "x"),
        ("DM", "x", Column("TOOLONGAA", "a"), "x"),
        ("DM", "x", Column("1A", "a"), "x"),
        ("DM", "x", Column("A", ""), "x"),
        ("DM", "x", Column("A", "naïve"), "x"),
        ("DM", "x", Column("A", "a"), "naïve"),
        ("DM", "x", Column("A", "a"), "x" * 201),
        ("DM", "x", Column("A", "a"), "x\ny"),
    ],
)
def test_limits_of_version_5(name, label, column, text):
    with pytest.raises(InputError):
        DataSet(name, label, (column,), pd.DataFrame({column.name: [text]}), ())


def test_rows_are_sorted_and_made_plain():
    rows = pd.DataFrame({"B": ["y", None, "é"], "N": [2.0, 1.0, 3.0]})
    columns = (Column("A", "a"), Column("B", "b"), Column("N", "n", Kind.WHOLE), Column("M", "m", Kind.NUMBER))
    made = make_dataset("DM", "d", columns, rows, ("N",))
    assert made.frame["N"].tolist() == [1, 2, 3] and made.frame["B"].tolist() == ["", "y", ""]
    assert made.frame["A"].tolist() == [""] * 3 and made.frame["M"].isna().all() and made.lengths["B"] == 1
    with pytest.raises(InputError, match="columns"):
        DataSet("DM", "d", columns, rows, ())


def test_long_text_is_cut():
    assert len(plain_text("x" * 500)) == 200


def test_a_dataset_without_rows_is_there_with_its_columns():
    made = make_dataset("DM", "d", (Column("A", "a"), Column("N", "n", Kind.WHOLE)), pd.DataFrame(), ("A",))
    assert made.frame.shape == (0, 2) and made.lengths == {"A": 1, "N": 8}
