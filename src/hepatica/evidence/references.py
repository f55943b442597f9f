"""Bibliography: the works cited by the model, read from the BibTeX files beside this module."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, Entry

from hepatica.errors import InputError

_NO_COMMA = re.compile(r"\}\s*\w+\s*=\s*[{\"]")
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
        """True where no bibliographic detail of this entry is marked as not confirmed."""
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
        If an entry is not BibTeX, or a key stands twice with differing content.

    Examples
    --------
    >>> parse("@article{Vilstrup1980, author = {Vilstrup, H}, year = 1980}")["Vilstrup1980"].short()
    'Vilstrup 1980'
    """
    out: dict[str, Reference] = {}
    library = parse_string(text)
    twice = [b for b in library.failed_blocks if isinstance(b, DuplicateBlockKeyBlock)]
    broken = next((b for b in library.failed_blocks if b not in twice), None)
    if broken is not None:
        got, line = (broken.raw or "").strip()[:40], (broken.start_line or 0) + 1
        raise InputError(f"{name}, line {line}", got, "write @type{key, field = {value}, ...}")
    again = [b.ignore_error_block for b in twice]
    for entry in (*library.entries, *(e for e in again if isinstance(e, Entry))):
        fields = {field.key.lower(): str(field.value) for field in entry.fields}
        for key, value in fields.items():
            if not value or _NO_COMMA.search(value):
                raise InputError(f"{name} {entry.key}.{key}", value, "write field = {value}, with a comma after it")
        _merge(out, {entry.key: _reference(entry.key, fields, name)}, name)
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
    reference = _all().get(key)
    if reference is None:
        near = difflib.get_close_matches(key, _all(), n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "add an entry to refs.bib"
        raise InputError("reference", key, hint)
    return reference
