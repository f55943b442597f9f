"""The works cited by the model: a reader for the BibTeX files beside this module.

It reads what we write, UTF-8 entries with ``field = {value}``, ``"value"`` or a bare number, and no more:
no ``@string``, no cross references.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

from hepatica.errors import InputError

_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^\s,{}]+)\s*,")
_FIELD = re.compile(r"\s*,?\s*(\w+)\s*=\s*")
_WORD = re.compile(r"\w+")
_END = re.compile(r"[\s,]*\}")
_AND = re.compile(r"\s+and\s+(?![^{}]*\})")
_ACCENT = re.compile(r"""\{?\\(["'`^~])\s*\{?([A-Za-z])\}?\}?""")
_LETTER = re.compile(r"\{\\(o|O|ss|aa|AA|ae|AE|l|L)\}")
_LETTERS = {"o": "ø", "O": "Ø", "ss": "ß", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "l": "ł", "L": "Ł"}
_MARKS = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303"}


@dataclass(frozen=True)
class Reference:
    """One cited work.

    Attributes
    ----------
    key : str
        Citation key, first author and year.
    authors : tuple of str
        ``"Family, Given"`` each; the last may be ``"others"``.
    title, journal : str
        `journal` is the publisher of a book, the school of a thesis, the site of a page; it may be empty.
    year : int or None
        None where it is not known.
    doi, pmid, pmcid, note, volume, pages : str
        Empty where not given.
    """

    key: str
    authors: tuple[str, ...]
    title: str
    journal: str
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    note: str = ""
    pmcid: str = ""
    volume: str = ""
    pages: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether no bibliographic detail of this entry is marked as not confirmed."""
        return "not confirmed" not in self.note

    def short(self) -> str:
        """Name and year, as in a sentence: ``"Lin et al. 2017"``."""
        family = [_family(author) for author in self.authors]
        who = family[0] if family else self.journal
        if len(family) > 2 or family[1:] == ["others"]:
            who += " et al."
        elif len(family) == 2:
            who += f" and {family[1]}"
        letter = self.key[-1] if self.key[-2:-1].isdigit() and self.key[-1].islower() else ""
        return who if self.year is None else f"{who} {self.year}{letter}"

    def full(self) -> str:
        """The whole reference on one line, at most six authors."""
        named = [author for author in self.authors if author != "others"]
        shown = [_initialled(author) for author in named[:6]]
        if len(named) < len(self.authors) or len(named) > 6:
            shown.append("et al")
        where = " ".join(part for part in (self.journal, str(self.year or "")) if part)
        where += (f";{self.volume}" if self.volume else "") + (f":{self.pages}" if self.pages else "")
        numbers = (("doi", self.doi), ("PMID", self.pmid), ("PMCID", self.pmcid))
        number = next((f"{name}:{number}" for name, number in numbers if number), "")
        parts = [", ".join(shown), self.title, where, number]
        return " ".join(part if part.endswith(("?", "!")) else f"{part}." for part in parts if part)


def _family(author: str) -> str:
    """Family name of ``"Family, Given"``; a name without a comma is taken whole."""
    return author.split(",")[0].strip()


def _initialled(author: str) -> str:
    """``"Lin, Bing-Liang"`` as ``"Lin BL"``."""
    family, _, given = author.partition(",")
    initials = "".join(part[0] for part in re.split(r"[\s.\-]+", given) if part)
    return f"{family.strip()} {initials}".strip()


def _plain(text: str) -> str:
    """Text without braces, LaTeX accents and line breaks."""
    text = _ACCENT.sub(lambda m: unicodedata.normalize("NFC", m[2] + _MARKS[m[1]]), text)
    text = _LETTER.sub(lambda m: _LETTERS[m[1]], text)
    text = re.sub(r"[{}]", "", text).replace(r"\&", "&").replace("--", "-")
    return " ".join(text.split())


def _value(text: str, start: int, where: str) -> tuple[str, int]:
    """The value that begins at `start`, and where it ends."""
    if text[start : start + 1] not in ("{", '"'):
        found = _WORD.match(text, start)
        if found is None:
            raise InputError(where, text[start : start + 20], "write field = {value}")
        return found[0], found.end()
    closing, depth = ("}" if text[start] == "{" else '"'), 0
    for at in range(start + 1, len(text)):
        if text[at] == closing and depth == 0:
            return text[start + 1 : at], at + 1
        depth += {"{": 1, "}": -1}.get(text[at], 0)
    raise InputError(where, text[start : start + 40], "close the braces of this value")


def parse(text: str, name: str = "refs.bib") -> dict[str, Reference]:
    """Read BibTeX.

    Parameters
    ----------
    text : str
        Content of a BibTeX file.
    name : str
        File name, for error messages.

    Returns
    -------
    dict of str to Reference

    Raises
    ------
    InputError
        If a value is not closed, or a key stands twice with differing content.

    Examples
    --------
    >>> parse("@article{Vilstrup1980, author = {Vilstrup, H}, year = 1980}")["Vilstrup1980"].short()
    'Vilstrup 1980'
    """
    out: dict[str, Reference] = {}
    at = 0
    while (entry := _ENTRY.search(text, at)) is not None:
        key, at, fields = entry[2], entry.end(), dict[str, str]()
        while (field := _FIELD.match(text, at)) is not None:
            fields[field[1].lower()], at = _value(text, field.end(), f"{name} {key}.{field[1]}")
        if _END.match(text, at) is None:
            raise InputError(f"{name} {key}", text[at : at + 40], "write fields as name = {value} and close the entry")
        _merge(out, {key: _reference(key, fields, name)}, name)
    return out


def _reference(key: str, raw: dict[str, str], name: str) -> Reference:
    fields = {field: _plain(value) for field, value in raw.items()}
    authors = tuple(_plain(a) for a in _AND.split(raw.get("author", "").strip()) if a)
    year = fields.get("year", "")
    if year and not re.fullmatch(r"\d{4}", year):
        raise InputError(f"{name} {key}.year", year, "write four digits")
    where = next((fields[f] for f in ("journal", "publisher", "school", "howpublished") if f in fields), "")
    rest = {f: fields.get(f, "") for f in ("title", "doi", "pmid", "note", "pmcid", "volume", "pages")}
    return Reference(key=key, authors=authors, journal=where, year=int(year) if year else None, **rest)


def _merge(into: dict[str, Reference], new: dict[str, Reference], name: str) -> None:
    """Add `new`; the same key twice must mean the same work, word for word."""
    for key, reference in new.items():
        if into.setdefault(key, reference) != reference:
            raise InputError(f"{name} {key}", reference.title, "keep one entry of this key, or make both equal")


@functools.cache
def _all() -> dict[str, Reference]:
    out: dict[str, Reference] = {}
    for path in sorted(files("hepatica.evidence").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".bib"):
            _merge(out, parse(path.read_text(encoding="utf-8"), path.name), path.name)
    return dict(sorted(out.items()))


def references() -> dict[str, Reference]:
    """Every work in the ``*.bib`` files of this folder, by key.

    Examples
    --------
    >>> references()["Lin2017"].short()
    'Lin et al. 2017'
    """
    return dict(_all())


def reference(key: str) -> Reference:
    """The work with this key.

    Parameters
    ----------
    key : str
        Citation key, such as ``"Lin2017"``.

    Raises
    ------
    InputError
        If no file here has the key.
    """
    found = _all().get(key)
    if found is None:
        near = difflib.get_close_matches(key, _all(), n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "add an entry to refs.bib"
        raise InputError("reference", key, hint)
    return found
