"""Request of one person: the answer holds every value and every remark, in both languages, and nothing that identifies."""

import json

import pytest

from hepatica.api.person.record import PersonAnswer, PersonRequest
from hepatica.errors import InputError

TEXT = """
age = 54
admission = 2024-05-01
[[labs]]
date = 2024-05-03
creatinine = 90
crp = "<5 mg/L"
[[treatments]]
treatment = "cells"
day = 2
dose = "1e6 cells/kg"
[[visits]]
day = 0
[outcome]
kind = "alive"
day = 90
"""


def test_the_answer(tmp_path):
    path = tmp_path / "patient.toml"
    path.write_text(TEXT)
    answer = PersonRequest(file=path).run()
    assert answer.labs == [{"day": 2.0, "lab": "crp", "value": 0.5, "bound": "<", "unit": "mg/dL"}]
    assert answer.treatments == [{"treatment": "cells", "day": 2.0, "until": None, "dose": 1e6}]
    assert answer.visits == [{"day": 0.0, "until": None}] and answer.outcome == {"kind": "alive", "day": 90.0}
    (refused,) = answer.refused
    assert refused.code == "unit_missing" and "肌酐" in refused.zh and refused.en.startswith("patient.toml, labs[0]")
    assert "2024" not in answer.model_dump_json()
    assert PersonAnswer.model_validate(json.loads(answer.model_dump_json())) == answer


def test_a_mapping_as_a_dictionary(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Day,Cr\n0,90\n")
    labs = {"creatinine": {"column": "Cr", "unit": "umol/L"}}
    assert PersonRequest(file=path, mapping={"labs": labs, "day": "Day"}).run().age is None
    with pytest.raises(InputError, match="needs a mapping"):
        PersonRequest(file=path).run()
