"""Request and answer of one person's record: what was understood of a file, and what was refused and why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hepatica.api.base import Answer, Number, Request, Row, Strict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hepatica.individual.readers.collect import PersonCheck
    from hepatica.individual.readers.refusal import Remark


class RemarkAnswer(Strict):
    """Sentence about a place of a file, in both languages, with its code."""

    code: str
    where: str
    en: str
    zh: str


class PersonAnswer(Answer):
    """Record of a person without identity, and what a reader did not take.

    Attributes
    ----------
    age, weight : float or None
        Years, kg.
    sex, background : str or None
    causes : list of str
    labs : list of mapping
        Day, lab, value, bound (=, < or >) and unit, one row each.
    treatments, visits : list of mapping
        With first and last day.
    outcome : mapping or None
    refused, set_aside, notes : list of RemarkAnswer
        Faults, what is right but not used, and assumptions.
    """

    age: Number
    sex: str | None
    weight: Number
    causes: list[str]
    background: str | None
    labs: list[Row]
    treatments: list[Row]
    visits: list[Row]
    outcome: Row | None
    refused: list[RemarkAnswer]
    set_aside: list[RemarkAnswer]
    notes: list[RemarkAnswer]

    @classmethod
    def of(cls, check: PersonCheck) -> Self:
        """Answer of what a reader understood."""
        from hepatica.variables import variable

        p = check.person
        labs: list[Row] = [
            {"day": m.day, "lab": m.name, "value": m.value, "bound": m.bound.value, "unit": variable(m.name).unit}
            for m in p.measurements
        ]
        return cls(
            age=p.age,
            sex=None if p.sex is None else p.sex.value,
            weight=p.weight,
            causes=[cause.value for cause in p.causes],
            background=None if p.background is None else p.background.value,
            labs=labs,
            treatments=[
                {"treatment": g.treatment, "day": g.day, "until": g.until, "dose": g.dose} for g in p.treatments
            ],
            visits=[{"day": v.day, "until": v.until} for v in p.visits],
            outcome=None if p.outcome is None else {"kind": p.outcome.kind.value, "day": p.outcome.day},
            refused=_remarks(check.refused),
            set_aside=_remarks(check.set_aside),
            notes=_remarks(check.notes),
        )


def _remarks(remarks: Iterable[Remark]) -> list[RemarkAnswer]:
    return [RemarkAnswer(code=r.code, where=r.where, en=r.text("en"), zh=r.text("zh")) for r in remarks]


class PersonRequest(Request):
    """Record of one person from a file.

    Attributes
    ----------
    file : Path
        ``patient.toml``, a CSV file, or the JSON of a FHIR R4B Bundle.
    mapping : Path or dict, optional
        Of a CSV file's columns.
    admission : date, optional
        Day 0 of a FHIR Bundle; the first stay, or else the first lab, unless given.

    Examples
    --------
    >>> from hepatica.individual.readers.patient_toml import TEMPLATE
    >>> PersonRequest(file=TEMPLATE).run().labs[0]["lab"]
    'albumin'
    """

    file: Path
    mapping: Path | dict[str, Any] | None = None
    admission: dt.date | None = None

    def check_file(self) -> PersonCheck:
        """Record with all that was refused, set aside and assumed.

        Raises
        ------
        InputError
            If the file as a whole cannot be used.
        """
        from hepatica.individual import check_person

        result: PersonCheck = check_person(self.file, self.mapping, admission=self.admission)
        return result

    def run(self) -> PersonAnswer:
        """Read the file.

        Raises
        ------
        InputError
            As `check_file`.
        """
        return PersonAnswer.of(self.check_file())


REQUESTS, ANSWERS = {"person": PersonRequest}, {"person": PersonAnswer}
