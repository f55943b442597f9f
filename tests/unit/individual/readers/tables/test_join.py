"""Exports of hospitals that need more than one plain table: the same two people, each read by its mapping alone."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.readers.cohort import read_cohort
from hepatica.individual.readers.mapping import ColumnMapping
from hepatica.individual.readers.read import check_persons, read_person
from hepatica.individual.readers.tables.join import joined_table

ENDS = {"alive": ["0", "lebt", "出院"], "died": ["1", "tot", "死亡"]}
ID = {"person": "id"}
TBIL, INR = {"column": "TBIL", "unit": "mg/dL"}, {"column": "INR"}
BOTH = {"bilirubin": TBIL, "inr": INR}
END = {"outcome": {"column": "dead", "words": ENDS}}
PEOPLE = {"people.csv": "id,age,dead\n7,50,1\n8,61,0\n"}
OF_PEOPLE = {"people": {"file": "people.csv", "person": "id"}, "age": {"column": "age"}} | END

# name: files, of which the first is read, and mapping
EXPORTS = {
    "a file for each lab": (
        {
            "tbil.csv": "id,day,value\n7,0,20\n7,6,12\n8,0,8\n8,6,6\n",
            "inr.csv": "id,day,value\n7,0,2.5\n7,6,1.8\n8,0,1.6\n8,6,1.4\n",
        }
        | PEOPLE,
        ID
        | {
            "day": "day",
            "labs": {
                "bilirubin": {"column": "value", "unit": "mg/dL"},
                "inr": {"column": "value", "file": "inr.csv"},
            },
        }
        | OF_PEOPLE,
    ),
    "a sheet for each lab, dates of a spreadsheet": (
        {
            "book.xlsx": {
                "TBIL": [["id", "date", "x"], ["7", (45413, 1), 20], ["7", (45419, 2), 12], ["8", (45414, 1), 8],
                         ["8", (45420, 1), 6]],
                "INR": [["id", "date", "x"], ["7", (45413, 1), 2.5], ["7", (45419, 1), 1.8], ["8", (45414, 1), 1.6],
                        ["8", (45420, 1), 1.4]],
                "People": [["id", "age", "dead"], ["7", 50, 1], ["8", 61, 0]],
            }
        },
        ID
        | {
            "date": "date",
            "admission": "first row",
            "labs": {
                "bilirubin": {"column": "x", "unit": "mg/dL"},
                "inr": {"column": "x", "sheet": "INR"},
            },
            "people": {"file": "", "sheet": "People", "person": "id"},
            "age": {"column": "age"},
        }
        | END,
    ),
    "a sheet for each visit": (
        {
            "book.xlsx": {
                "V1": [["id", "TBIL", "INR"], ["7", 20, 2.5], ["8", 8, 1.6]],
                "V2": [["id", "TBIL", "INR"], ["7", 12, 1.8], ["8", 6, 1.4]],
            }
        }
        | PEOPLE,
        ID | {"sheets": ["V1", "V2"], "day": "sheet", "day_words": {"0": ["V1"], "6": ["V2"]}, "labs": BOTH} | OF_PEOPLE,
    ),
    "a file for each person": (
        {
            "7.csv": "day;TBIL;INR\n0;20;2.5\n6;12;1.8\n",
            "8.csv": "day;TBIL;INR\n0;8;1.6\n6;6;1.4\n",
            "people.csv": "id;age;dead\n8;61;0\n7;50;1\n",
        },
        ID
        | {
            "files": ["8.csv"],
            "sample": {"column": "file", "pattern": r"(?P<id>\d+)\.csv"},
            "separator": ";",
            "day": "day",
            "labs": BOTH,
        }
        | OF_PEOPLE,
    ),
    "German cumulative export": (
        {
            "labor.csv": "Auswertung 4711;;;;;\nFall;Datum;Uhrzeit;Analyse;Ergebnis;Einheit;\n"
            "7;1. Mai 2024;06:10;Bilirubin gesamt;20,0 H;mg/dl;\n;1. Mai 2024;06:10;INR;2,5*;;\n"
            ";1. Mai 2024;06:10;INR;2,5*;;\n;7. Mai 2024;0610;Bilirubin (POCT);12,0;mg/dl;\n"
            ";7. Mai 2024;0610;INR;1,8;;\n;7. Mai 2024;0610;INR;hämolytisch, bitte neu;;\n"
            "8;3. Mai 2024;07:00;Bilirubin gesamt;8,0;mg/dl;\n;3. Mai 2024;07:00;INR;1,6;;\n"
            ";9. Mai 2024;;Bilirubin gesamt;6,0;mg/dl;\n;9. Mai 2024;;INR;1,4;;\n;9. Mai 2024;;AFP;<0,3;ng/ml;\n"
            "11 Zeilen\n",
            "patienten.csv": "Fall;Geburtsdatum;Status\n7;2. Mai 1973;tot\n8;1962;lebt\n",
        },
        {
            "person": "Fall",
            "fill_down": ["Fall"],
            "date": "Datum",
            "time": "Uhrzeit",
            "date_format": "%d. %B %Y",
            "admission": "first row",
            "long": {"test": "Analyse", "value": "Ergebnis", "unit": "Einheit"},
            "labs": {
                "bilirubin": {"column": "Bilirubin gesamt", "also": ["Bilirubin (POCT)"]},
                "inr": {"column": "INR"},
            },
            "birth": "Geburtsdatum",
            "decimal": ",",
            "flags": ["H", "*"],
            "separator": ";",
            "encoding": "cp1252",
            "header_line": 2,
            "last_line": 13,
            "duplicates": "same",
            "missing": ["hämolytisch*"],
            "people": {"file": "patienten.csv", "person": "Fall"},
            "outcome": {"column": "Status", "words": ENDS},
        },
    ),
    "Chinese export: two lines of names, arrows, samples named by person and day": (
        {
            "导出.csv": "样本号,总胆红素,,国际标准化比值,,出生日期,结局\n,结果,单位,结果,单位,,\n"
            "7-D0,342.08↑,umol/L,2.5↑,,1974,死亡\n7-D6,205.248↑,umol/L,1.8,,1974\n"
            "8-D0,136.832↑,umol/L,1.6,,1963,出院\n8-D6,102.624,umol/L,1.4,,1963\n"
        },
        {
            "person": "pid",
            "sample": {"column": "样本号", "pattern": r"(?P<pid>\d+)-D(?P<day>\d+)"},
            "day": "day",
            "header_rows": 2,
            "ragged": True,
            "encoding": "gb18030",
            "flags": ["↑", "↓"],
            "labs": {
                "bilirubin": {"column": "总胆红素 结果", "unit_column": "总胆红素 单位"},
                "inr": {"column": "国际标准化比值 结果"},
            },
            "outcome": {"column": "结局", "words": ENDS},
        },
    ),
    "serial numbers and texts as dates, a column of units after each lab": (
        {
            "x.csv": "id,when,TBIL,Unit,INR,Unit,age,death,LT\n7,45413,20,mg/dL,2.5,,50,2024-07-01,\n"
            "7,07-May-24,205.248,umol/L,1.8,,50,2024-07-01,\n8,45414,8,mg/dL,1.6,,61,,\n8,2024-05-08,6,mg/dL,1.4,,61,,\n"
        },
        ID
        | {
            "date": "when",
            "date_format": ["excel", "%d-%b-%y", "iso"],
            "admission": "first row",
            "labs": {
                "bilirubin": {"column": "TBIL", "unit_column": "Unit"},
                "inr": {"column": "INR", "unit_column": "Unit (2)"},
            },
            "age": {"column": "age"},
            "outcome": [
                {"column": "death", "words": {"died": ["*"], "alive": [""]}},
                {"column": "LT", "words": {"transplanted": ["*"]}},
            ],
            "outcome_date": "death",
        },
    ),
    "a sign of its own column, several values a day": (
        {
            "x.csv": "id,day,test,sign,value,unit,age,dead\n7,0,TBIL,,20,mg/dL,50,1\n7,0,TBIL,,19,mg/dL,50,1\n"
            "7,0,INR,,2.5,,50,1\n7,6,TBIL,,12,mg/dL,50,1\n7,6,INR,,1.8,,50,1\n8,0,TBIL,,8,mg/dL,61,0\n"
            "8,0,INR,,1.6,,61,0\n8,6,TBIL,<,6,mg/dL,61,0\n8,6,INR,,1.4,,61,0\n"
        },
        ID
        | {
            "day": "day",
            "long": {"test": "test", "value": "value", "unit": "unit", "bound": "sign"},
            "labs": {"bilirubin": {"column": "TBIL"}, "inr": INR},
            "duplicates": "first",
            "age": {"column": "age"},
        }
        | END,
    ),
    "two ward systems with names of their own, years": (
        {
            "x.csv": "id,t,TBIL,Bili total,INR,PT-INR,age,dead\n7,0,20,,2.5,,50,1\n7,0.0164271,,12,,1.8,50,1\n"
            "8,0,8,,1.6,,61,0\n8,0.0164271,,6,,1.4,61,0\n"
        },
        ID
        | {
            "day": "t",
            "day_unit": "year",
            "labs": {"bilirubin": TBIL | {"also": ["Bili total"]}, "inr": INR | {"also": ["PT-INR"]}},
            "age": {"column": "age"},
        }
        | END,
    ),
    "merged cells of a workbook": (
        {
            "book.xlsx": [
                [["id", "day", "TBIL", "INR", "age", "dead"], ["7", 0, 20, 2.5, 50, 1], [None, 6, 12, 1.8],
                 ["8", 0, 8, 1.6, 61, 0], [None, 6, 6, 1.4]],
                ["A2:A3", "E2:E3", "F2:F3", "A4:A5", "E4:E5", "F4:F5"],
            ]
        },
        ID | {"day": "day", "labs": BOTH, "age": {"column": "age"}} | END,
    ),
}  # fmt: skip


def written(folder, files, encoding, make_workbook):
    for name, content in files.items():
        if isinstance(content, str):
            (folder / name).write_bytes(content.encode(encoding))
        elif isinstance(content, dict):
            make_workbook(folder / name, content)
        else:
            make_workbook(folder / name, {"Labs": content[0]}, content[1])
    return folder / next(iter(files))


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_people_in_any_export(tmp_path, make_workbook, name):
    files, mapping = EXPORTS[name]
    path = written(tmp_path, files, mapping.get("encoding", "utf-8"), make_workbook)
    people = read_cohort(path, mapping)
    assert sorted(people.ids.tolist()) == ["7", "8"] and people.days.tolist() == [0.0, 6.0]
    order = np.argsort(people.ids)
    np.testing.assert_allclose(people.labs["bilirubin"][order], [[20, 12], [8, 6]], rtol=2e-5)
    np.testing.assert_allclose(people.labs["inr"][order], [[2.5, 1.8], [1.6, 1.4]])
    if "age" in mapping or "birth" in mapping:
        np.testing.assert_allclose(people.age[order], [50, 61], atol=1)
    assert people.event[order].tolist() == [int("serial" not in name), 0]  # that death is later than day 60


def test_places_of_faults_name_the_file_of_the_row(tmp_path):
    (tmp_path / "a.csv").write_text("id,day,value\n7,0,20\n")
    (tmp_path / "b.csv").write_text("id,day,value\n7,0,MARIA\n")
    mapping = EXPORTS["a file for each lab"][1] | {"people": None, "age": None, "outcome": None}
    mapping["labs"] = mapping["labs"] | {"inr": {"column": "value", "file": "b.csv"}}
    (check,) = check_persons(tmp_path / "a.csv", mapping).values()
    assert [r.text() for r in check.refused] == [
        "b.csv, line 2, inr: value: INR is no number; write one such as 1.2 mg/dL or <5 U/L."
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labs": {"inr": {"column": "value", "file": "none.csv"}}}, "exists and can be read"),
        ({"labs": {"inr": {"column": "other", "file": "b.csv"}}}, "no column that the mapping calls other"),
        ({"labs": {"inr": {"column": "value", "file": "../b.csv"}}}, "(labs.inr)"),
        ({"files": ["x/b.csv"]}, "(files)"),
        ({"sheets": ["S"]}, "a CSV file has no sheets"),
        ({"sample": {"column": "id", "pattern": "(?P<pid>x)"}}, "line 2: id is not of the mapping's pattern"),
        ({"sample": {"column": "name", "pattern": "(?P<pid>x)"}}, "no column that the mapping calls name"),
        ({"sample": {"column": "id", "pattern": "x"}}, "(sample.pattern)"),
        ({"time": "at"}, "(date)"),
        ({"birth": "born"}, "(date)"),
    ],
)
def test_what_does_not_fit_is_one_sentence(tmp_path, change, says):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id,day,value\n7,0,2\n")
    mapping = {"day": "day", "labs": {"inr": {"column": "value"}}} | change
    with pytest.raises(InputError) as caught:
        read_person(tmp_path / "a.csv", mapping)
    assert says in str(caught.value)


def test_one_table_is_left_as_it_is(tmp_path):
    (tmp_path / "a.csv").write_text("day,value\n0,2\n")
    mapping = ColumnMapping(labs={"inr": {"column": "value"}}, day="day")
    table, same = joined_table(tmp_path / "a.csv", mapping)
    assert table.rows.to_dict("records") == [{"day": "0", "value": "2"}] and same == mapping
