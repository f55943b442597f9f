"""Indirect evidence as tables: publications selected, one row each, and one row for each observation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from hepatica.errors import InputError
from hepatica.evidence.indirect import SPECIES, IndirectPublication, keys, load, load_all
from hepatica.evidence.references import references
from hepatica.evidence.tabulate import observation_table

COLUMNS: dict[str, str] = {
    **dict.fromkeys(("publication", "cite", "citation", "doi", "species", "strain", "disease", "topic"), "string"),
    "liver": "boolean",
    **dict.fromkeys(("product", "read_in", "arms"), "string"),
    "arm_n": "Int64",
    "cells": "boolean",
    **dict.fromkeys(("dose_per_animal", "dose_per_kg"), "Float64"),
    "per_kg_basis": "string",
    "infusions": "Int64",
    **dict.fromkeys(("route", "start", "against", "variable", "unit", "time", "kind"), "string"),
    "value": "Float64",
    **dict.fromkeys(("direction", "finding"), "string"),
    **dict.fromkeys(("sd", "se", "spread", "low", "high"), "Float64"),
    "interval": "string",
    "n": "Int64",
    **dict.fromkeys(("place", "note"), "string"),
}
"""Columns of the table of observations, and their pandas types; an empty text is missing."""
_OF_ARM = ("dose_per_animal", "dose_per_kg", "per_kg_basis", "infusions", "route", "start", "cells")


def select_indirect(
    publications: Iterable[IndirectPublication] | None = None,
    *,
    key: str = "",
    species: str = "",
    disease: str = "",
    variable: str = "",
    cells: bool | None = None,
) -> tuple[IndirectPublication, ...]:
    """Publications that match all that is asked; a filter that is empty or None asks nothing.

    Parameters
    ----------
    publications : iterable of IndirectPublication, optional
        Those that come with the package unless given.
    key : str
        File name of one publication.
    species : str
        One of `hepatica.evidence.indirect.SPECIES`.
    disease : str
        Part of the disease or model of injury, in any case.
    variable : str
        Part of the name of a variable that some arm has an observation of, in any case.
    cells : bool, optional
        Whether some arm has cells, or none has.

    Raises
    ------
    InputError
        If there is no such key or species at all.

    Examples
    --------
    >>> [s.key for s in select_indirect(species="sheep")]
    ['sheep_mi_mpc_dose']
    """
    if species not in ("", *SPECIES):
        raise InputError("--species", species, f"use one of {', '.join(SPECIES)}")
    if key and publications is None and key not in keys():
        raise InputError("--key", key, f"use one of {', '.join(keys())}")
    given = ((load(key),) if key else load_all().values()) if publications is None else publications
    return tuple(
        s
        for s in given
        if (not key or s.key == key)
        and (not species or species in s.species)
        and disease.casefold() in s.disease.casefold()
        and any(variable.replace("_", " ").casefold() in o.variable.casefold() for o in s.observations)
        and (cells is None or cells == any(arm.cells for arm in s.arms))
    )


def summary_indirect(publications: Iterable[IndirectPublication]) -> list[dict[str, Any]]:
    """One row for each publication, for a table or for JSON.

    Examples
    --------
    >>> row = summary_indirect([load("pig_mi_iv_dose")])[0]
    >>> row["species"], row["several_doses"], row["lowest"], row["highest"], row["dose_unit"]
    (['pig'], True, 1000.0, 1000000.0, 'cells/kg')
    """
    rows = []
    for s in publications:
        known = [arm.n for arm in s.arms if arm.n is not None]
        per_kg = any(arm.cells and arm.dose_per_kg for arm in s.arms)
        rows.append(
            {
                **s.model_dump(mode="json", include={"key", "cite", "species", "disease", "topic", "liver", "product"}),
                "citation": short_indirect(s),
                "year": references()[s.cite].year if s.cite in references() else None,
                "arms": len(s.arms),
                "n": sum(known) if known else None,
                "n_complete": len(known) == len(s.arms),
                "observations": len(s.observations),
                "several_doses": s.several_doses,
                "lowest": s.doses[0] if s.doses else None,
                "highest": s.doses[-1] if s.doses else None,
                "dose_unit": "" if not s.doses else "cells/kg" if per_kg else "cells",
                "routes": list(dict.fromkeys(arm.route for arm in s.arms if arm.route)),
                "read_in": s.read_in,
            }
        )
    return rows


def short_indirect(s: IndirectPublication) -> str:
    """Name and year of the work; the publication's key where its authors are not known."""
    work = references().get(s.cite)
    return work.short() if work and work.authors else s.key


def indirect_record(s: IndirectPublication) -> dict[str, Any]:
    """All that is known of a publication, for JSON: its file's keys, with ``reference`` and ``doi`` beside them."""
    work = references().get(s.cite)
    full = {"reference": work.full() if work else s.cite, "doi": work.doi if work else ""}
    return s.model_dump(mode="json", by_alias=True) | full


def indirect_observations(publications: Sequence[IndirectPublication], variable: str = "") -> pd.DataFrame:
    """One row for each observation, with its publication and, where it is of one arm, that arm's treatment.

    Parameters
    ----------
    publications : sequence of IndirectPublication
        To tabulate, in this order.
    variable : str
        Only those with this in the name of their variable; empty for all.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`.

    Examples
    --------
    >>> indirect_observations([load("human_ra_cx611")], "ACR20")["value"].tolist()
    [45.0, 20.0, 33.0, 29.0, 25.0, 15.0, 17.0, 0.0]
    """
    sought = variable.replace("_", " ").casefold()
    return observation_table([row for s in publications for row in _rows(s, sought)], COLUMNS)


def _rows(s: IndirectPublication, sought: str) -> list[dict[str, Any]]:
    work = references().get(s.cite)
    source = {
        "publication": s.key,
        "citation": work.full() if work else s.cite,
        "doi": work.doi if work else "",
        **s.model_dump(include={"cite", "strain", "disease", "topic", "liver", "product", "read_in"}),
        "species": ", ".join(s.species),
    }
    out = []
    for o in s.observations:
        if sought in o.variable.casefold():
            one = s.arm(o.arms[0]) if len(o.arms) == 1 else None
            of_arm = {} if one is None else one.model_dump(include=set(_OF_ARM)) | {"arm_n": one.n}
            times = ", ".join(f"{t:g}" for t in o.time)
            out.append(source | of_arm | o.model_dump() | {"arms": ", ".join(o.arms), "time": times})
    return out
