"""Bundles that are written: valid R4B, without identity, and read back as the same record."""

import datetime as dt
import json

from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.individual.readers.fhir.bundle import check_fhir
from hepatica.individual.readers.fhir.writer import DAY_ZERO, bundle_of

TODAY = dt.date(2026, 1, 1)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_record_is_valid_r4b_and_read_back_the_same(tmp_path_factory, people, data):
    person = data.draw(people)
    path = tmp_path_factory.mktemp("fhir") / "bundle.json"
    path.write_text(json.dumps(bundle_of(person)), encoding="utf-8")
    Bundle.model_validate(json.loads(path.read_text(encoding="utf-8")))
    found = check_fhir(path, TODAY)
    assert found.refused == () and found.notes == () and found.person == person


def test_nothing_in_it_identifies(bundle, written):
    person = check_fhir(written(bundle), TODAY).person
    text = json.dumps(bundle_of(person))
    assert not any(word in text for word in ("Lopez", "4711", "2024", "1970", "birthDate", "identifier", "name"))
    assert str(DAY_ZERO.year) in text and "ANONYED" in text
