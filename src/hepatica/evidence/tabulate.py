"""Publications as tables: one row each, or one row for each observation; and those tables as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from hepatica.errors import InputError
from hepatica.evidence.observations import VARIABLES
from hepatica.evidence.publications import Publication, Role, keys, load, load_all
from hepatica.evidence.references import references
from hepatica.files import write_csv, write_json, write_parquet

COLUMNS: dict[str, str] = {
    **dict.fromkeys(("publication", "cite", "citation", "doi"), "string"),
    "year": "Int64",
    **dict.fromkeys(("disease", "role", "population", "risk_of_bias", "arm", "arm_label"), "string"),
    "arm_n": "Int64",
    "subset_of": "string",
    "cells": "boolean",
    **dict.fromkeys(("product", "donor"), "string"),
    **dict.fromkeys(("dose_low", "dose_high"), "Float64"),
    "dose_unit": "string",
    "infusions": "Int64",
    "interval": "Float64",
    **dict.fromkeys(("route", "co_treatment", "variable", "unit"), "string"),
    "time": "Float64",
    "kind": "string",
    **dict.fromkeys(("value", "sd", "q1", "q3", "low", "high"), "Float64"),
    "n": "Int64",
    "usable": "boolean",
    **dict.fromkeys(("lacks", "note"), "string"),
}
"""Columns of the table of observations, and their pandas types; an empty text is missing."""
SUFFIXES = (".csv", ".parquet", ".json")


def select(
    publications: Iterable[Publication] | None = None,
    *,
    key: str = "",
    disease: str = "",
    role: str = "",
    variable: str = "",
    cells: bool | None = None,
) -> tuple[Publication, ...]:
    """Publications that match all that is asked; a filter that is empty or None asks nothing.

    Parameters
    ----------
    publications : iterable of Publication, optional
        Those that come with the package unless given.
    key : str
        File name of one publication.
    disease : str
        Part of the disease, in any case.
    role : {"", "calibration", "supporting", "check"}
        Role in calibration.
    variable : str
        A key of `VARIABLES` that some arm has an observation of.
    cells : bool, optional
        Whether some arm has cells, or none has.

    Raises
    ------
    InputError
        If there is no such key, role or variable at all.

    Examples
    --------
    >>> [p.key for p in select([load("lin2017"), load("canonic")], disease="hbv", cells=True)]
    ['lin2017']
    """
    if role not in ("", *get_args(Role)):
        raise InputError("--role", role, f"use one of {', '.join(get_args(Role))}")
    if variable not in ("", *VARIABLES):
        raise InputError("--variable", variable, f"use one of {', '.join(VARIABLES)}")
    if key and publications is None and key not in keys():
        raise InputError("--key", key, f"use one of {', '.join(keys())}")
    given = ((load(key),) if key else load_all().values()) if publications is None else publications
    return tuple(
        p
        for p in given
        if (not key or p.key == key)
        and disease.casefold() in p.disease.casefold()
        and role in ("", p.role)
        and (not variable or any(o.variable == variable for o in p.observations))
        and (cells is None or cells == any(arm.gives_cells for arm in p.arms))
    )


def short(p: Publication) -> str:
    """Name and year of the work; its key where the bibliography lacks it.

    Examples
    --------
    >>> short(load("lin2017"))
    'Lin et al. 2017'
    """
    return references()[p.cite].short() if p.cite in references() else p.cite


def people(p: Publication) -> tuple[int | None, bool]:
    """People in the arms that are no part of another arm, and whether all of those arms print their number.

    Examples
    --------
    >>> people(load("lin2017"))
    (110, True)
    """
    sizes = [arm.n for arm in p.arms if not arm.subset_of]
    known = [n for n in sizes if n is not None]
    return (sum(known) if known else None), len(known) == len(sizes)


def summary(publications: Iterable[Publication]) -> list[dict[str, Any]]:
    """One row for each publication, for a table or for JSON.

    Examples
    --------
    >>> row = summary([load("lin2017")])[0]
    >>> row["citation"], row["arms"], row["people"], row["cells"]
    ('Lin et al. 2017', 2, 110, True)
    """
    rows = []
    for p in publications:
        total, complete = people(p)
        rows.append(
            {
                "key": p.key,
                "cite": p.cite,
                "citation": short(p),
                "year": p.year,
                "disease": p.disease,
                "role": p.role,
                "arms": len(p.arms),
                "cells": any(arm.gives_cells for arm in p.arms),
                "people": total,
                "people_complete": complete,
                "observations": len(p.observations),
                "usable": sum(not p.lacks(o) for o in p.observations),
                "risk_of_bias": p.risk_of_bias,
                "population": p.population,
            }
        )
    return rows


def published_record(p: Publication) -> dict[str, Any]:
    """A publication with all that is in its file, its source, and why observations cannot enter a likelihood.

    Returns
    -------
    dict
        The file's own keys; ``reference`` and ``doi`` beside them, ``lacks`` in each observation.

    Examples
    --------
    >>> published_record(load("lin2017"))["observation"][0]["lacks"]
    ''
    """
    out = p.model_dump(mode="json", by_alias=True)
    for row, o in zip(out["observation"], p.observations, strict=True):
        row["lacks"] = p.lacks(o)
    work = references().get(p.cite)
    return out | {"reference": work.full() if work else p.cite, "doi": work.doi if work else ""}


def observations(publications: Sequence[Publication], variable: str = "") -> pd.DataFrame:
    """One row for each observation, with its publication, its arm and why it cannot enter a likelihood.

    Parameters
    ----------
    publications : sequence of Publication
        To tabulate, in this order.
    variable : str
        Only this one; empty for all.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`.

    Examples
    --------
    >>> frame = observations([load("lin2017")], "survival")
    >>> frame[["arm", "time", "value", "n"]].values.tolist()
    [['smt', 168.0, 55.6, 54], ['msc', 168.0, 73.2, 56]]
    """
    return observation_table([row for p in publications for row in _rows(p, variable)], COLUMNS)


def observation_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a table of stated columns and pandas types; an empty text is missing.

    Parameters
    ----------
    rows : sequence of mapping
        One for each observation; keys that are no column are left out.
    columns : mapping of str to str
        Type by name, in order.

    Examples
    --------
    >>> table = observation_table([{"n": 3, "note": "", "other": 1.0}], {"note": "string", "n": "Int64"})
    >>> list(table.columns), table["note"].isna().tolist()
    (['note', 'n'], [True])
    """
    known = [{k: None if v == "" else v for k, v in row.items()} for row in rows]
    return pd.DataFrame(known, columns=list(columns), dtype=object).astype(dict(columns))


def _rows(p: Publication, variable: str) -> list[dict[str, Any]]:
    work = references().get(p.cite)
    source = {
        "publication": p.key,
        "citation": work.full() if work else p.cite,
        "doi": work.doi if work else "",
        **p.model_dump(include={"cite", "year", "disease", "role", "population", "risk_of_bias"}),
    }
    out = []
    for o in p.observations:
        if variable in ("", o.variable):
            arm = p.arm(o.arm)
            given = {"arm_label": arm.label, "arm_n": arm.n, "cells": arm.gives_cells, **arm.model_dump()}
            row = (
                source
                | {"population": arm.population or p.population}
                | {k: v for k, v in given.items() if k in COLUMNS and k not in ("population", "n", "note")}
            )
            out.append(row | o.model_dump() | {"lacks": p.lacks(o)})
    return out


def export(frame: pd.DataFrame, path: Path) -> Path:
    """Write a table as its suffix says: CSV, Parquet, or JSON; whole or not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        Table, such as that of `observations`.
    path : Path
        Ends with ``.csv``, ``.parquet`` or ``.json``.

    Raises
    ------
    InputError
        If it ends otherwise, or cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return write_csv(path, frame)
    if suffix == ".parquet":
        return write_parquet(path, frame)
    if suffix == ".json":
        rows = [{k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict(orient="records")]
        return write_json(path, {"purpose": "for research use", "observations": rows})
    raise InputError("PATH", str(path), f"a file that ends with {', '.join(SUFFIXES)}")
