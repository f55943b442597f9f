"""Any file of a person: by its ending, strict and in full, and written back."""

import datetime as dt
import json

import pytest

from hepatica.errors import InputError
from hepatica.individual import Person, check_person, read_person, read_persons, write_person
from hepatica.individual.person import Measurement, Sex
from hepatica.individual.readers import read

ONE = Person(age=54.0, sex=Sex.MALE, measurements=(Measurement(day=0.0, name="creatinine", value=1.01808),))
MAPPING = {"labs": {"creatinine": {"column": "Cr", "unit": "umol/L"}}, "day": "Day", "person": "id"}


@pytest.mark.parametrize("name", ["patient.toml", "patient.json"])
def test_a_record_goes_out_and_comes_back(tmp_path, name):
    assert read_person(write_person(tmp_path / name, ONE)) == ONE


def test_one_person_of_a_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,Day,Cr\n1,0,90\n")
    assert read_person(path, MAPPING).value("creatinine", 0.0).value == pytest.approx(1.01808)
    path.write_text("id,Day,Cr\n1,0,90\n2,0,80\n")
    assert list(read_persons(path, MAPPING)) == ["1", "2"]
    with pytest.raises(InputError, match="holds 2 people"):
        read_person(path, MAPPING)


def test_strict_and_in_full(tmp_path):
    path = tmp_path / "patient.toml"
    path.write_text('[[labs]]\nday = 0\ncreatinine = 90\nalt = "40 U/L"\n')
    found = check_person(path)
    assert [r.code for r in found.refused] == ["unit_missing"] and found.person.names == ("alt",)
    with pytest.raises(InputError, match="creatinine has no unit"):
        read_person(path)


def test_files_that_cannot_be_used(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    with pytest.raises(InputError, match="cannot be read"):
        read_person(path, MAPPING)
    path.write_text("id,Day,Cr\n1,0,90\n")
    with pytest.raises(InputError, match="needs a mapping"):
        read_person(path)
    (tmp_path / "a.xls").write_text("")
    with pytest.raises(InputError, match="kind of file"):
        read_person(tmp_path / "a.xls")
    with pytest.raises(InputError, match="kind of file"):
        read_persons(write_person(tmp_path / "p.toml", ONE), MAPPING)
    with pytest.raises(InputError, match="ends in .toml or .json"):
        write_person(tmp_path / "p.txt", ONE)
    with pytest.raises(InputError, match="admission: got .* a FHIR Bundle"):
        read_person(path, MAPPING, admission=dt.date(2024, 5, 1))
    monkeypatch.setattr(read, "MAX_BYTES", 4)
    with pytest.raises(InputError, match="larger than 0 MiB"):
        read_person(path, MAPPING)


def test_what_is_written_has_no_dates(tmp_path):
    text = write_person(tmp_path / "p.json", ONE).read_text()
    assert "birthDate" not in text and json.loads(text)["entry"][0]["resource"] == {
        "resourceType": "Patient",
        "gender": "male",
    }
