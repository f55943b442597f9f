"""Record of a person from any file: TOML, CSV by a mapping, or a FHIR Bundle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hepatica.errors import InputError
from hepatica.files import write_json, write_text
from hepatica.individual.person import Person
from hepatica.individual.readers.collect import PersonCheck
from hepatica.individual.readers.mapping import ColumnMapping, read_mapping
from hepatica.individual.readers.refusal import refuse

AnyMapping = ColumnMapping | Mapping[str, Any] | str | Path
MAX_BYTES = 64 * 2**20
"""Largest TOML file or Bundle."""
_TABLES = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xlsm")


def read_person(
    path: str | Path,
    mapping: AnyMapping | None = None,
    *,
    today: dt.date | None = None,
    admission: dt.date | None = None,
) -> Person:
    """Record of one person, if nothing in the file is wrong.

    Parameters
    ----------
    path : str or Path
        ``patient.toml``, a CSV file with `mapping`, or the JSON of a FHIR R4B Bundle.
    mapping : ColumnMapping, mapping, str or Path, optional
        Of a CSV file; `suggest_mapping` makes one to check.
    today : date, optional
        No date in the file is later; the present day unless given.
    admission : date, optional
        Day 0 of a FHIR Bundle; the first stay, or else the first lab, unless given.

    Returns
    -------
    Person
        In the model's units, with days since admission and nothing that identifies.

    Raises
    ------
    InputError
        One sentence about the first fault: a unit that is missing or ambiguous, a day in the future, a duplicate.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "patient.toml"
    >>> _ = path.write_text('age = 54\\n[[labs]]\\nday = 0\\ncreatinine = "90 umol/L"\\n')
    >>> person = read_person(path)
    >>> person.age, round(person.value("creatinine", 0.0).value, 2)
    (54.0, 1.02)
    """
    return check_person(path, mapping, today=today, admission=admission).strict()


def check_person(
    path: str | Path,
    mapping: AnyMapping | None = None,
    *,
    today: dt.date | None = None,
    admission: dt.date | None = None,
) -> PersonCheck:
    """Record of one person, with all that was refused, set aside and assumed.

    Parameters
    ----------
    path, mapping, today, admission
        As `read_person`.

    Raises
    ------
    InputError
        If the file as a whole cannot be used.
    """
    path, today = Path(path), today or _today()
    _check_file(path)
    if admission is not None and path.suffix.lower() != ".json":
        raise InputError(
            "admission", str(admission), "a FHIR Bundle; patient.toml and a mapping have a key of their own"
        )
    if mapping is not None and path.suffix.lower() not in _TABLES:
        raise InputError("mapping", path.name, "a CSV file; patient.toml and a FHIR Bundle have no columns to map")
    if path.suffix.lower() == ".toml":
        from hepatica.individual.readers.patient_toml import check_toml

        return check_toml(path, today)
    if path.suffix.lower() == ".json":
        from hepatica.individual.readers.fhir.bundle import check_fhir

        return check_fhir(path, today, admission)
    checks = check_persons(path, mapping, today=today)
    if len(checks) != 1:
        raise refuse("people", path.name, n=len(checks))
    return next(iter(checks.values()))


def check_persons(
    path: str | Path, mapping: AnyMapping | None, *, today: dt.date | None = None
) -> dict[str, PersonCheck]:
    """Every person of a CSV file, by identifier.

    Raises
    ------
    InputError
        If the file as a whole cannot be used, or has no mapping.
    """
    from hepatica.individual.readers.mapped_csv import check_csv

    path = Path(path)
    _check_file(path)
    if path.suffix.lower() not in _TABLES:
        raise refuse("suffix", path.name)
    if mapping is None:
        raise refuse("mapping_missing", path.name)
    return check_csv(path, read_mapping(mapping), today or _today())


def read_persons(path: str | Path, mapping: AnyMapping, *, today: dt.date | None = None) -> dict[str, Person]:
    """Record of every person of a CSV file, by identifier, if nothing in it is wrong.

    Raises
    ------
    InputError
        One sentence about the first fault.
    """
    return {key: check.strict() for key, check in check_persons(path, mapping, today=today).items()}


def write_person(path: str | Path, person: Person) -> Path:
    """Write a record as TOML or as a FHIR Bundle, by the ending of the name; nothing in it identifies.

    Parameters
    ----------
    path : str or Path
        Ends in ``.toml`` or ``.json``.
    person : Person
        Record.

    Raises
    ------
    InputError
        If the name ends otherwise, or the place cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = write_person(Path(tempfile.mkdtemp()) / "patient.toml", Person(age=54.0))
    >>> read_person(path) == Person(age=54.0)
    True
    """
    path = Path(path)
    if path.suffix.lower() == ".toml":
        from hepatica.individual.readers.patient_toml import toml_text

        return write_text(path, toml_text(person))
    if path.suffix.lower() == ".json":
        from hepatica.individual.readers.fhir.writer import bundle_of

        return write_json(path, bundle_of(person))
    raise InputError("path", path.name, "a name that ends in .toml or .json (a FHIR Bundle)")


def _today() -> dt.date:
    """Present date where it is latest on Earth."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date()


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
    except (OSError, ValueError):
        raise refuse("no_file", path.name) from None
    if not path.is_file():
        raise refuse("no_file", path.name)
    if path.suffix.lower() not in (".toml", ".json", *_TABLES):
        raise refuse("suffix", path.name)
    if size > MAX_BYTES:
        raise refuse("too_large", path.name, most=MAX_BYTES // 2**20)
