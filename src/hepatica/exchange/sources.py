"""Annotations of source: notes for readers, MIRIAM identifiers for machines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hepatica.errors import HepaticaError
from hepatica.evidence import references

NAMESPACE = "urn:hepatica:row"
XHTML = "http://www.w3.org/1999/xhtml"
LIVER, HUMAN = "http://identifiers.org/uberon/UBERON:0002107", "http://identifiers.org/taxonomy/9606"


def keys(cite: str) -> list[str]:
    """Keys of works in the `cite` of a row or of a flow.

    Examples
    --------
    >>> keys("Couto2011, 41 % at 3 h; Gholamrezanezhad2011, midpoint")
    ['Couto2011', 'Gholamrezanezhad2011']
    """
    known = references()
    return list(dict.fromkeys(k for part in cite.split(";") if (k := part.split(",")[0].strip()) in known))


def identifier(key: str) -> str:
    """Address of a work by DOI, else by PubMed number, else nothing.

    Examples
    --------
    >>> identifier("Lin2017")
    'https://doi.org/10.1002/hep.29189'
    """
    work = references()[key]
    if work.doi:
        return f"https://doi.org/{work.doi}"
    return f"http://identifiers.org/pubmed/{work.pmid}" if work.pmid else ""


def notes(element: Any, lines: Iterable[tuple[str, str]]) -> None:
    """Give an element notes: (what, text) on one line each, those without text left out."""
    rows = "".join(f"<p>{escape(f'{what}: {text}' if what else text)}</p>" for what, text in lines if text)
    _ok(element.setNotes(f'<body xmlns="{XHTML}">{rows}</body>'))


def row(element: Any, **values: str) -> None:
    """Say in a form for machines which row of the model an element is."""
    written = " ".join(f"{k}={quoteattr(v)}" for k, v in values.items() if v)
    _ok(element.appendAnnotation(f'<hepatica:row xmlns:hepatica="{NAMESPACE}" {written}/>'))


def described_by(sbml: Any, element: Any, cite: str) -> None:
    """Point to the works that a number or an equation was taken from."""
    addresses = [address for key in keys(cite) if (address := identifier(key))]
    if addresses:
        refer(sbml, element, sbml.BQB_IS_DESCRIBED_BY, addresses)


def refer(sbml: Any, element: Any, qualifier: int, addresses: Iterable[str]) -> None:
    """Attach addresses under a qualifier of biology; the element has an id already."""
    if not element.isSetMetaId():
        _ok(element.setMetaId("meta_" + re.sub(r"\W", "_", element.getId())))
    term = sbml.CVTerm()
    _ok(term.setQualifierType(sbml.BIOLOGICAL_QUALIFIER))
    _ok(term.setBiologicalQualifierType(qualifier))
    for address in addresses:
        _ok(term.addResource(address))
    _ok(element.addCVTerm(term))


def works(cite: str) -> str:
    """The works cited, written out."""
    return " ".join(references()[k].full() for k in keys(cite))


def _ok(code: int) -> None:
    if code != 0:
        raise HepaticaError(f"libSBML refused an annotation (code {code})")
