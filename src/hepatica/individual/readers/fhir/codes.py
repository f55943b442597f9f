"""Codes of conditions, medications and procedures, from ``codes.toml``."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("codes.toml")
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
OWN = "urn:hepatica"
"""Beginning of the systems of Hepatica's own codes: ``urn:hepatica:variable`` and those of `Kind`."""
_SYSTEMS = {
    "http://snomed.info/sct": "snomed",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "icd10",
    "http://www.whocc.no/atc": "atc",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
}
_BY_BEGINNING = ("icd10", "atc")


class Kind(Enum):
    """Meaning of a code."""

    CAUSE = "cause"
    BACKGROUND = "background"
    SIGN = "sign"
    TREATMENT = "treatment"


@functools.cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def meanings(codings: Iterable[tuple[str, str]], kind: Kind) -> set[str]:
    """Names that codes mean, of one kind; empty for codes that are not taken.

    Parameters
    ----------
    codings : iterable of (str, str)
        System and code.
    kind : Kind
        Of the names.

    Examples
    --------
    >>> meanings([("http://hl7.org/fhir/sid/icd-10", "K70.3")], Kind.CAUSE)
    {'alcohol'}
    >>> meanings([("urn:hepatica:treatment", "cells")], Kind.TREATMENT)
    {'cells'}
    """
    result = set()
    for system, code in codings:
        if system == f"{OWN}:{kind.value}":
            result.add(code)
        terminology = _SYSTEMS.get(system)
        for name, rows in _table()[kind.value].items():
            known = rows.get(terminology, [])
            if code in known or (terminology in _BY_BEGINNING and code.startswith(tuple(known))):
                result.add(name)
    return result
