"""Collection of what a reader finds into one record: units, limits, duplicates and contradictions are checked here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hepatica.individual.person import (
    MAX_AGE,
    TREATMENTS,
    GivenTreatment,
    Measurement,
    Outcome,
    OutcomeKind,
    Person,
    Visit,
    sort_measurements,
    sort_treatments,
)
from hepatica.individual.readers.lab_table import Analyte
from hepatica.individual.readers.refusal import Refused, Remark
from hepatica.laboratory_units import Bound, UnitError, UnitFault, read_value

_CODES = {
    UnitFault.NUMBER: "no_number",
    UnitFault.COMMA: "comma",
    UnitFault.MISSING: "unit_missing",
    UnitFault.UNKNOWN: "unit_unknown",
    UnitFault.CASE: "unit_case",
    UnitFault.OTHER: "unit_other",
}
_REPEATED = {"same": "repeated_same", "first": "repeated_first", "last": "repeated_last"}
WEIGHT_LIMITS = (1.0, 400.0)
OLDEST = 120.0


@dataclass(frozen=True, kw_only=True)
class PersonCheck:
    """Collected contents of a file, and what was refused.

    Attributes
    ----------
    person : Person
        Without what was refused.
    refused : tuple of Remark
        Faults; with any of them `read_person` gives no record.
    set_aside : tuple of Remark
        What is right but not used: entered in error, not measured, no lab that the model takes.
    notes : tuple of Remark
        Assumptions.
    """

    person: Person
    refused: tuple[Remark, ...] = ()
    set_aside: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    def strict(self) -> Person:
        """The record, if nothing was refused.

        Raises
        ------
        Refused
            With the first refusal, and how many others there are.
        """
        if self.refused:
            raise Refused(self.refused[0], len(self.refused) - 1)
        return self.person


@dataclass
class Collector:
    """Record in the making. Every method takes the place in the file, for a remark.

    `repeats` says what happens to a second value of a lab at one time: ``refuse`` it, refuse it where it differs
    (``same``), or take the ``first`` or the ``last``.
    """

    repeats: str = "refuse"
    place_of_outcome: str = ""
    repeated: int = 0

    person: Person = field(default_factory=Person)
    measurements: dict[tuple[float, str], Measurement] = field(default_factory=dict)
    treatments: list[GivenTreatment] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    set_aside: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def refuse(self, code: str, where: str, **blanks: object) -> None:
        """Add a refusal."""
        self.refused.append(Remark(code=code, where=where, blanks={k: str(v) for k, v in blanks.items()}))

    def leave(self, code: str, where: str, **blanks: object) -> None:
        """Set something aside."""
        self.set_aside.append(Remark(code=code, where=where, blanks={k: str(v) for k, v in blanks.items()}))

    def note(self, code: str, where: str, **blanks: object) -> None:
        """Add an assumption."""
        self.notes.append(Remark(code=code, where=where, blanks={k: str(v) for k, v in blanks.items()}))

    def taken(self, result: float | Remark) -> float | None:
        """Day, or None after its refusal has been added."""
        if isinstance(result, Remark):
            self.refused.append(result)
            return None
        return result

    def lab(self, analyte: Analyte, text: str | float, day: float, where: str) -> None:
        """Add a lab or a grade of a day, as printed with its unit."""
        name = analyte.variable.name
        try:
            value, bound = read_value(text, analyte.variable.unit, where=where, substance=analyte.substance)
        except UnitError as error:
            self.refuse_unit(analyte, error, where)
            return
        unit = "" if analyte.ucum == "1" else f" {analyte.ucum}"
        limits = {"low": f"{analyte.low:g}", "high": f"{analyte.high:g}", "unit": unit}
        if analyte.grade and (value != int(value) or bound is not Bound.EXACT):
            self.refuse("grade", where, lab=name, **limits)
        elif not analyte.low <= value <= analyte.high:
            self.refuse("range", where, lab=name, **limits)
        else:
            self.measured(Measurement(day=day, name=name, value=value, bound=bound), where)

    def refuse_unit(self, analyte: Analyte, error: UnitError, where: str) -> None:
        """Add a refusal for the fault of a unit."""
        blanks = {"lab": analyte.variable.name}
        if error.fault is UnitFault.CASE:
            blanks["meant"] = error.meant
        elif error.fault not in (UnitFault.NUMBER, UnitFault.COMMA):
            blanks["example"] = analyte.example
        self.refuse(_CODES[error.fault], where, **blanks)

    def measured(self, new: Measurement, where: str) -> None:
        """Add a measurement; a second one of its day is a duplicate or a contradiction."""
        old = self.measurements.setdefault(new.key, new)
        if old is new:
            return
        if self.repeats in ("first", "last") or (self.repeats == "same" and old == new):
            self.repeated += 1
            self.measurements[new.key] = new if self.repeats == "last" else old
        else:
            self.refuse("duplicate" if old == new else "contradiction", where, lab=new.name, day=f"{new.day:g}")

    def quantity(self, text: object, unit: str, limits: tuple[float, float], where: str, what: str) -> float | None:
        """Plain or printed number within limits; None after a refusal."""
        try:
            value, bound = read_value(text, unit, where=where)  # type: ignore[arg-type]
        except UnitError:
            value, bound = float("nan"), Bound.EXACT
        if not limits[0] <= value <= limits[1] or bound is not Bound.EXACT:
            self.refuse(what, where, low=f"{limits[0]:g}", high=f"{limits[1]:g}")
            return None
        return value

    def age(self, text: object, where: str) -> None:
        """Set the age in years; a second one has to agree."""
        value = self.quantity(text, "year", (0.0, OLDEST), where, "age")
        if value is None:
            return
        if value >= MAX_AGE:
            value = MAX_AGE
            self.note("age_kept", where)
        self.once("age", value, where)

    def weight(self, text: object, where: str) -> None:
        """Set the weight in kg."""
        value = self.quantity(text, "kg", WEIGHT_LIMITS, where, "weight")
        if value is not None:
            self.once("weight", value, where)

    def once(self, field_name: str, value: Any, where: str) -> None:
        """Set a field of the record that has one value."""
        old = getattr(self.person, field_name)
        if old is not None and old != value:
            self.refuse("two_values", where, what=field_name)
            return
        self.person = replace(self.person, **{field_name: value})

    def treatment(self, given: GivenTreatment, where: str) -> None:
        """Add a treatment."""
        if given.treatment not in TREATMENTS:
            self.refuse("choice", where, what="treatment", allowed=", ".join(TREATMENTS))
        elif given.until is not None and given.until < given.day:
            self.refuse("reversed", where)
        elif given in self.treatments:
            self.refuse("treatment_twice", where, day=f"{given.day:g}")
        else:
            self.treatments.append(given)

    def visit(self, visit: Visit, where: str) -> None:
        """Add a visit."""
        if visit.until is not None and visit.until < visit.day:
            self.refuse("reversed", where)
        elif visit in self.visits:
            self.refuse("visit_twice", where, day=f"{visit.day:g}")
        else:
            self.visits.append(visit)

    def ended(self, outcome: Outcome, where: str) -> None:
        """Set the outcome; `finish` refuses labs after a death."""
        self.place_of_outcome = where
        self.once("outcome", outcome, where)

    def finish(self) -> PersonCheck:
        """The record with all remarks."""
        if self.repeated:
            self.note(_REPEATED[self.repeats], "labs", n=self.repeated)
        person = replace(
            self.person,
            measurements=sort_measurements(self.measurements.values()),
            treatments=sort_treatments(self.treatments),
            visits=tuple(sorted(self.visits, key=lambda v: (v.day, v.until or v.day))),
            causes=tuple(sorted(self.person.causes, key=lambda c: c.value)),
        )
        person = _with_transplant(person)
        self._after_death(person)
        return PersonCheck(
            person=person, refused=tuple(self.refused), set_aside=tuple(self.set_aside), notes=tuple(self.notes)
        )

    def _after_death(self, person: Person) -> None:
        """Refuse a record that goes on for more than a day after the death."""
        ended = person.outcome
        if ended is None or ended.day is None or ended.kind is not OutcomeKind.DIED or not person.days:
            return
        if person.days[-1] > ended.day + 1:
            self.refuse("after_death", self.place_of_outcome, day=f"{person.days[-1]:g}")


def _with_transplant(person: Person) -> Person:
    """Record whose transplant is its outcome, where none is stated."""
    done = [given.day for given in person.treatments if given.treatment == "transplant"]
    if not done or person.outcome is not None:
        return person
    return replace(person, outcome=Outcome(kind=OutcomeKind.TRANSPLANTED, day=min(done)))
