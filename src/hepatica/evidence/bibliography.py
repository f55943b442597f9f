"""Checks of the bibliography that ships: uncited entries, titles made up for it, works that nobody could find."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable

from hepatica.evidence.references import Reference, references


class BibliographyRule(StrEnum):
    """Rule that an entry of the bibliography breaks."""

    UNCITED = "uncited"
    OWN_TITLE = "own_title"
    SILENT_WITHOUT_TITLE = "silent_without_title"
    UNFINDABLE = "unfindable"


@dataclass(frozen=True)
class BibliographyFault:
    """An entry that breaks a rule.

    Attributes
    ----------
    key : str
    rule : BibliographyRule
    """

    key: str
    rule: BibliographyRule


def check_bibliography(
    works: Mapping[str, Reference] | None = None, text: str | None = None
) -> list[BibliographyFault]:
    """Check every entry by every rule.

    Parameters
    ----------
    works : mapping of str to Reference, optional
        Those that ship unless given.
    text : str, optional
        What may cite them; all code and tables of the package unless given.

    Returns
    -------
    list of BibliographyFault
        In the order of the keys, then of the rules.

    Examples
    --------
    >>> check_bibliography()
    []
    """
    works = references() if works is None else works
    cited = frozenset(re.findall(r"\w+", package_text() if text is None else text))
    broken: dict[BibliographyRule, Callable[[Reference], bool]] = {
        BibliographyRule.UNCITED: lambda w: w.key not in cited,
        BibliographyRule.OWN_TITLE: lambda w: (
            bool(w.title) and bool(re.search(r"title[^;,]* ours|our own title", w.note))
        ),
        BibliographyRule.SILENT_WITHOUT_TITLE: lambda w: not w.title and "title" not in w.note and w.confirmed,
        BibliographyRule.UNFINDABLE: lambda w: not (w.doi or w.pmid or w.pmcid or w.title or w.volume) and w.confirmed,
    }
    return [
        BibliographyFault(key, rule) for key in sorted(works) for rule, breaks in broken.items() if breaks(works[key])
    ]


def package_text() -> str:
    """All code and tables of the package, in which works are cited by key."""
    return "\n".join(p.read_text(encoding="utf-8") for p in _sources(files("hepatica")))


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".toml")):
            yield entry
