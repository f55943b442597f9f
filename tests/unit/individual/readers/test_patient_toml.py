"""patient.toml: the template is read, faults are one sentence each, and what is written is read back the same."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hepatica.errors import InputError
from hepatica.individual.readers.patient_toml import TEMPLATE, check_toml, schema, toml_text
from hepatica.laboratory_units import Bound

TODAY = dt.date(2026, 1, 1)
SECRET = "Maria Lopez 1970"


@given(st.data())
def test_what_is_written_is_read_back(tmp_path_factory, people, data):
    person = data.draw(people)
    path = tmp_path_factory.mktemp("toml") / "patient.toml"
    path.write_text(toml_text(person), encoding="utf-8")
    found = check_toml(path, TODAY)
    assert (found.refused, found.set_aside) == ((), ()) and found.person == person


def test_the_template_is_read_and_fits_the_schema():
    found = check_toml(TEMPLATE, TODAY)
    assert not (found.refused or found.set_aside or found.notes)
    assert found.person.days == (0.0, 3.0) and found.person.value("crp", 0.0).bound is Bound.BELOW
    data = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    data["admission"] = str(data["admission"])
    for row in data["labs"]:
        row |= {"date": str(row["date"])} if "date" in row else {}
    validator = Draft202012Validator(schema())
    assert not list(validator.iter_errors(data))
    assert list(validator.iter_errors(data | {"name": SECRET}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("age = ", "this is no TOML"),
        (f'name = "{SECRET}"', "name: there is no such key; use one of age"),
        ("age = 540", "age: the age is no number of years from 0 to 120"),
        ('age = "54 months old"', "age: the age is no number"),
        ('sex = "F"', "sex: sex has a word that is not known; choose one of female, male"),
        ("weight = 62", "weight: the weight is no number with its unit"),
        (f'causes = ["{SECRET}"]', "causes[0]: causes[0] has a word"),
        ('causes = "hepatitis_b"', "causes: this has another form than the template"),
        ('labs = "none"', "labs: this has another form"),
        ("admission = 2024\n[[labs]]\ndate = 2024-05-01\ninr = 2", "admission: the date has no day"),
        ("[[labs]]\ninr = 2", "labs[0]: there is no day"),
        ("[[labs]]\nday = 0\ndate = 2024-05-01\ninr = 2", "labs[0]: there are a day and a date"),
        ("[[labs]]\ndate = 2024-05-01\ninr = 2", "labs[0].date: there is a date, but no date of admission"),
        ("admission = 2024-05-01\n[[labs]]\ndate = 2099-05-01\ninr = 2", "labs[0].date: the date lies in the future"),
        ("[[labs]]\nday = 0\ncreatinine = 90", "labs[0].creatinine: creatinine has no unit; write it, as in 90 umol/L"),
        ('[[labs]]\nday = 0\nmrn = "4711"', "labs[0].mrn: there is no such key"),
        ("[[labs]]\nday = 0\ninr = true", "labs[0].inr: INR is no number"),
        ("[[labs]]\nday = 0\ninr = 2\n[[labs]]\nday = 0\ninr = 2", "labs[1].inr: INR of day 0 stands there twice"),
        ("[[labs]]\nday = 0\ninr = 2\n[[labs]]\nday = 0\ninr = 3", "labs[1].inr: INR of day 0 has two values"),
        ('[[labs]]\nday = 0\nurea = "7 mmol/L"\nurea_nitrogen = "90 mg/dL"', "urea of day 0 has two values that differ"),
        ("[[treatments]]\nday = 0", "treatments[0]: treatment has a word that is not known"),
        ('[[treatments]]\nday = 3\nuntil = 1\ntreatment = "albumin"', "treatments[0]: the end is earlier"),
        ('[[treatments]]\nday = 3\ndose = 1e6\ntreatment = "cells"', "treatments[0].dose: the dose of cells is no number"),
        ("[[visits]]\nday = 3\nuntil = 1", "visits[0]: the end is earlier"),
        ('[outcome]\nkind = "gone"', "outcome.kind: outcome.kind has a word"),
        ("outcome = 3", "outcome: this has another form"),
        ('[[labs]]\nday = 9\ninr = 2\n[outcome]\nkind = "died"\nday = 2', "outcome: a lab of day 9 is later than the death"),
    ],
)  # fmt: skip
def test_each_fault_is_one_sentence_and_repeats_nothing(tmp_path, text, says):
    path = tmp_path / "patient.toml"
    path.write_text(text, encoding="utf-8")
    try:
        told = [remark.text() for remark in check_toml(path, TODAY).refused]
    except InputError as error:
        told = [str(error)]
    assert len(told) == 1 and says in told[0] and told[0].startswith("patient.toml")
    assert SECRET not in told[0] and "4711" not in told[0] and "\n" not in told[0]


def test_empty_text_is_not_measured(tmp_path):
    path = tmp_path / "patient.toml"
    path.write_text('[[labs]]\nday = 0\ninr = 2\nalt = ""\n')
    found = check_toml(path, TODAY)
    assert [r.code for r in found.set_aside] == ["absent"] and found.person.names == ("inr",)


def test_another_encoding_is_refused(tmp_path):
    path = tmp_path / "patient.toml"
    path.write_bytes("# Kreatinin µmol".encode("latin-1"))
    with pytest.raises(InputError, match="not in UTF-8"):
        check_toml(path, TODAY)
