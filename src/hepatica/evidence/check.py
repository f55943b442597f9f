"""Whether a user's publication file is in order: everything that is wrong with it, at once, and where."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hepatica.evidence.observations import Alternative, Arm, Observation, Wrong, wrongs
from hepatica.evidence.publications import Publication, between, keys
from hepatica.evidence.references import references

ROWS: dict[str, type[BaseModel]] = {"arm": Arm, "observation": Observation, "alternative": Alternative}
_DO = {
    "missing": "add it",
    "tuple_type": "write a list, or a table in double brackets, as [[arm]]",
    "too_short": "write at least one",
    "string_type": "write text in quotes",
    "model_type": "write a table, as [[arm]]",
    "model_attributes_type": "write a table, as [[arm]]",
}
Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file.

    Attributes
    ----------
    file : str
    place : str
        Row, line and key, as far as they are known.
    got : str
        What was got.
    do : str
        What is wrong or what to do.
    """

    file: str
    place: str
    got: str
    do: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: got {self.got}; {self.do}" if self.got else f"{where}: {self.do}"


@dataclass(frozen=True)
class Checked:
    """What was found in a file.

    Attributes
    ----------
    file : str
    publication : Publication or None
        None where something is wrong.
    faults : tuple of Fault
        Empty where all is in order.
    warnings : tuple of Fault
        What is allowed, yet probably not meant.
    """

    file: str
    publication: Publication | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def kept_out(self) -> dict[str, int]:
        """How many observations cannot enter a likelihood, by reason."""
        found: dict[str, int] = {}
        for o in self.publication.observations if self.publication else ():
            if why := self.publication.lacks(o) if self.publication else "":
                found[why] = found.get(why, 0) + 1
        return found


def check_file(path: Path, populations: Collection[str] = ()) -> Checked:
    """Check the file at a path; a file that cannot be read is a fault, never an exception.

    Parameters
    ----------
    path : Path
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
        text = path.read_bytes().decode("utf-8-sig")
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
    """Everything that is wrong with a publication in TOML.

    Parameters
    ----------
    text : str
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
    except tomllib.TOMLDecodeError as error:
        return Checked(name, faults=(Fault(name, "", "", f"write valid TOML: {error}"),))
    except RecursionError:
        return Checked(
            name, faults=(Fault(name, "", "tables in tables without end", "write [[arm]] and [[observation]]"),)
        )
    publication, found = _read(raw)
    if publication is None:
        found.sort(key=lambda w: _line(text, raw, w.place) or 0)
        return Checked(name, None, tuple(_fault(text, raw, name, w) for w in found))
    doubts = tuple(_fault(text, raw, name, w) for w in _doubts(publication, populations))
    return Checked(name, publication, (), doubts)


def same_key(checked: Sequence[Checked]) -> tuple[Fault, ...]:
    """Files in order of which an earlier one has the same key."""
    first: dict[str, str] = {}
    out = []
    for c in checked:
        if c.publication is not None and (key := c.publication.key) in first:
            out.append(Fault(c.file, "key", repr(key), f"{first[key]} has this key too: give each its own"))
        elif c.publication is not None:
            first[key] = c.file
    return tuple(out)


def _read(raw: dict[str, Any]) -> tuple[Publication | None, list[Wrong]]:
    """The publication, or all that keeps it from being one."""
    try:
        return Publication.model_validate(raw), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    found = [w for e in errors for w in _worded(e)]
    arms, observations = _rows(raw, "arm", Arm), _rows(raw, "observation", Observation)
    alternatives = _rows(raw, "alternative", Alternative)
    for _, more in (*arms, *observations, *alternatives):  # what stands beside a key that is not known is checked too
        found += more
    if all(e["loc"] for e in errors):  # rows are wrong, so that nothing was compared between them yet
        ids = [a.get("id") if isinstance(a, Mapping) else None for a in _list(raw, "arm")]
        found += between(
            [id if isinstance(id, str) else "" for id in ids],
            [row for row, _ in arms],
            [row for row, _ in observations],
            [row for row, _ in alternatives],
        )
        for kind, key in (("observation", "arm"), ("alternative", "arm"), ("arm", "subset_of")):
            named = [row.get(key) if isinstance(row, Mapping) else None for row in _list(raw, kind)]
            says = "no arm '{}'; there are " + ", ".join(str(id) for id in ids)
            unknown = [(i, n) for i, n in enumerate(named) if isinstance(n, str) and n and n not in ids]
            found += [Wrong((kind, i, key), n, says.format(n)) for i, n in unknown]
        if raw.get("risk_of_bias", "unclear") in ("low", "some", "high") and not raw.get("bias"):
            found.append(
                Wrong(("bias",), raw.get("bias", ""), f"risk_of_bias '{raw['risk_of_bias']}' needs its reason in bias")
            )
    once = {(w.place, w.says): w for w in reversed(found)}
    return None, [w for w in found if once.get((w.place, w.says)) is w]


def _rows(raw: Mapping[str, Any], kind: str, model: type[Row]) -> list[tuple[Row | None, list[Wrong]]]:
    """Each row without the keys that are not known, or None and what is still wrong with it."""
    out: list[tuple[Row | None, list[Wrong]]] = []
    for i, item in enumerate(_list(raw, kind)):
        try:
            known = {k: v for k, v in item.items() if k in model.model_fields} if isinstance(item, Mapping) else item
            out.append((model.model_validate(known), []))
        except ValidationError as error:
            more = [w for e in error.errors(include_url=False) for w in _worded(e)]
            out.append((None, [w._replace(place=(kind, i, *w.place)) for w in more]))
    return out


def _list(raw: Mapping[str, Any], kind: str) -> list[Any]:
    rows = raw.get(kind, raw.get(f"{kind}s", []))
    return rows if isinstance(rows, list) else []


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
    found = list(wrongs(error))
    return (
        [w._replace(says=_DO.get(kind, w.says[:1].lower() + w.says[1:])) for w in found]
        if kind != "value_error"
        else found
    )


def _doubts(p: Publication, populations: Collection[str]) -> list[Wrong]:
    """What is allowed, yet probably not meant."""
    out = []
    named = [(("population",), p.population), *((("arm", i, "population"), a.population) for i, a in enumerate(p.arms))]
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


def _fault(text: str, raw: Mapping[str, Any], name: str, wrong: Wrong) -> Fault:
    parts: list[str] = []
    if len(wrong.place) > 1 and isinstance(wrong.place[1], int):
        parts.append(f"{wrong.place[0]} {wrong.place[1] + 1}")
        rest = wrong.place[2:]
    else:
        rest = wrong.place
    line = _line(text, raw, wrong.place)
    parts += [f"line {line}"] if line else []
    parts += [".".join(str(part) for part in rest)] if rest else []
    return Fault(name, ", ".join(parts), _got(wrong.got), wrong.says)


def _got(got: object) -> str:
    """What was got, in short; nothing for a whole table."""
    if got is None or isinstance(got, BaseModel | dict):
        return ""
    text = repr(got)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _line(text: str, raw: Mapping[str, Any], place: tuple[str | int, ...]) -> int | None:
    """The line of a key, else of its table; None where the file writes it in a way that we do not follow."""
    if not place:
        return None
    lines, start, key = text.splitlines(), 0, str(place[0])
    if len(place) > 1 and isinstance(place[1], int) and place[0] in ROWS:
        heads = [i for i, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{place[0]}s?\s*\]\]", line)]
        if len(heads) != len(_list(raw, str(place[0]))):
            return None
        start = heads[place[1]] + 1
        key = str(place[2]) if len(place) > 2 else ""
    for i in range(start, len(lines)):
        if (
            lines[i].lstrip().startswith("[[")
            and start == 0
            and re.match(rf"\s*\[\[?\s*{re.escape(key)}\s*\]", lines[i])
        ):
            return i + 1
        if lines[i].lstrip().startswith("[["):
            if start:
                break
            continue
        if key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", lines[i]):
            return i + 1
    return start or None
