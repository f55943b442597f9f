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


def _verhoeff(code):
    """Check of an identifier of SNOMED CT: zero, where its last digit is the right one."""
    step = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    check = 0
    for place, digit in enumerate(map(int, reversed(code))):
        for _ in range(place % 8):
            digit = step[digit]
        # multiplication in the dihedral group of ten elements
        check = (check + digit if check < 5 else check - digit) % 5 + 5 * ((check < 5) != (digit < 5))
    return check


def test_identifiers_of_snomed_ct_have_their_check_digit():
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    codes = {code for rows in table.values() for row in rows.values() for code in row.get("snomed", [])}
    assert len(codes) == 24 and {_verhoeff(code) for code in codes} == {0}
    assert _verhoeff("19943070") and _verhoeff("19934007")


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
