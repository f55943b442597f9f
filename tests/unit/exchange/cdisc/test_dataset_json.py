"""Dataset-JSON: what the standard asks for, and numbers as they are."""

import json

import numpy as np
import pandas as pd

from hepatica.exchange.cdisc.dataset import Column, DataSet, Kind
from hepatica.exchange.cdisc.dataset_json import dataset_json, write_dataset_json

REQUIRED = {"datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns"}


def test_what_the_standard_asks_for(tmp_path):
    frame = pd.DataFrame({"A": ["x", ""], "N": [1.0, np.nan], "X": [0.1, 2.0]})
    columns = (Column("A", "a"), Column("N", "n", Kind.WHOLE), Column("X", "x", Kind.NUMBER))
    made = DataSet("DM", "d", columns, frame, ("A", "N"))
    text = write_dataset_json(tmp_path / "dm.json", made, "S").read_text(encoding="utf-8")
    back = json.loads(text)
    assert REQUIRED <= set(back) and back == json.loads(json.dumps(dataset_json(made, "S")))
    assert back["rows"] == [["x", 1, 0.1], ["", None, 2.0]] and back["records"] == 2 and "NaN" not in text
    assert [c["dataType"] for c in back["columns"]] == ["string", "integer", "float"]
    assert [c.get("keySequence") for c in back["columns"]] == [1, 2, None] and back["columns"][0]["length"] == 1
    assert all({"itemOID", "name", "label", "dataType"} <= set(c) for c in back["columns"])
