"""Validation of a user's publication file: everything that is wrong with it, at once, and where."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hepatica.evidence.arms import Alternative, Arm
from hepatica.evidence.faults import ROWS, Checked, Fault, fault_of, line_of, rows_of
from hepatica.evidence.findings import Finding
from hepatica.evidence.indirect_check import check_indirect, is_indirect
from hepatica.evidence.observations import Observation, Wrong, wrongs
from hepatica.evidence.publications import Publication, between, keys
from hepatica.evidence.references import references

MAX_BYTES = 4 * 2**20  # the largest publication that ships has 21 kB
MAX_BITS = 63  # of an integer
_DO = {
    "string_pattern_mismatch": "write small letters, digits and underscores, 64 at most",
    "missing": "add it",
    "tuple_type": "write a list, or a table in double brackets, as [[arm]]",
    "too_short": "write at least one",
    "string_type": "write text in quotes",
    "model_type": "write a table, as [[arm]]",
    "model_attributes_type": "write a table, as [[arm]]",
}
Row = TypeVar("Row", bound=BaseModel)


def check_file(path: Path, populations: Collection[str] = ()) -> Checked:
    """Check the file at a path; a file that cannot be read is a fault, never an exception.

    Parameters
    ----------
    path : Path
        Of the file.
    populations : collection of str
        Keys of the virtual populations that there are; empty asks nothing of `population`.

    Returns
    -------
    Checked
    """
    name = str(path)
    if path.is_dir():
        return Checked(name, faults=(Fault(name, "", "a folder", "give a publication file, as folder/trial.toml"),))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            return Checked(name, faults=(Fault(name, "", "more than 4 MiB", "give a file of one publication"),))
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return Checked(name, faults=(Fault(name, "", "no such file", "give the path of a publication file"),))
    except UnicodeDecodeError as error:
        fault = Fault(
            name, f"byte {error.start + 1}", f"{error.object[error.start]:#04x}", "save the file as UTF-8 text"
        )
        return Checked(name, faults=(fault,))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "") or str(error)
        return Checked(name, faults=(Fault(name, "", why, "give a file that can be read"),))
    return check(text, name, populations)


def check(text: str, name: str = "publication", populations: Collection[str] = ()) -> Checked:
    """Everything that is wrong with a publication, or one of indirect evidence, in TOML.

    Parameters
    ----------
    text : str
        Content of the file.
    name : str
        What to call it.
    populations : collection of str
        Keys of the virtual populations that there are; empty asks nothing of `population`.

    Returns
    -------
    Checked

    Examples
    --------
    >>> str(check("key = 3", "a.toml").faults[-1])
    'a.toml, line 1, key: got 3; write text in quotes'
    """
    try:
        raw = tomllib.loads(text)
        beyond = list(_beyond(raw, ()))
    except tomllib.TOMLDecodeError as error:
        return Checked(name, faults=(Fault(name, "", "", f"write valid TOML: {error}"),))
    except ValueError:  # Python reads no integer of more than 4,300 digits
        return Checked(
            name, faults=(Fault(name, "", "a number of thousands of digits", "write the number as printed"),)
        )
    except RecursionError:
        return Checked(
            name, faults=(Fault(name, "", "tables in tables without end", "write [[arm]] and [[observation]]"),)
        )
    if beyond:
        return Checked(name, faults=tuple(fault_of(text, raw, name, w) for w in beyond))
    if is_indirect(raw):
        return check_indirect(text, raw, name)
    publication, faults = _read(raw)
    if publication is None:
        faults.sort(key=lambda w: line_of(text, raw, w.place) or 0)
        return Checked(name, None, tuple(fault_of(text, raw, name, w) for w in faults))
    doubts = tuple(fault_of(text, raw, name, w) for w in _doubts(publication, populations))
    return Checked(name, publication, (), doubts)


def same_key(checked: Sequence[Checked]) -> tuple[Fault, ...]:
    """Files in order of which an earlier one has the same key."""
    first: dict[str, str] = {}
    out = []
    for c in checked:
        if (key := c.key) is None:
            continue
        if key in first:
            out.append(Fault(c.file, "key", repr(key), f"{first[key]} has this key too: give each its own"))
        else:
            first[key] = c.file
    return tuple(out)


def _beyond(value: object, place: tuple[str | int, ...]) -> Iterator[Wrong]:
    """Integers that no table of numbers can hold."""
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        yield Wrong(place, "an integer beyond 2^63", "write the number as printed")
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        yield from _beyond(part, (*place, key))


def _read(raw: dict[str, Any]) -> tuple[Publication | None, list[Wrong]]:
    """The publication, or all that keeps it from being one."""
    try:
        return Publication.model_validate(raw), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    faults = [w for e in errors for w in _worded(e)]
    arms, observations = _rows(raw, "arm", Arm), _rows(raw, "observation", Observation)
    alternatives, findings = _rows(raw, "alternative", Alternative), _rows(raw, "finding", Finding)
    for _, more in (
        *arms,
        *observations,
        *alternatives,
        *findings,
    ):  # what stands beside a key that is not known is checked too
        faults += more
    if all(e["loc"] for e in errors):  # rows are wrong, so that nothing was compared between them yet
        ids = [a.get("id") if isinstance(a, Mapping) else None for a in rows_of(raw, "arm")]
        faults += between(
            [id if isinstance(id, str) else "" for id in ids],
            [row for row, _ in arms],
            [row for row, _ in observations],
            [row for row, _ in alternatives],
            [row for row, _ in findings],
        )
        naming = (("observation", "arm"), ("alternative", "arm"), ("arm", "subset_of"), ("finding", "arm"))
        for kind, key in (*naming, ("finding", "against")):
            named = [row.get(key) if isinstance(row, Mapping) else None for row in rows_of(raw, kind)]
            known = ", ".join(id for id in ids if isinstance(id, str))
            unknown = [(i, n) for i, n in enumerate(named) if isinstance(n, str) and n and n not in ids]
            faults += [Wrong((kind, i, key), n, f"no arm '{n}'; there are {known}") for i, n in unknown]
        if raw.get("risk_of_bias", "unclear") in ("low", "some", "high") and not raw.get("bias"):
            faults.append(
                Wrong(("bias",), raw.get("bias", ""), f"risk_of_bias '{raw['risk_of_bias']}' needs its reason in bias")
            )
    once = {(w.place, w.says): w for w in reversed(faults)}
    return None, [w for w in faults if once.get((w.place, w.says)) is w]


def _rows(raw: Mapping[str, Any], kind: str, model: type[Row]) -> list[tuple[Row | None, list[Wrong]]]:
    """Each row without the keys that are not known, or None and what is still wrong with it."""
    out: list[tuple[Row | None, list[Wrong]]] = []
    for i, item in enumerate(rows_of(raw, kind)):
        try:
            known = {k: v for k, v in item.items() if k in model.model_fields} if isinstance(item, Mapping) else item
            out.append((model.model_validate(known), []))
        except ValidationError as error:
            more = [w for e in error.errors(include_url=False) for w in _worded(e)]
            out.append((None, [w._replace(place=(kind, i, *w.place)) for w in more]))
    return out


def _worded(error: ErrorDetails) -> list[Wrong]:
    """Pydantic's errors in words that say what to do."""
    kind, loc = error["type"], error["loc"]
    if kind == "extra_forbidden":
        model = ROWS.get(str(loc[0]), Publication) if len(loc) > 1 else Publication
        names = [f.alias or n for n, f in model.model_fields.items()]
        near = difflib.get_close_matches(str(loc[-1]), names, n=1)
        hint = f"no such key: did you mean {near[0]}?" if near else f"no such key: use one of {', '.join(names)}"
        return [Wrong(loc, loc[-1], hint)]
    if kind == "missing":
        return [Wrong(loc, None, _DO[kind])]
    faults = list(wrongs(error))
    return (
        [w._replace(says=_DO.get(kind, w.says[:1].lower() + w.says[1:])) for w in faults]
        if kind != "value_error"
        else faults
    )


def _doubts(p: Publication, populations: Collection[str]) -> list[Wrong]:
    """Warnings: allowed, yet probably not meant."""
    out = []
    named = [
        (("population",), p.population),
        *((("mixture",), key) for key in p.mixture),
        *((("arm", i, "population"), a.population) for i, a in enumerate(p.arms)),
        *((("arm", i, "mixture"), key) for i, a in enumerate(p.arms) for key in a.mixture),
    ]
    for place, key in named:
        if populations and key not in ("", "none", *populations):
            out.append(Wrong(place, key, f"no shipped population: use one of {', '.join(populations)}, or none"))
    for i, arm in enumerate(p.arms):
        lacking = [
            n for n, v in (("dose_high", arm.dose_high), ("route", arm.route), ("infusions", arm.infusions)) if not v
        ]
        if arm.gives_cells and lacking:
            say = (
                f"arm '{arm.id}' has cells without {', '.join(lacking).replace('dose_high', 'dose')}: add what is known"
            )
            out.append(Wrong(("arm", i), None, say))
    for i, o in enumerate(p.observations):
        n = p.arm(o.arm).n
        if o.n is not None and n is not None and o.n > n:
            out.append(Wrong(("observation", i, "n"), o.n, f"arm '{o.arm}' has {n} people"))
    if p.cite not in references():
        near = difflib.get_close_matches(p.cite, references(), n=1)
        out.append(Wrong(("cite",), p.cite, "no shipped reference" + (f": did you mean {near[0]}?" if near else "")))
    if p.key in keys():
        out.append(Wrong(("key",), p.key, "a shipped publication has this key"))
    out += [
        Wrong(("shares_people_with",), k, "no shipped publication") for k in p.shares_people_with if k not in keys()
    ]
    return out
