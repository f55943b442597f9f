"""Validation of a user's file of indirect evidence: everything that is wrong with it, at once, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hepatica.evidence.faults import Checked, fault_of, line_of
from hepatica.evidence.indirect import IndirectPublication, keys
from hepatica.evidence.indirect_rows import IndirectArm, IndirectObservation
from hepatica.evidence.observations import Wrong, wrongs
from hepatica.evidence.references import references

_ROWS: dict[str, type[BaseModel]] = {"arm": IndirectArm, "observation": IndirectObservation}


def is_indirect(raw: Mapping[str, Any]) -> bool:
    """True where a file states species, as only publications of indirect evidence do.

    Examples
    --------
    >>> is_indirect({"key": "a", "species": ["rat"]})
    True
    """
    return "species" in raw


def check_indirect(text: str, raw: Mapping[str, Any], name: str) -> Checked:
    """Everything that is wrong with a publication of indirect evidence.

    Parameters
    ----------
    text : str
        Content of the file.
    raw : mapping
        The same, read as TOML.
    name : str
        What to call it.

    Returns
    -------
    Checked

    Examples
    --------
    >>> text = 'key = "a"\\nspecies = ["cat"]'
    >>> str(check_indirect(text, {"key": "a", "species": ["cat"]}, "a.toml").faults[-1])[:42]
    "a.toml, species 1, line 2: got 'cat'; inpu"
    """
    try:
        publication = IndirectPublication.model_validate(raw)
    except ValidationError as error:
        faults = [w for e in error.errors(include_url=False) for w in _worded(e)]
        faults.sort(key=lambda w: line_of(text, raw, w.place) or 0)
        return Checked(name, faults=tuple(fault_of(text, raw, name, w) for w in faults))
    doubts = tuple(fault_of(text, raw, name, w) for w in _doubts(publication))
    return Checked(name, warnings=doubts, indirect=publication)


def _worded(error: ErrorDetails) -> list[Wrong]:
    """Pydantic's errors in words that say what to do."""
    loc = error["loc"]
    if error["type"] == "missing":
        return [Wrong(loc, None, "add it")]
    if error["type"] == "extra_forbidden":
        model = _ROWS.get(str(loc[0]), IndirectPublication) if len(loc) > 1 else IndirectPublication
        names = [f.alias or n for n, f in model.model_fields.items()]
        near = difflib.get_close_matches(str(loc[-1]), names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(names)}"
        return [Wrong(loc, loc[-1], f"no such key: {hint}")]
    faults = list(wrongs(error))
    if error["type"] == "value_error":
        return faults
    return [w._replace(says=w.says[:1].lower() + w.says[1:]) for w in faults]


def _doubts(s: IndirectPublication) -> Iterator[Wrong]:
    """Warnings: allowed, yet probably not meant."""
    for i, arm in enumerate(s.arms):
        if arm.cells and not (arm.dose_per_kg or arm.dose_per_animal):
            yield Wrong(("arm", i), None, f"arm '{arm.id}' has cells without a dose: add what is known")
    for i, o in enumerate(s.observations):
        sizes = [s.arm(name).n for name in o.arms]
        total = None if None in sizes else sum(n for n in sizes if n is not None)
        if o.n is not None and total is not None and o.n > total:
            yield Wrong(("observation", i, "n"), o.n, f"arms {', '.join(o.arms)} have {total}")
    if s.cite not in references():
        yield Wrong(("cite",), s.cite, "no shipped reference")
    if s.key in keys():
        yield Wrong(("key",), s.key, "a shipped publication has this key")
