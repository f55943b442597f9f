"""Sentences of refusals: one each, in both languages, with the label of the lab in the language."""

import re
from pathlib import Path

import pytest

import hepatica.individual.readers as readers
from hepatica.errors import InputError
from hepatica.individual.readers.refusal import Refused, Remark, refuse
from hepatica.words import catalogue, say


def test_the_label_is_in_the_language():
    remark = Remark(code="unit_missing", where="x.csv, line 2", blanks={"lab": "creatinine", "example": "90 umol/L"})
    assert remark.text("en") == "x.csv, line 2: creatinine has no unit; write it, as in 90 umol/L."
    assert remark.text("zh").startswith("x.csv, line 2: 肌酐没有单位")


def test_an_error_is_one_sentence_and_counts_the_others():
    one = Remark(code="day_future", where="x")
    error = Refused(one, 2)
    assert isinstance(error, InputError) and error.remark is one
    assert str(error).startswith("x: the date lies in the future; correct it (and 2 more;") and "\n" not in str(error)
    with pytest.raises(Refused, match="3 Patients"):
        raise refuse("patients", "x", n=3)


def test_every_code_of_the_readers_has_a_sentence():
    folder = Path(readers.__file__).parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    codes = set(re.findall(r'(?:refuse|leave|note)\(\s*"(\w+)"', text)) | set(re.findall(r'code="(\w+)"', text))
    assert len(codes) > 50
    for code in codes:
        assert say(f"person.fault_{code}", "zh")
    named = {key.removeprefix("person.fault_") for key in catalogue() if key.startswith("person.fault_")}
    assert all(f'"{code}"' in text for code in named), "a sentence that no reader says"
