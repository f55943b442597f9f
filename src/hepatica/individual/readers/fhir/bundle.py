"""FHIR R4B Bundle of one person: its structure, the Patient, and day 0; see `resources` and `observations`."""

from __future__ import annotations

import datetime as dt
import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepatica.individual.person import Outcome, OutcomeKind, Sex
from hepatica.individual.readers.collect import Collector, PersonCheck
from hepatica.individual.readers.days import Clock, When, read_day
from hepatica.individual.readers.fhir.observations import ObservationReader
from hepatica.individual.readers.fhir.resources import Entry, ResourceReader, codings_of, moment
from hepatica.individual.readers.lab_table import analyte_of_loinc
from hepatica.individual.readers.refusal import Refused, refuse

BUNDLE_TYPES = ("collection", "searchset", "document", "transaction", "batch")
_CLINICAL = ("Observation", "Condition", "MedicationAdministration", "Procedure", "Encounter")
READ = ("Patient", "Medication", *_CLINICAL)
"""Types of resources that are taken."""
_STAYS = ("IMP", "ACUTE", "NONAC", "EMER", "OBSENC")
_DONE = ("in-progress", "onleave", "finished", "arrived", "triaged")


@dataclass(frozen=True, kw_only=True)
class _Patient:
    """Patient of a Bundle, and the references that mean it."""

    entry: Entry
    references: frozenset[str]


def check_fhir(path: Path, today: dt.date, admission: When | None = None) -> PersonCheck:
    """Read a Bundle and everything that is wrong with it.

    Parameters
    ----------
    path : Path
        JSON of a FHIR R4B Bundle about one Patient, whose Observations (LOINC, UCUM), Conditions,
        MedicationAdministrations, Procedures and Encounters are taken.
    today : date
        No date is later.
    admission : date or datetime, optional
        Day 0; the first stay, or else the first lab, unless given.

    Raises
    ------
    Refused
        If it is no Bundle of one person.
    """
    name = path.name
    bundle = _parse(path)
    _check_bundle(bundle, name)
    collector = Collector()
    entries = list(_entries(bundle, name, collector))
    patient = _patient(entries, name, collector)
    clock = Clock(admission=admission or _day_zero(entries, name, collector), today=today)
    _read_patient(patient.entry, clock, collector)
    others = sum(entry.resource is None for entry in entries)
    others += _read_resources(entries, ResourceReader(collector, clock, patient.references, entries))
    if others:
        collector.leave("not_taken", name, n=others)
    if not collector.measurements and not collector.refused:
        collector.refuse("nothing", name)
    return collector.finish()


def _read_resources(entries: list[Entry], reader: ResourceReader) -> int:
    """Read what is said of the Patient; number of resources that the model does not take."""
    observations = ObservationReader(reader)
    readers = {
        "Observation": observations.read,
        "Condition": reader.condition,
        "MedicationAdministration": reader.medication,
        "Procedure": reader.procedure,
        "Encounter": reader.encounter,
    }
    for entry in entries:
        if entry.type in readers and reader.accepts(entry):
            readers[entry.type](entry)
    observations.finish()
    return reader.not_taken


def _parse(path: Path) -> Mapping[str, Any]:
    """JSON object of a file; a key that stands twice and what is no JSON are refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise refuse("json_twice", path.name)
        return made

    def no_number(_: str) -> float:
        raise refuse("no_json", path.name)

    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=unique, parse_constant=no_number)
    except UnicodeDecodeError:
        raise refuse("encoding", path.name) from None
    except (ValueError, RecursionError):
        raise refuse("no_json", path.name) from None
    if not isinstance(data, dict) or data.get("resourceType") != "Bundle":
        raise refuse("no_bundle", path.name)
    return data


def _check_bundle(bundle: Mapping[str, Any], name: str) -> None:
    if bundle.get("type") not in BUNDLE_TYPES:
        raise refuse("bundle_kind", name, allowed=", ".join(BUNDLE_TYPES))
    for link in bundle.get("link") or []:
        if isinstance(link, dict) and link.get("relation") == "next":
            raise refuse("more_pages", name)
    meta = bundle.get("meta")
    for profile in (meta.get("profile") or []) if isinstance(meta, dict) else []:
        if str(profile).endswith("|5.0.0"):
            raise refuse("fhir_version", name, version="R5")


def _entries(bundle: Mapping[str, Any], name: str, collector: Collector) -> Iterator[Entry]:
    """Resources, each by itself checked against R4B; those of kinds that are not read have no resource."""
    seen: set[str] = set()
    rows = bundle.get("entry") or []
    for k, row in enumerate(rows if isinstance(rows, list) else []):
        raw = row.get("resource") if isinstance(row, dict) else None
        where = f"{name}, entry[{k}]"
        if not isinstance(raw, dict) or not isinstance(raw.get("resourceType"), str):
            collector.refuse("no_resource", where)
            continue
        kind, url = raw["resourceType"], str(row.get("fullUrl") or "")
        where = f"{where} {kind}" if kind.isalpha() and len(kind) < 40 else where
        marks = {url} - {""} | ({f"{kind}/{raw['id']}"} if raw.get("id") else set())
        if marks & seen:
            collector.refuse("entry_twice", where)
            continue
        seen |= marks
        try:
            yield Entry(where=where, type=kind, url=url, raw=raw, resource=_model(kind, raw, where))
        except Refused as error:
            collector.refused.append(error.remark)


def _model(kind: str, raw: Mapping[str, Any], where: str) -> Any:
    """Resource as `fhir.resources` reads it; None of a kind that is not taken."""
    try:
        from fhir.resources.R4B import get_fhir_model_class
        from pydantic import ValidationError
    except ImportError:
        raise refuse("install", where.partition(",")[0]) from None
    try:
        model = get_fhir_model_class(kind)
    except (LookupError, ImportError, ValueError):
        raise refuse("unknown_type", where) from None
    if kind not in READ:
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        key = next((str(x) for x in error.errors(include_url=False)[0]["loc"] if isinstance(x, str)), "resource")
        key = key.removesuffix("_fhir").removesuffix("__ext")[:40]
        raise refuse("r5_field" if _is_r5(kind, raw) else "field", where, what=key) from None


def _is_r5(kind: str, raw: Mapping[str, Any]) -> bool:
    """True of a resource that R5 takes and R4B does not."""
    try:
        module = importlib.import_module(f"fhir.resources.{kind.lower()}")
        getattr(module, kind).model_validate(raw)
    except (ImportError, AttributeError, ValueError):
        return False
    return True


def _patient(entries: list[Entry], name: str, collector: Collector) -> _Patient:
    """The Patient, and the references that mean it."""
    result = [entry for entry in entries if entry.type == "Patient"]
    spoilt = [remark for remark in collector.refused if remark.where.endswith(" Patient")]
    if spoilt and not result:
        raise Refused(spoilt[0])
    if len(result) != 1:
        raise refuse("patients" if result else "no_patient", name, **({"n": len(result)} if result else {}))
    entry = result[0]
    references = {entry.url} - {""}
    relative = f"Patient/{entry.raw.get('id')}"
    if entry.raw.get("id") and (not entry.url or entry.url.endswith(f"/{relative}")):
        references.add(relative)
    return _Patient(entry=entry, references=frozenset(references))


def _day_zero(entries: list[Entry], name: str, collector: Collector) -> When | None:
    """Beginning of the first stay in hospital, else the first lab, said in a note."""
    labs, stays, stated = [], [], []
    for entry in entries:
        if entry.resource is None:
            continue
        if entry.type == "Encounter" and entry.resource.status in _DONE:
            coding, period = entry.resource.class_fhir, entry.resource.period
            start = moment(period.start if period is not None else None)
            if start is not None and coding is not None and coding.code in _STAYS:
                stays.append(start)
        if entry.type == "Observation" and (start := moment(entry.resource.effectiveDateTime)) is not None:
            codes = codings_of(entry.resource.code)
            labs += [start] if any(code in analyte_of_loinc() for _, code in codes) else []
            stated += [start] if ("urn:hepatica:variable", "admission") in codes else []
    if stated:
        return stated[0]
    for result, code in ((stays, "day_zero"), (labs, "day_zero_first")):
        if result:
            collector.note(code, name)
            return min(result, key=_sortable)
    return None


def _sortable(when: When) -> tuple[int, float]:
    """Key by which dates and times with and without zones are put in order."""
    seconds = (when.hour * 60 + when.minute) * 60.0 + when.second if isinstance(when, dt.datetime) else 0.0
    return when.toordinal(), seconds


def _read_patient(entry: Entry, clock: Clock, collector: Collector) -> None:
    """Sex, age at admission and death."""
    patient = entry.resource
    if patient.modifierExtension:
        collector.refuse("modifier", entry.where)
    if patient.gender in ("female", "male"):
        collector.once("sex", Sex(patient.gender), entry.where)
    elif patient.gender is not None:
        collector.note("gender", entry.where)
    _read_birth(patient.birthDate, entry.where, clock, collector)
    if patient.deceasedDateTime is not None:
        day = collector.taken(read_day(patient.deceasedDateTime, clock, f"{entry.where} deceasedDateTime"))
        if day is not None:
            collector.ended(Outcome(kind=OutcomeKind.DIED, day=day), entry.where)
    elif patient.deceasedBoolean:
        collector.ended(Outcome(kind=OutcomeKind.DIED), entry.where)


def _read_birth(birth: object, where: str, clock: Clock, collector: Collector) -> None:
    """Age in whole years at admission; the birth itself is not kept."""
    if birth is None or clock.admission is None:
        return
    admitted = clock.admission.date() if isinstance(clock.admission, dt.datetime) else clock.admission
    if isinstance(birth, dt.date):
        before = (admitted.month, admitted.day) < (birth.month, birth.day)
        years = admitted.year - birth.year - before
    else:
        years = admitted.year - int(str(birth)[:4])
        collector.note("birth_partial", where)
    if years < 0 or (isinstance(birth, dt.date) and birth > admitted):
        collector.refuse("birth_future", where)
        return
    collector.age(float(years), f"{where} birthDate")
