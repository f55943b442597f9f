"""People of CSV files of any columns: wide and long, units by column, by row and in cells, dates and days."""

import datetime as dt

import pytest

from hepatica.errors import InputError
from hepatica.individual.person import Background, Cause, GivenTreatment, OutcomeKind, Sex
from hepatica.individual.readers.mapped_csv import check_csv
from hepatica.individual.readers.mapping import ColumnMapping
from hepatica.laboratory_units import Bound

TODAY = dt.date(2026, 1, 1)
SECRET = "MARIA-LOPEZ-1970"
CREATININE = {"creatinine": {"column": "Cr", "unit": "umol/L"}}


def check(tmp_path, text, **mapping):
    path = tmp_path / "made.csv"
    path.write_text(text, encoding="utf-8")
    return check_csv(path, ColumnMapping(**mapping), TODAY)


def one(tmp_path, text, **mapping):
    (found,) = check(tmp_path, text, **mapping).values()
    return found


def told(found):
    return [remark.text() for remark in found.refused]


def test_a_wide_file_with_everything(tmp_path):
    text = (
        "Day;Cr;INR;T-Bil;Bil unit;HE;Age;Wt;Sex;Cause;Liver;End;End day;PE\n"
        "0;90;2,3;320;umol/L;1;54;62;W;HBV;Z;tot;20;Did\n3;<40;;5,3;mg/dL;n.d.;54;70;W;HBV;Z;tot;20;NotDone\n"
    )
    labs = CREATININE | {
        "inr": {"column": "INR"},
        "bilirubin": {"column": "T-Bil", "unit_column": "Bil unit"},
        "encephalopathy": {"column": "HE"},
    }
    found = one(
        tmp_path,
        text,
        labs=labs,
        day="Day",
        separator=";",
        decimal=",",
        missing=["n.d."],
        age={"column": "Age"},
        weight={"column": "Wt", "unit": "kg"},
        sex={"column": "Sex", "words": {"female": ["W"], "male": ["M"]}},
        causes={"column": "Cause", "words": {"hepatitis_b": ["HBV"]}},
        background={"column": "Liver", "words": {"cirrhosis": ["Z"]}},
        outcome={"column": "End", "words": {"died": ["tot"]}},
        outcome_day="End day",
        treatments={"plasma_exchange": {"column": "PE", "words": {"given": ["Did"], "not": ["NotDone"]}}},
    )
    person = found.person
    assert not (found.refused or found.set_aside or found.notes)
    assert (person.age, person.weight, person.sex) == (54.0, 62.0, Sex.FEMALE)
    assert person.causes == (Cause.HEPATITIS_B,) and person.background is Background.CIRRHOSIS
    assert (person.outcome.kind, person.outcome.day) == (OutcomeKind.DIED, 20.0)
    assert person.treatments == (GivenTreatment(treatment="plasma_exchange", day=0.0),)
    assert person.value("bilirubin", 0.0).value == pytest.approx(18.709, rel=1e-4)
    assert person.value("bilirubin", 3.0).value == 5.3 and person.value("creatinine", 3.0).bound is Bound.BELOW
    assert person.value("inr", 0.0).value == 2.3 and person.value("encephalopathy", 3.0) is None


def test_a_long_file_of_several_people(tmp_path):
    text = (
        f"id,when,test,value,unit\n{SECRET},01/05/2024 06:00,Crea,90,umol/L\n{SECRET},04/05/2024 12:00,Crea,1.2,mg/dL\n"
        "b,09/05/2024 00:00,Crea,1,mg/dL\nb,09/05/2024 00:00,Rh,+,\n"
    )
    found = check(
        tmp_path,
        text,
        person="id",
        date="when",
        date_format="%d/%m/%Y %H:%M",
        admission="first row",
        long={"test": "test", "value": "value", "unit": "unit"},
        labs={"creatinine": {"column": "Crea"}},
    )
    assert [c.person.days for c in found.values()] == [(0.25, 3.5), (0.0,)]
    assert [r.code for c in found.values() for r in c.notes] == ["day_zero_row"] * 2
    assert [r.blanks["n"] for r in found["b"].set_aside] == ["1"] and not told(found["b"])
    assert SECRET not in repr(list(found.values()))


def test_days_from_a_column_of_admissions(tmp_path):
    text = "Date,Adm,Cr\n2024-05-03,2024-05-01,90\n2024-05-04,,80\n"
    found = one(tmp_path, text, date="Date", admission="Adm", labs=CREATININE)
    assert found.person.days == (2.0, 3.0) and not found.refused


def test_units_in_cells(tmp_path):
    labs = {"white_cells": {"column": "WBC", "unit": "in cell"}}
    found = one(tmp_path, "Day,WBC\n0,7e9/L\n1,7000/uL\n2,7 K/uL\n3,7\n", day="Day", labs=labs)
    assert [m.value for m in found.person.measurements] == pytest.approx([7.0] * 3)
    assert told(found) == ["made.csv, line 5, WBC: white cells has no unit; write it, as in 7.2 1e9/L."]


@pytest.mark.parametrize(
    ("text", "mapping", "says"),
    [
        ("Day,Cr\n0,90 mg/dL\n", {"day": "Day"}, "line 2, Cr: unit and code of creatinine are two units that differ"),
        ("Day,Cr\n0,9000\n", {"day": "Day"}, "line 2, Cr: creatinine is beyond what can be measured"),
        (f"Day,Cr\n0,{SECRET}\n", {"day": "Day"}, "line 2, Cr: creatinine is no number"),
        ('Day,Cr\n0,"1,2"\n', {"day": "Day"}, "line 2, Cr: creatinine has a comma"),
        (f"Day,Cr\n{SECRET},90\n", {"day": "Day"}, "line 2, Day: this is no date"),
        ("Day,Cr\n,90\n", {"day": "Day"}, "line 2, Day: there is no day"),
        ("Day,Cr\n0,90\n0,90\n", {"day": "Day"}, "line 3, Cr: creatinine of day 0 stands there twice"),
        ("Day,Cr\n0,90\n0,95\n", {"day": "Day"}, "line 3, Cr: creatinine of day 0 has two values that differ"),
        ("D,Cr\n2099-01-01,90\n", {"date": "D", "admission": dt.date(2024, 1, 1)}, "lies in the future"),
        ("D,A,Cr\n2024-01-01,2024-01-01,90\n2024-01-01,2024-01-02,80\n", {"date": "D", "admission": "A"},
         "A changes from row to row"),
        (f"Day,Cr,Sex\n0,90,{SECRET}\n", {"day": "Day", "sex": {"column": "Sex", "words": {"male": ["M"]}}},
         "line 2, Sex: Sex has a word that is not known; choose one of M"),
        ("Day,Cr,Sex\n0,90,M\n1,90,F\n",
         {"day": "Day", "sex": {"column": "Sex", "words": {"male": ["M"], "female": ["F"]}}},
         "line 3, Sex: there are two values of sex"),
        ("Day,Cr\n0,\n", {"day": "Day"}, "there is no lab that the model takes"),
    ],
)  # fmt: skip
def test_each_fault_is_one_sentence_and_repeats_nothing(tmp_path, text, mapping, says):
    sentences = told(one(tmp_path, text, labs=CREATININE, **mapping))
    assert says in sentences[0] and sentences[0].startswith("made.csv") and SECRET not in "".join(sentences)


def test_a_column_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no column that the mapping calls Cr"):
        check(tmp_path, "Day,Crea\n0,90\n", day="Day", labs=CREATININE)
