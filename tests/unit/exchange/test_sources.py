"""Annotations: keys of works out of a citation, and their addresses."""

from types import SimpleNamespace

import pytest

from hepatica.errors import HepaticaError
from hepatica.evidence import references
from hepatica.exchange.sources import identifier, keys, notes, works


def test_keys_are_those_of_known_works_once_each():
    assert keys("Couto2011, 41 % at 3 h; Gholamrezanezhad2011, midpoint; Couto2011; Nobody1900") == [
        "Couto2011",
        "Gholamrezanezhad2011",
    ]


def test_an_address_is_a_doi_else_a_pubmed_number():
    for key, work in references().items():
        address = identifier(key)
        if work.doi:
            assert address == f"https://doi.org/{work.doi}"
        elif work.pmid:
            assert address.endswith(f"pubmed/{work.pmid}")
        else:
            assert address == ""
    assert works("Lin2017") == references()["Lin2017"].full()


def test_a_refusal_of_libsbml_is_an_error():
    element = SimpleNamespace(setNotes=lambda text: -3 if "<p>b &lt; c</p>" in text else 0)
    notes(element, [("what", "a"), ("", "")])
    with pytest.raises(HepaticaError, match="refused an annotation .code -3."):
        notes(element, [("", "b < c")])
