"""People of CSV files of any columns: wide and long, units by column, by row and in cells, dates and days."""

import datetime as dt
import gzip

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.person import Background, Cause, GivenTreatment, OutcomeKind, Sex
from hepatica.individual.readers.cohort import read_cohort
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


def test_a_range_has_a_unit_where_the_lab_has_one(tmp_path):
    labs = {"encephalopathy": {"column": "HE"}, **CREATININE}
    sentences = told(one(tmp_path, "Day,HE,Cr\n0,7,9000\n", day="Day", labs=labs))
    assert any("(0 to 4); check" in text for text in sentences) and any(" mg/dL); check" in text for text in sentences)


def test_a_column_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no column that the mapping calls Cr"):
        check(tmp_path, "Day,Crea\n0,90\n", day="Day", labs=CREATININE)


# Ten layouts of the same two people, each read by its mapping alone, are the same cohort.

WORDS = {"0": ["none", "无", "0"], "2": ["II", "2级", "Grade 2"]}
ENDS = {"alive": ["0", "存活", "alive"], "died": ["1", "死亡", "dead"]}
GRADE = {"column": "HE", "words": WORDS}
LABS = {
    "bilirubin": {"column": "TBIL", "unit": "mg/dL"},
    "inr": {"column": "INR"},
    "platelets": {"column": "PLT", "unit": "1e9/L"},
}
PEOPLE = {"age": {"column": "age"}, "outcome": {"column": "dead", "words": ENDS}}
BOTH = {"labs": LABS | {"encephalopathy": GRADE}, "person": "id"} | PEOPLE
DAYS = BOTH | {"day": "day"}

LAYOUTS = {
    "a row a day": (
        "id,day,TBIL,INR,PLT,HE,age,dead\n"
        "7,0,20,2.5,1050,II,50,1\n7,6,12,1.8,95,,50,1\n8,0,8,1.6,140,none,61,0\n8,6,6,1.4,,,61,0\n",
        DAYS,
    ),
    "a row a lab, Chinese": (
        "住院号,天数,项目,结果,单位,年龄,转归\n"
        "7,0,总胆红素,342.08,umol/L,50,死亡\n7,0,国际标准化比值,2.5,,50,死亡\n7,0,血小板,1050,10^9/L,50,死亡\n"
        "7,0,肝性脑病,2级,,50,死亡\n7,6,总胆红素,205.248,umol/L,50,死亡\n7,6,国际标准化比值,1.8,,50,死亡\n"
        "7,6,血小板,95,10^9/L,50,死亡\n8,0,总胆红素,136.832,umol/L,61,存活\n8,0,国际标准化比值,1.6,,61,存活\n"
        "8,0,血小板,140,10^9/L,61,存活\n8,0,肝性脑病,无,,61,存活\n8,6,总胆红素,102.624,umol/L,61,存活\n"
        "8,6,国际标准化比值,1.4,,61,存活\n",
        {
            "person": "住院号",
            "day": "天数",
            "long": {"test": "项目", "value": "结果", "unit": "单位"},
            "encoding": "gb18030",
            "labs": {
                "bilirubin": {"column": "总胆红素"},
                "inr": {"column": "国际标准化比值"},
                "platelets": {"column": "血小板"},
                "encephalopathy": {"column": "肝性脑病", "words": WORDS},
            },
            "age": {"column": "年龄"},
            "outcome": {"column": "转归", "words": ENDS},
        },
    ),
    "a row a person, days side by side": (
        "id|TBIL_d0|TBIL_d6|INR_d0|INR_d6|PLT_d0|PLT_d6|HE_d0|age|dead\n"
        "7|20|12|2.5|1.8|1050|95|II|50|1\n8|8|6|1.6|1.4|140||none|61|0\n",
        BOTH | {"separator": "|", "visits": {"0": "{}_d0", "6": "{}_d6"}},
    ),
    "labs in rows, days in columns": (
        "id,test,unit,first,day 6,age,dead\n7,TBIL,mg/dL,20,12,50,1\n7,INR,,2.5,1.8,50,1\n7,PLT,K/uL,1050,95,50,1\n"
        "7,HE,,II,,50,1\n8,TBIL,mg/dL,8,6,61,0\n8,INR,,1.6,1.4,61,0\n8,PLT,K/uL,140,,61,0\n8,HE,,none,,61,0\n",
        PEOPLE
        | {
            "person": "id",
            "long": {"test": "test", "unit": "unit"},
            "visits": {"0": "first", "6": "day 6"},
            "labs": {name: {"column": lab["column"]} for name, lab in LABS.items()} | {"encephalopathy": GRADE},
        },
    ),
    "decimal commas, dates, a title and a line of units": (
        "Kohorte 4;;;;;;;\nNr;Datum;Bili;INR;PLT;HE;Alter;tot\n;;mg/dl;;G/l;;Jahre;\n"
        "7;01.05.2024;20,0;2,5;1.050;II;50;1\n7;07.05.2024;12,0;1,8;95;;50;1\n"
        "8;30.05.2024;8,0;1,6;140;none;61;0\n8;05.06.2024;6,0;1,4;;;61;0\n",
        {
            "person": "Nr",
            "date": "Datum",
            "date_format": "%d.%m.%Y",
            "admission": "first row",
            "decimal": ",",
            "thousands": ".",
            "separator": ";",
            "encoding": "cp1252",
            "header_line": 2,
            "first_line": 4,
            "labs": LABS | {"bilirubin": {"column": "Bili", "unit": "mg/dL"}, "encephalopathy": GRADE},
            "age": {"column": "Alter"},
            "outcome": {"column": "tot", "words": ENDS},
        },
    ),
    "named visits": (
        "id,day,TBIL,INR,PLT,HE,age,dead\n7,baseline,20,2.5,1050,II,50,1\n7,day 6,12,1.8,95,,50,1\n"
        "8,baseline,8,1.6,140,none,61,0\n8,day 6,6,1.4,,,61,0\n",
        DAYS | {"day_words": {"0": ["baseline"], "6": ["day 6"]}},
    ),
    "hours from one, units in cells": (
        "id,day,TBIL,INR,PLT,HE,age,dead\n7,1,342.08 umol/L,2.5,1050 K/uL,II,50,1\n"
        "7,145,205.248 umol/L,1.8,95 K/uL,,50,1\n8,1,136.832 umol/L,1.6,140 K/uL,none,61,0\n8,145,102.624 umol/L,1.4,,,61,0\n",
        DAYS
        | {
            "day_unit": "hour",
            "day_zero": 1,
            "labs": LABS
            | {name: LABS[name] | {"unit": "in cell"} for name in ("bilirubin", "platelets")}
            | {"encephalopathy": GRADE},
        },
    ),
    "a column of units, a column of admissions, times": (
        "id,in,date,TBIL,u,INR,PLT,HE,age,dead\n"
        "7,2024-05-01,2024-05-01 06:10,20,mg/dL,2.5,1050,Grade 2,50,dead\n"
        "7,2024-05-01,2024-05-07 23:00,205.248,umol/L,1.8,95,NK,50,dead\n"
        "8,2024-05-03,2024-05-03 07:00,136.832,umol/L,1.6,140,none,61,alive\n"
        "8,2024-05-03,2024-05-09 07:00,6,mg/dL,1.4,NK,NK,61,alive\n",
        BOTH
        | {
            "date": "date",
            "admission": "in",
            "missing": ["NK"],
            "labs": LABS | {"bilirubin": {"column": "TBIL", "unit_column": "u"}, "encephalopathy": GRADE},
        },
    ),
    "people in a second table": (
        "id,day,TBIL,INR,PLT,HE\n7,0,20,2.5,1050,II\n7,6,12,1.8,95,\n8,0,8,1.6,140,none\n8,6,6,1.4,,\n",
        DAYS | {"people": {"file": "people.csv", "person": "subject"}},
    ),
    "compressed, tabs, weeks": (
        "id\tday\tTBIL\tINR\tPLT\tHE\tage\tdead\n7\t0\t20\t2.5\t1,050\tII\t50\t1\n7\t0.857143\t12\t1.8\t95\t\t50\t1\n"
        "8\t0\t8\t1.6\t140\tnone\t61\t0\n8\t0.857143\t6\t1.4\t\t\t61\t0\n",
        DAYS | {"separator": "\t", "day_unit": "week", "thousands": ","},
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_people_in_any_layout(tmp_path, name):
    text, mapping = LAYOUTS[name]
    raw = text.encode(mapping.get("encoding", "utf-8"))
    path = tmp_path / "made.csv"
    path.write_bytes(gzip.compress(raw) if name.startswith("compressed") else raw)
    (tmp_path / "people.csv").write_text("subject,age,dead\n8,61,0\n7,50,1\n")
    people = read_cohort(path, mapping)
    assert people.ids.tolist() == ["7", "8"] and people.days.tolist() == [0.0, 6.0]
    np.testing.assert_allclose(people.labs["bilirubin"], [[20, 12], [8, 6]], rtol=2e-5)
    np.testing.assert_allclose(people.labs["inr"], [[2.5, 1.8], [1.6, 1.4]])
    assert people.age.tolist() == [50, 61] and people.encephalopathy.tolist() == [2, 0]
    assert people.event.tolist() == [1, 0]
