"""Codes of conditions and treatments: names are those of a record, and beginnings count only where they may."""

import tomllib

import pytest

from hepatica.individual.person import TREATMENTS, Background, Cause
from hepatica.individual.readers.fhir.codes import TABLE, Kind, meanings
from hepatica.individual.readers.lab_table import analytes

ICD, SNOMED, ATC = "http://hl7.org/fhir/sid/icd-10", "http://snomed.info/sct", "http://www.whocc.no/atc"


def test_every_name_is_one_of_a_record():
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    assert set(table["cause"]) <= {c.value for c in Cause}
    assert set(table["background"]) <= {b.value for b in Background}
    assert set(table["treatment"]) <= set(TREATMENTS) and set(table["sign"]) <= set(analytes())


@pytest.mark.parametrize(
    ("system", "code", "kind", "found"),
    [
        (ICD, "K70.3", Kind.CAUSE, {"alcohol"}),
        (ICD, "K70.3", Kind.BACKGROUND, {"cirrhosis"}),
        (f"{ICD}-cm", "K70.31", Kind.BACKGROUND, {"cirrhosis", "decompensated_cirrhosis"}),
        (ICD, "B18.1", Kind.CAUSE, {"hepatitis_b"}),
        (SNOMED, "19943007", Kind.BACKGROUND, {"cirrhosis"}),
        (SNOMED, "199430071", Kind.BACKGROUND, set()),
        (SNOMED, "K70.3", Kind.CAUSE, set()),
        (ATC, "H02AB06", Kind.TREATMENT, {"corticosteroid"}),
        ("", "K70", Kind.CAUSE, set()),
        ("urn:hepatica:treatment", "cells", Kind.TREATMENT, {"cells"}),
        ("urn:hepatica:cause", "cells", Kind.TREATMENT, set()),
    ],
)
def test_meanings(system, code, kind, found):
    assert meanings([(system, code)], kind) == found
