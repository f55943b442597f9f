"""Dataset-JSON, version 1.1 (CDISC 2024): one dataset with its metadata as JSON."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from hepatica import __version__
from hepatica.exchange.cdisc.dataset import Column, DataSet, Kind
from hepatica.files import write_json

VERSION = "1.1.0"
CREATED = "1960-01-01T00:00:00"  # the same for all, so that equal data are equal bytes


def dataset_json(dataset: DataSet, study: str) -> dict[str, Any]:
    """Dataset as the object that Dataset-JSON prescribes; missing numbers are null.

    Parameters
    ----------
    dataset : DataSet
        Any.
    study : str
        Identifier of the study.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"A": ["x"], "B": [float("nan")]})
    >>> made = dataset_json(DataSet("DM", "d", (Column("A", "a"), Column("B", "b", Kind.NUMBER)), frame, ("A",)), "S1")
    >>> made["records"], made["rows"]
    (1, [['x', None]])
    """
    lengths = dataset.lengths
    columns = [_column(dataset, column, lengths[column.name]) for column in dataset.columns]
    values = [
        [_plain(value, column.kind) for value in dataset.frame[column.name].tolist()] for column in dataset.columns
    ]
    return {
        "datasetJSONCreationDateTime": CREATED,
        "datasetJSONVersion": VERSION,
        "fileOID": f"hepatica.{study}.{dataset.name}",
        "originator": "Hepatica, for research use",
        "sourceSystem": {"name": "Hepatica", "version": __version__},
        "studyOID": study,
        "metaDataVersionOID": f"MDV.{study}",
        "itemGroupOID": f"IG.{dataset.name}",
        "records": len(dataset.frame),
        "name": dataset.name,
        "label": dataset.label,
        "columns": columns,
        "rows": [list(row) for row in zip(*values, strict=True)],
    }


def write_dataset_json(path: Path, dataset: DataSet, study: str) -> Path:
    """Write a dataset as Dataset-JSON.

    Parameters
    ----------
    path : Path
        The file.
    dataset : DataSet
        To write.
    study : str
        Identifier of the study.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    return write_json(path, dataset_json(dataset, study))


def _column(dataset: DataSet, column: Column, length: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": column.kind.value,
    }
    if column.kind is Kind.TEXT:
        made["length"] = length
    if column.name in dataset.keys:
        made["keySequence"] = dataset.keys.index(column.name) + 1
    return made


def _plain(value: Any, kind: Kind) -> Any:
    if kind is Kind.TEXT:
        return value
    if math.isnan(value):
        return None
    return int(value) if kind is Kind.WHOLE else float(value)
