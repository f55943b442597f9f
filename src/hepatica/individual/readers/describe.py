"""Description of a record for people: who, labs by day in the model's units, treatments, and every remark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from hepatica.individual.person import MAX_AGE, Measurement, Person
from hepatica.individual.readers.collect import PersonCheck
from hepatica.individual.readers.refusal import Remark
from hepatica.variables import variable
from hepatica.words import say

MAX_DAYS = 8
"""Days side by side in one table."""
Rows = tuple[tuple[str, ...], ...]


class Description(NamedTuple):
    """Lines, tables of labs (header first), and remarks."""

    lines: tuple[str, ...]
    tables: tuple[Rows, ...]
    remarks: tuple[str, ...]


def describe(check: PersonCheck, lang: str) -> Description:
    """Description of what a reader understood.

    Parameters
    ----------
    check : PersonCheck
        Of one file.
    lang : str
        One of `hepatica.words.LANGUAGES`.

    Examples
    --------
    >>> one = Person(age=54.0, measurements=(Measurement(day=0.0, name="inr", value=2.13),))
    >>> described = describe(PersonCheck(person=one), "en")
    >>> described.lines[0], described.tables[0]
    ('Person: 54 years', (('lab (unit)', 'day 0'), ('INR', '2.13')))
    """
    person = check.person
    lines = [say("person.who", lang, parts=_who(person, lang))]
    sizes = {"n": len(person.measurements), "labs": len(person.names), "days": len(person.days)}
    lines.append(say("person.understood", lang, **sizes))
    if person.treatments:
        given = [
            f"{say(f'person.treatment_{g.treatment}', lang)} ({_span(g.day, g.until, lang)})" for g in person.treatments
        ]
        lines.append(say("person.treatments", lang, list=_join(given, lang)))
    if person.visits:
        visits = [_stay(v.day, v.until, lang) for v in person.visits]
        lines.append(say("person.visits", lang, list=_join(visits, lang)))
    if person.outcome is not None:
        kind = say(f"person.outcome_{person.outcome.kind.value}", lang)
        day = person.outcome.day
        when = "" if day is None else f" ({say('person.day', lang, day=f'{day:g}')})"
        lines.append(say("person.outcome", lang, kind=kind + when))
    return Description(tuple(lines), lab_tables(person, lang), _remarks(check, lang))


def describe_cohort(checks: Mapping[str, PersonCheck], lang: str) -> Description:
    """Description of what a reader understood of a file of several people: counts, and every remark, nobody named.

    Parameters
    ----------
    checks : mapping of str to PersonCheck
        By identifier, of which none is shown.
    lang : str
        One of `hepatica.words.LANGUAGES`.

    Examples
    --------
    >>> one = PersonCheck(person=Person(measurements=(Measurement(day=0.0, name="inr", value=2.1),)))
    >>> describe_cohort({"a": one, "b": one}, "en").lines
    ('People: 2; values: 2, on days 0 to 0', 'INR: 2 values of 2 people')
    """
    people = [check.person for check in checks.values()]
    days = [day for person in people for day in person.days]
    span = {"first": f"{min(days, default=0):g}", "last": f"{max(days, default=0):g}"}
    values = Counter(m.name for person in people for m in person.measurements)
    persons = Counter(name for person in people for name in person.names)
    lines = [say("person.cohort", lang, people=len(people), n=sum(values.values()), **span)]
    lines += [
        say("person.cohort_lab", lang, lab=variable(name).label[lang], n=n, people=persons[name])
        for name, n in values.most_common()
    ]
    kinds = Counter(p.outcome.kind.value for p in people if p.outcome is not None)
    if kinds:
        ends = [f"{say(f'person.outcome_{kind}', lang)} {n}" for kind, n in kinds.most_common()]
        lines.append(say("person.cohort_outcomes", lang, list=_join(ends, lang)))
    together = PersonCheck(
        person=Person(),
        refused=tuple(r for check in checks.values() for r in check.refused),
        set_aside=_counted(check.set_aside for check in checks.values()),
        notes=_counted(check.notes for check in checks.values()),
    )
    return Description(tuple(lines), (), _remarks(together, lang))


def _counted(parts: Iterable[tuple[Remark, ...]]) -> tuple[Remark, ...]:
    """Remarks of several people with the numbers of those that are alike added up."""
    total: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], Remark] = {}
    for remark in (remark for part in parts for remark in part):
        key = remark.code, remark.where
        first.setdefault(key, remark)
        total[key] = total.get(key, 0) + int(remark.blanks.get("n", 0))
    return tuple(replace(r, blanks={**r.blanks, "n": str(total[k])}) if total[k] else r for k, r in first.items())


def lab_tables(person: Person, lang: str) -> tuple[Rows, ...]:
    """Labs by day, at most `MAX_DAYS` days in one table; the first row is the header."""
    tables = []
    for start in range(0, len(person.days), MAX_DAYS):
        days = person.days[start : start + MAX_DAYS]
        header = (say("person.lab", lang), *(say("person.day", lang, day=f"{day:g}") for day in days))
        rows = [header]
        for name in person.names:
            cells = tuple(_cell(person.value(name, day)) for day in days)
            if any(cells):
                rows.append((variable(name).title(lang), *cells))
        tables.append(tuple(rows))
    return tuple(tables)


def _cell(m: Measurement | None) -> str:
    """Value to the digits of its variable, at least three figures; empty where not measured."""
    if m is None:
        return ""
    sign = "" if m.bound.value == "=" else m.bound.value
    return f"{sign}{m.value:.4g}"


def _who(person: Person, lang: str) -> str:
    parts = []
    if person.age is not None:
        n = f"{person.age:g}"
        parts.append(say("person.years_from" if person.age >= MAX_AGE else "person.years", lang, n=n))
    if person.sex is not None:
        parts.append(say(f"person.sex_{person.sex.value}", lang))
    if person.weight is not None:
        parts.append(f"{person.weight:g} kg")
    parts += [say(f"person.cause_{cause.value}", lang) for cause in person.causes]
    if person.background is not None:
        parts.append(say(f"person.background_{person.background.value}", lang))
    return _join(parts, lang) or say("person.nobody", lang)


def _join(parts: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def _span(day: float, until: float | None, lang: str) -> str:
    if until is None:
        return say("person.day", lang, day=f"{day:g}")
    return say("person.days", lang, day=f"{day:g}", until=f"{until:g}")


def _stay(day: float, until: float | None, lang: str) -> str:
    return say("person.since", lang, day=f"{day:g}") if until is None else _span(day, until, lang)


def _remarks(check: PersonCheck, lang: str) -> tuple[str, ...]:
    lines: list[str] = []
    if check.refused:
        lines.append(say("person.refused", lang, n=len(check.refused)))
        lines += [f"  {remark.text(lang)}" for remark in check.refused]
    if check.set_aside:
        lines.append(say("person.set_aside", lang, n=len(check.set_aside)))
        lines += [f"  {remark.text(lang)}" for remark in check.set_aside]
    if check.notes:
        lines.append(say("person.notes", lang, n=len(check.notes)))
        lines += [f"  {remark.text(lang)}" for remark in check.notes]
    return tuple(lines)
