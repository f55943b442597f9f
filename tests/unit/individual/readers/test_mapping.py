"""Mappings of columns: what is open, missing, unknown or of a wrong unit is refused."""

import datetime as dt

import pytest

from hepatica.errors import InputError
from hepatica.individual.readers.cohort import read_cohort
from hepatica.individual.readers.columns import LabColumn
from hepatica.individual.readers.mapping import ColumnMapping, read_mapping

LABS = {"creatinine": {"column": "Cr", "unit": "umol/L"}}


def test_a_mapping_from_toml(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text(
        'person = "pid"\ndate = "Date"\nadmission = 2024-05-01\nlong = { test = "T", value = "V", unit = "U" }\n'
        'sex = { column = "S", words = { female = ["F"] } }\n[labs]\ninr = { column = "INR" }\n'
    )
    found = read_mapping(path)
    assert found.admission == dt.date(2024, 5, 1) and found.labs == {"inr": LabColumn(column="INR")}
    assert list(found.columns()) == ["pid", "Date", "T", "V", "U", "S"]
    assert read_mapping(found) is found


def test_columns_of_a_wide_file():
    made = ColumnMapping(
        labs={"alt": {"column": "ALT", "unit_column": "ALT unit"}},
        date="Date",
        admission="Admitted",
        age={"column": "Age"},
        outcome={"column": "Died", "words": {"died": ["1"]}},
        outcome_day="Day of death",
        treatments={"albumin": {"column": "Alb given", "words": {"given": ["y"]}}},
    )
    assert list(made.columns()) == ["Date", "Day of death", "Admitted", "ALT", "ALT unit", "Age", "Died", "Alb given"]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"day": "Day"}, "(labs)"),
        ({"labs": LABS}, "(day, date, visits)"),
        ({"labs": LABS, "day": "Day", "date": "Date", "admission": "first row"}, "(day, date, visits)"),
        ({"labs": LABS, "date": "Date"}, "(admission)"),
        ({"labs": LABS, "day": "Day", "mrn": "MRN"}, "(mrn)"),
        ({"labs": LABS, "day": "Day", "separator": ":"}, "(separator)"),
        ({"labs": LABS, "day": "?"}, "leaves day open"),
        ({"labs": {"creatinine": {"column": "Cr", "unit": "?"}}, "day": "Day"}, "leaves labs.creatinine.unit open"),
        ({"labs": LABS, "day": "Day", "sex": {"column": "S", "words": {"male": ["?"]}}}, "leaves sex.words.male open"),
        ({"labs": {"glucose": {"column": "G"}}, "day": "Day"}, "a lab that the model does not take"),
        ({"labs": {"creatinine": {"column": "Cr"}}, "day": "Day"}, "gives creatinine a unit that cannot be used"),
        ({"labs": {"creatinine": {"column": "Cr", "unit": "UMOL/L"}}, "day": "Day"}, "as in 90 umol/L"),
    ],
)
def test_refused_mappings(mapping, says):
    with pytest.raises(InputError) as told:
        read_mapping(mapping)
    assert says in str(told.value) and str(told.value).startswith("mapping: ")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="TOML file that can be read"):
        read_mapping(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("= 3")
    with pytest.raises(InputError, match="bad.toml: the mapping has a key"):
        read_mapping(tmp_path / "bad.toml")


LABS = {
    "bilirubin": {"column": "TBIL", "unit": "mg/dL"},
    "inr": {"column": "INR"},
    "platelets": {"column": "PLT", "unit": "1e9/L"},
}
LONG = {"test": "t", "value": "v"}


@pytest.mark.parametrize(
    "change, key",
    [
        ({"day": "d", "visits": {"0": "{}"}}, "visits"),
        ({"visits": {"first": "{}"}}, "visits"),
        ({"visits": {"0": "TBIL"}}, "visits"),
        ({"visits": {"0": "v"}, "long": LONG}, "long.value"),
        ({"day": "d", "long": {"test": "t"}}, "long.value"),
        ({"day": "d", "day_words": {"soon": ["x"]}}, "day_words"),
        ({"day": "d", "people": {"file": "../other.csv", "person": "id"}}, "people"),
        ({"day": "d", "header_line": 3, "first_line": 2}, "first_line"),
        (
            {"day": "d", "labs": LABS | {"encephalopathy": {"column": "HE", "words": {"II": ["II"]}}}},
            "encephalopathy.words",
        ),
    ],
)
def test_a_mapping_that_contradicts_itself(change, key):
    with pytest.raises(InputError, match=key):
        read_mapping({"labs": LABS, "person": "id"} | change)


def test_a_lab_without_a_column_on_any_day_and_a_person_twice(tmp_path):
    path = tmp_path / "made.csv"
    path.write_text("id,TBIL_d0,PLT_d0\n7,20,100\n")
    with pytest.raises(InputError, match="INR_d0"):
        read_cohort(path, {"labs": LABS, "person": "id", "visits": {"0": "{}_d0"}})
    path.write_text("id,day,INR\n7,0,2\n")
    (tmp_path / "people.csv").write_text("id,age\n7,50\n7,51\n")
    second = {"file": "people.csv", "person": "id"}
    with pytest.raises(InputError, match="two rows"):
        read_cohort(path, {"labs": {"inr": {"column": "INR"}}, "person": "id", "day": "day", "people": second})


def test_another_encoding_than_the_mapping_says(tmp_path):
    path = tmp_path / "made.csv"
    path.write_bytes(b"\xff,day,INR\n1,0,2\n")
    labs = {"labs": {"inr": {"column": "INR"}}, "day": "day"}
    with pytest.raises(InputError, match="UTF-8"):
        read_cohort(path, labs)
    with pytest.raises(InputError, match="shift_jis"):
        read_cohort(path, labs | {"encoding": "shift_jis"})
