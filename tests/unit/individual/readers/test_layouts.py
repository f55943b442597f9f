"""Ten layouts of the same two people, each read by its mapping alone, are the same cohort."""

import gzip

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.readers.cohort import read_cohort
from hepatica.individual.readers.mapping import read_mapping

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
