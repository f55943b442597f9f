"""Suggested mappings: what headers tell, a question mark where they do not, and never applied by themselves."""

import tomllib

import pytest

from hepatica.errors import InputError
from hepatica.individual.readers.mapping import read_mapping
from hepatica.individual.readers.suggestion import suggest_mapping


def suggested(tmp_path, text):
    path = tmp_path / "made.csv"
    path.write_text(text, encoding="utf-8")
    return suggest_mapping(path)


def test_a_wide_file(tmp_path):
    text = "Patient;Datum;Geschlecht;Alter;TBIL (µmol/L);Cr;INR;PLT [K/uL];ALT_U/L;Albumin (mg/dL);Alb (kg);Surname\n"
    made = tomllib.loads(suggested(tmp_path, text + "1;2024-05-01;W;54;320;90;2,3;95;40;2900;;Lopez\n"))
    assert made["separator"] == ";" and made["person"] == "Patient" and made["date"] == "Datum"
    assert made["admission"] == "?" and made["age"] == {"column": "Alter"}
    assert made["sex"]["words"] == {"female": ["W"]}
    units = {lab: column["unit"] for lab, column in made["labs"].items()}
    assert units == {
        "bilirubin": "µmol/L",
        "creatinine": "?",
        "inr": "",
        "platelets": "K/uL",
        "alt": "U/L",
        "albumin": "mg/dL",
    }
    with pytest.raises(InputError, match="open"):
        read_mapping(made)


def test_a_long_file(tmp_path):
    made = tomllib.loads(
        suggested(tmp_path, "subject,day,test,result,unit\n1,0,Total bilirubin,5.3,mg/dL\n1,0,Rh,+,\n")
    )
    assert made["long"] == {"test": "test", "value": "result", "unit": "unit"}
    assert made["labs"] == {"bilirubin": {"column": "Total bilirubin"}}
    assert read_mapping(made).day == "day"


def test_a_unit_of_another_quantity_is_left_open(tmp_path):
    made = tomllib.loads(suggested(tmp_path, "day,Albumin (kg),Weight\n0,3,62\n"))
    assert made["labs"]["albumin"]["unit"] == "?" and made["weight"]["unit"] == "?"


def test_headers_with_quotes_and_no_day(tmp_path):
    text = suggested(tmp_path, '"INR ""new""",ALT\n2,40\n')
    assert tomllib.loads(text)["day"] == "?" and "check every line" in text


def test_names_of_people_are_not_in_it(tmp_path):
    assert "Lopez" not in suggested(tmp_path, "Surname,day,ALT\nLopez,0,40\n")


@pytest.mark.parametrize(
    ("encoding", "text", "says"),
    [
        (
            "cp1252",
            "Fallnr;Abnahmedatum;Bilirubin gesamt [µmol/l];Kreatinin [mg/dl];Geschlecht\n7;01.05.2024;342,5;1,2;W\n",
            [
                'separator = ";"',
                'encoding = "cp1252"',
                'decimal = ","',
                'person = "Fallnr"',
                'bilirubin = { column = "Bilirubin gesamt [µmol/l]", unit = "µmol/l" }',
                'sex = { column = "Geschlecht", words = { female = ["W"] } }',
            ],
        ),
        (
            "gb18030",
            "病案号,检验日期,总胆红素(μmol/L),凝血酶原活动度(%)\n7,2024-05-01,342,30\n",
            ['encoding = "gb18030"', 'date = "检验日期"', 'column = "凝血酶原活动度(%)", unit = "%"'],
        ),
        ("utf-16", "id\tday\tALT\n7\t0\t900\n", ['encoding = "utf-16"', 'alt = { column = "ALT", unit = "?" }']),
    ],
)
def test_encodings_and_headers_of_hospitals(tmp_path, encoding, text, says):
    path = tmp_path / "made.csv"
    path.write_bytes(text.encode(encoding))
    suggested = suggest_mapping(path)
    assert all(line in suggested for line in says)
