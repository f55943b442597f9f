"""Refusals of a reader: what cannot be used and why, one sentence each, in both languages.

A refusal keeps codes and blanks, never a cell or a name that could say who the person is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hepatica.errors import HepaticaError, InputError
from hepatica.variables import variables
from hepatica.words import say


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Sentence about a place in a file.

    Attributes
    ----------
    code : str
        Key of the sentence in ``words/person.toml``, without its topic.
    where : str
        Place in the file: line and column, entry, or key.
    blanks : mapping of str to str
        What the sentence takes.
    """

    code: str
    where: str
    blanks: Mapping[str, str] = field(default_factory=dict)

    def text(self, lang: str = "en") -> str:
        """Sentence in a language, after the place.

        Examples
        --------
        >>> Remark(code="no_number", where="labs[0].inr", blanks={"lab": "inr"}).text()
        'labs[0].inr: INR is no number; write one such as 1.2 mg/dL or <5 U/L.'
        """
        blanks = dict(self.blanks)
        if "lab" in blanks:
            blanks["lab"] = _label(blanks["lab"], lang)
        return f"{self.where}: {say(f'person.fault_{self.code}', lang, **blanks)}"


def _label(lab: str, lang: str) -> str:
    """Label of a lab, or the text itself where there is no such lab."""
    known = variables().get(lab)
    return lab if known is None else known.label[lang]


class Refused(InputError):
    """A file or a part of it that a reader refuses.

    Parameters
    ----------
    remark : Remark
        The first refusal.
    more : int
        How many others there are.
    """

    def __init__(self, remark: Remark, more: int = 0) -> None:
        self.remark, self.more = remark, more
        self.where, self.got, self.allowed = remark.where, remark.code, remark.text()
        others = say("person.more", "en", n=more)
        tail = f" ({others})" if more else ""
        HepaticaError.__init__(self, remark.text().rstrip(".") + tail)


def refuse(code: str, where: str, **blanks: object) -> Refused:
    """Error about a whole file.

    Examples
    --------
    >>> str(refuse("no_bundle", "x.json"))
    'x.json: this is no FHIR Bundle; give one whose resourceType is Bundle'
    """
    return Refused(Remark(code=code, where=where, blanks={key: str(value) for key, value in blanks.items()}))
