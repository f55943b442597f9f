"""Observations of a FHIR R4B Bundle: labs and signs by LOINC and UCUM, age, weight and outcome."""

from __future__ import annotations

from hepatica.individual.person import Outcome, OutcomeKind
from hepatica.individual.readers.fhir.codes import LOINC, OWN, UCUM
from hepatica.individual.readers.fhir.resources import Entry, ResourceReader, codings_of
from hepatica.individual.readers.lab_table import Analyte, Property, analyte_of_loinc, analytes, property_of_unit
from hepatica.laboratory_units import UnitError, read_unit, split_value

AGE, WEIGHTS = "30525-0", ("29463-7", "3141-9")
"""LOINC codes of age and body weight."""
_VALUES = tuple(
    f"value{kind}"
    for kind in ("Boolean", "CodeableConcept", "DateTime", "Period", "Range", "Ratio", "SampledData", "Time")
)
_TIMES = ("effectivePeriod", "effectiveTiming")


class ObservationReader:
    """Reader of Observations, beside the reader of the Bundle's other resources."""

    def __init__(self, reader: ResourceReader) -> None:
        self.reader, self.collector = reader, reader.collector
        self.weights: list[tuple[float, str, str]] = []

    def read(self, entry: Entry) -> None:
        """Lab, sign, age, weight or outcome."""
        codes = codings_of(entry.resource.code)
        if loose := [code for system, code in codes if not system and code in analyte_of_loinc()]:
            self.collector.refuse("code_system", entry.where, what=loose[0])
            return
        loinc = {code for system, code in codes if system == LOINC}
        own = {code for system, code in codes if system == f"{OWN}:variable"}
        if AGE in loinc or loinc & set(WEIGHTS):
            self._covariate(entry, is_age=AGE in loinc)
            return
        if "outcome" in own:
            self._own_outcome(entry)
            return
        named = {code: analyte_of_loinc()[code] for code in loinc if code in analyte_of_loinc()}
        named |= {code: analytes()[code] for code in own if code in analytes()}
        if self._has_component(entry, bool(named)):
            return
        if len({a.name for a in named.values()}) > 1:
            self.collector.refuse("two_codes", entry.where)
        elif not named:
            self.reader.not_taken += "admission" not in own
        else:
            code, analyte = next(iter(sorted(named.items(), key=lambda item: item[0])))
            self._lab(entry, analyte, code)

    def _has_component(self, entry: Entry, is_lab: bool) -> bool:
        """True, after a refusal, where a lab stands in a component."""
        for part in entry.resource.component or []:
            for system, code in codings_of(part.code):
                if system == LOINC and code in analyte_of_loinc():
                    self.collector.refuse("component", entry.where, lab=analyte_of_loinc()[code].variable.name)
                    return True
        if is_lab and entry.resource.component:
            names = [a for _, c in codings_of(entry.resource.code) if (a := analyte_of_loinc().get(c))]
            self.collector.refuse("component", entry.where, lab=names[0].variable.name if names else "")
            return True
        return False

    def _lab(self, entry: Entry, analyte: Analyte, code: str) -> None:
        result, lab = entry.resource, analyte.variable.name
        for key in _TIMES:
            if getattr(result, key) is not None:
                self.collector.refuse("effective", entry.where, lab=lab, what=key)
                return
        day = self.reader.day(result.effectiveDateTime or result.effectiveInstant, entry.where)
        if result.dataAbsentReason is not None and result.valueQuantity is None:
            self.collector.leave("absent", entry.where, lab=lab)
            return
        if other := next((key for key in _VALUES if getattr(result, key) is not None), None):
            self.collector.refuse("value_kind", entry.where, lab=lab, what=other)
            return
        text = self._printed(entry, analyte, code)
        if text is None or day is None:
            return
        stated, has = analyte.loinc.get(code, Property.OTHER), property_of_unit(_unit_of(text))
        if stated is not Property.OTHER and has is not None and has is not stated:
            self.collector.refuse("unit_of_code", entry.where, lab=lab, what=code)
        else:
            self.collector.lab(analyte, text, day, entry.where)

    def _printed(self, entry: Entry, analyte: Analyte, code: str) -> str | None:
        """Value with comparator and unit as text; None after a refusal."""
        result, lab = entry.resource, analyte.variable.name
        if result.valueInteger is not None:
            return str(result.valueInteger)
        if result.valueString is not None:
            return str(result.valueString)
        quantity = result.valueQuantity
        if quantity is None or quantity.value is None:
            self.collector.refuse("value_missing", entry.where, lab=lab)
            return None
        if quantity.comparator not in (None, "<", "<=", ">", ">="):
            self.collector.refuse("comparator", entry.where, lab=lab)
            return None
        if quantity.code and quantity.system != UCUM:
            self.collector.refuse("unit_system", entry.where, lab=lab)
            return None
        unit = str(quantity.code or quantity.unit or "")
        shown, coded = read_unit(str(quantity.unit or "")), read_unit(str(quantity.code or ""))
        if quantity.code and quantity.unit and shown is not None and coded is not None and shown != coded:
            self.collector.refuse("unit_twice", entry.where, lab=lab)
            return None
        return f"{quantity.comparator or ''}{quantity.value} {unit}"

    def _covariate(self, entry: Entry, *, is_age: bool) -> None:
        """Age, or weight of any day."""
        quantity = entry.resource.valueQuantity
        value = "" if quantity is None else f"{quantity.value} {quantity.code or quantity.unit or ''}"
        if is_age:
            self.collector.age(value, entry.where)
        elif (day := self.reader.day(entry.resource.effectiveDateTime, entry.where)) is not None:
            self.weights.append((abs(day), value, entry.where))

    def finish(self) -> None:
        """Take the weight that is nearest to admission."""
        if self.weights:
            self.collector.weight(*min(self.weights)[1:])

    def _own_outcome(self, entry: Entry) -> None:
        named = {code for system, code in codings_of(entry.resource.valueCodeableConcept) if system.startswith(OWN)}
        kinds = [kind for kind in OutcomeKind if kind.value in named]
        if len(kinds) != 1:
            self.collector.refuse(
                "choice", entry.where, what="outcome", allowed=", ".join(k.value for k in OutcomeKind)
            )
            return
        when = entry.resource.effectiveDateTime
        day = None if when is None else self.reader.day(when, entry.where)
        if when is None or day is not None:
            self.collector.ended(Outcome(kind=kinds[0], day=day), entry.where)


def _unit_of(text: str) -> str:
    """Unit of a printed value; "" where it cannot be told."""
    try:
        return split_value(text)[2]
    except UnitError:
        return ""
