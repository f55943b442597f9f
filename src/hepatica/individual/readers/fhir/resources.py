"""Resources of a FHIR R4B Bundle: status and subject of each; conditions, treatments, visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hepatica.individual.person import TREATMENTS, Background, Cause, GivenTreatment, Visit
from hepatica.individual.readers.collect import Collector
from hepatica.individual.readers.days import Clock, When, read_day
from hepatica.individual.readers.fhir.codes import Kind, meanings

_USED = {
    "Observation": ("final", "amended", "corrected"),
    "MedicationAdministration": ("completed", "in-progress", "on-hold", "stopped"),
    "Procedure": ("completed", "in-progress", "stopped"),
    "Encounter": ("in-progress", "onleave", "finished", "arrived", "triaged"),
}
_UNUSED = {
    "Observation": ("registered", "preliminary", "cancelled", "entered-in-error", "unknown"),
    "MedicationAdministration": ("not-done", "entered-in-error", "unknown"),
    "Procedure": ("preparation", "not-done", "on-hold", "entered-in-error", "unknown"),
    "Encounter": ("planned", "cancelled", "entered-in-error", "unknown"),
}
_NOT_MEANT = ("entered-in-error", "refuted", "unconfirmed", "provisional", "differential")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Entry of a Bundle: place, type, fullUrl, JSON, and the checked resource, None where its type is not read."""

    where: str
    type: str
    url: str
    raw: Mapping[str, Any]
    resource: Any


def codings_of(concept: Any) -> list[tuple[str, str]]:
    """System and code of each coding of a CodeableConcept; empty text where one is missing."""
    codings = (concept.coding or []) if concept is not None else []
    return [(str(c.system or ""), str(c.code or "")) for c in codings if c is not None]


def moment(value: object) -> When | None:
    """Date or time of `fhir.resources`; None where it is partial or missing."""
    return value if isinstance(value, dt.date) else None


class ResourceReader:
    """Reader of the resources of one Bundle into a `Collector`.

    Parameters
    ----------
    collector : Collector
    clock : Clock
    references : frozenset of str
        References that mean the Patient.
    entries : list of Entry
        All entries, among which a Medication is looked up.
    """

    def __init__(self, collector: Collector, clock: Clock, references: frozenset[str], entries: list[Entry]) -> None:
        self.collector, self.clock, self.references = collector, clock, references
        self.medications = {e.url or f"Medication/{e.raw.get('id')}": e for e in entries if e.type == "Medication"}
        self.medications |= {f"Medication/{e.raw.get('id')}": e for e in entries if e.type == "Medication"}
        self.not_taken = 0

    def accepts(self, entry: Entry) -> bool:
        """True of a resource of the Patient that counts; False after its refusal."""
        if not self._is_used(entry) or not self._is_about_patient(entry):
            return False
        if entry.resource.modifierExtension:
            self.collector.refuse("modifier", entry.where)
            return False
        return True

    def _is_used(self, entry: Entry) -> bool:
        if entry.type == "Condition":
            return True
        status = entry.resource.status
        if status in _USED[entry.type]:
            return True
        if status in _UNUSED[entry.type]:
            self.collector.leave("status", entry.where, what=status)
        else:
            self.collector.refuse("status_wrong", entry.where)
        return False

    def _is_about_patient(self, entry: Entry) -> bool:
        subject = entry.resource.subject
        reference = str(subject.reference or "") if subject is not None else ""
        if reference in self.references:
            return True
        if not reference:
            self.collector.refuse("no_subject", entry.where)
        elif ":" not in reference and not any(known.endswith(f"/{reference}") for known in self.references):
            known = any("/" not in r or r.startswith("urn:") for r in self.references) or not self.references
            self.collector.refuse("relative" if known else "other_subject", entry.where)
        else:
            self.collector.refuse("other_subject", entry.where)
        return False

    def day(self, value: object, where: str) -> float | None:
        """Day of a date or time; None after a refusal."""
        return self.collector.taken(read_day(value, self.clock, where))

    def condition(self, entry: Entry) -> None:
        """Cause and background; a sign without its grade is refused."""
        codes = codings_of(entry.resource.code)
        not_meant = [code for _, code in codings_of(entry.resource.verificationStatus) if code in _NOT_MEANT]
        if not_meant:
            self.collector.leave("status", entry.where, what=not_meant[0])
            return
        causes = {Cause(c) for c in meanings(codes, Kind.CAUSE) if c in [m.value for m in Cause]}
        backgrounds = [b for b in Background if b.value in meanings(codes, Kind.BACKGROUND)]
        signs = sorted(meanings(codes, Kind.SIGN))
        person = self.collector.person
        order = list(Background)
        worst = max([*backgrounds, *([person.background] if person.background else [])], key=order.index, default=None)
        merged = tuple(sorted({*person.causes, *causes}, key=lambda c: c.value))
        self.collector.person = replace(person, causes=merged, background=worst)
        for sign in signs:
            self.collector.note("grade_unstated", entry.where, lab=sign)
        self.not_taken += not (causes or backgrounds or signs)

    def medication(self, entry: Entry) -> None:
        """Medication that was given."""
        result = entry.resource
        concept = result.medicationCodeableConcept
        if concept is None:
            reference = (
                str(result.medicationReference.reference or "") if result.medicationReference is not None else ""
            )
            held = self.medications.get(reference)
            contained = [c for c in result.contained or [] if f"#{c.id}" == reference]
            if held is None and not contained:
                self.collector.leave("medication_reference", entry.where)
                return
            concept = (held.resource if held is not None else contained[0]).code
        dose = None
        quantity = result.dosage.dose if result.dosage is not None else None
        if quantity is not None and (quantity.code or quantity.unit) in ("{cells}/kg", "cells/kg"):
            dose = float(quantity.value)
        self._treatment(entry, concept, (result.effectiveDateTime, result.effectivePeriod), dose)

    def procedure(self, entry: Entry) -> None:
        """Procedure that was done."""
        result = entry.resource
        self._treatment(entry, result.code, (result.performedDateTime, result.performedPeriod), None)

    def _treatment(self, entry: Entry, concept: Any, times: tuple[Any, Any], dose: float | None) -> None:
        named = sorted(meanings(codings_of(concept), Kind.TREATMENT) & set(TREATMENTS))
        if not named:
            self.not_taken += 1
            return
        when, period = times
        day = self.day(when if when is not None else getattr(period, "start", None), entry.where)
        end = getattr(period, "end", None)
        until = None if end is None else self.day(end, entry.where)
        if day is None or (end is not None and until is None):
            return
        for name in named:
            given = GivenTreatment(treatment=name, day=day, until=until, dose=dose if name == "cells" else None)
            self.collector.treatment(given, entry.where)

    def encounter(self, entry: Entry) -> None:
        """Visit or stay."""
        period = entry.resource.period
        day = self.day(getattr(period, "start", None), entry.where)
        end = getattr(period, "end", None)
        until = None if end is None else self.day(end, entry.where)
        if day is not None and (end is None or until is not None):
            self.collector.visit(Visit(day=day, until=until), entry.where)
