"""The table of variables: what a row says, what is refused, and that one row is all that a new lab needs."""

import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hepatica
from hepatica.calibrate.endpoints import Endpoint
from hepatica.errors import InputError, ModelError
from hepatica.model.assemble import assemble
from hepatica.model.dimensions import measure
from hepatica.model.modules import MODULES
from hepatica.units import internal
from hepatica.variables import (
    Direction,
    ReadAs,
    Scale,
    Use,
    VariableKind,
    people_columns,
    read_variables,
    used_in,
    variable,
    variables,
)

ROW = '[x]\nkind = "lab"\nunit = "g/L"\nen = "x"\nzh = "某"\n'
MODEL = assemble(MODULES)


def ids(v):
    return v.name


@pytest.mark.parametrize("v", variables().values(), ids=ids)
def test_a_row_is_complete(v):
    assert v.digits in (0, 1, 2, 3) and v.low < v.high
    assert (v.direction is None) == (v.kind is not VariableKind.PROPORTION)
    assert math.isnan(v.error) or (0 < v.error < 1 and v.scale is Scale.LOG)
    assert set(v.label) == set(v.shown_unit) == {"en", "zh"}
    assert re.search(r"[\u4e00-\u9fff]", v.label["zh"]) or v.label["zh"] == v.label["en"]
    internal("" if v.unit == "1" else v.unit)


@pytest.mark.parametrize("v", [v for v in variables().values() if v.people], ids=ids)
def test_a_column_of_people_is_within_its_limits(v):
    c = v.people
    assert 0 < c.low < c.usual[0] < c.usual[1] < c.high and c.factor > 0 and c.column


def test_terms_are_summed_in_one_order():
    orders = [v.people.order for v in variables().values() if v.people]
    assert sorted(orders) == list(range(1, len(orders) + 1))


IN_MODEL = [v for v in variables().values() if v.uses & {Use.ADMISSION, Use.COURSE}]
IN_MODEL += [
    v for v in used_in(Use.LIKELIHOOD) if v.kind in (VariableKind.LAB, VariableKind.SIGN) and v not in IN_MODEL
]


@pytest.mark.parametrize("v", IN_MODEL, ids=ids)
def test_the_model_has_it_in_the_same_unit(v):
    owner = MODEL.states if v.name in MODEL.states else MODEL.quantities
    assert measure(owner[v.name].unit).same(measure("" if v.unit == "1" else v.unit))


def test_direction_is_that_of_the_event():
    free = {v.name for v in variables().values() if v.direction is Direction.EVENT_FREE}
    assert free == {
        "survival",
        "transplant_free_survival",
        "ascites_improved",
        "bilirubin_fall_20",
        "child_pugh_improved",
        "histology_improved",
        "meld_improved",
        "meld_improved_3",
    }


@pytest.mark.parametrize("v", used_in(Use.PUBLICATION), ids=ids)
def test_what_publications_state_is_simulated_or_says_in_both_languages_why_not(v):
    simulated = bool(v.uses & {Use.LIKELIHOOD, Use.PREDICTION})
    assert simulated != all(v.unpredicted.get(lang) for lang in ("en", "zh"))
    why = Endpoint(v.name, 28.0).unpredicted(cells=True)
    assert simulated == (why == "") and (simulated or v.unpredicted["en"] in why)


def test_columns_are_read_by_use():
    assert list(people_columns(ReadAs.LAB)) == ["inr", "bilirubin", "alt", "ast", "albumin", "creatinine", "ammonia"]
    assert list(people_columns(ReadAs.READING)) == ["tnf", "il6", "il10", "crp", "white_cells"]


def test_titles_carry_the_unit_as_a_reader_sees_it():
    titles = {n: (variable(n).title("en"), variable(n).title("zh")) for n in ("white_cells", "death", "meld")}
    assert titles == {
        "white_cells": ("white cells, 10⁹/L", "白细胞，10⁹/L"),
        "death": ("death, %", "死亡，%"),
        "meld": ("MELD", "MELD 评分"),
    }


def test_defaults():
    v = read_variables(ROW)["x"]
    assert (v.digits, v.scale, v.uses, v.optional, v.people) == (1, Scale.LINEAR, frozenset(), False, None)
    assert (v.low, v.high) == (-math.inf, math.inf) and math.isnan(v.error)


@pytest.mark.parametrize(
    "text, says",
    [
        (ROW + "colour = 3", "'colour' is no key"),
        (ROW.replace('zh = "某"\n', ""), "'zh' is missing"),
        (ROW.replace('"lab"', '"laboratory"'), "'laboratory' is not a valid VariableKind"),
        (ROW + 'uses = ["everywhere"]', "'everywhere' is not a valid Use"),
        (ROW + 'scale = "cubic"', "'cubic' is not a valid Scale"),
        (ROW + "limits = [1]", "see the head of the table"),
        (ROW + "limits = [1, 2, 3]", "see the head of the table"),
        (ROW + 'people = { column = "X" }', "'limits'"),
        (ROW + 'direction = "event"', "a proportion, and nothing else"),
        (ROW.replace('"lab"', '"proportion"'), "a proportion, and nothing else"),
        (ROW.replace('"lab"', '"proportion"') + 'direction = "event"', "in percent, not in 'g/L'"),
        (ROW.replace('"lab"', '"proportion"') + 'direction = "sideways"', "SIDEWAYS"),
    ],
)
def test_a_wrong_row_is_refused(text, says):
    with pytest.raises(ModelError, match=re.escape("variables.toml, [x]")) as error:
        read_variables(text)
    assert says in str(error.value)


def test_a_variable_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="variable: got 'ferritin'; one of bilirubin"):
        variable("ferritin")


ADDED = """
[procalcitonin]
kind = "lab"
unit = "mg/dL"
en = "procalcitonin"
zh = "降钙素原"
digits = 3
scale = "log"
uses = ["publication", "likelihood", "admission", "baseline", "course"]
"""
CHECK = """
from hepatica import admission, dose_study
from hepatica.calibrate.endpoints import MEASURED, OUTPUTS, Endpoint
from hepatica.evidence.check import check
from hepatica.evidence.schema import schema
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.dose_summary.standard_care import LABS
from hepatica.variables import variable
name = "procalcitonin"
assert name in assemble(MODULES).quantities
for listed in (MEASURED, OUTPUTS, admission.LABS, dose_study.COURSE_OUTPUTS, LABS, schema()):
    assert name in listed
assert Endpoint(name, 28.0).modelled
assert variable(name).title("zh") == "降钙素原，mg/dL" and variable(name).digits == 3
row = {"arm": "a", "variable": name, "unit": "mg/dL", "time": 0.0, "kind": "mean_sd", "value": 2.0, "sd": 1.0, "n": 9}
from hepatica.evidence import Observation
Observation(**row)
"""


def test_a_lab_is_added_by_its_equation_and_one_row(tmp_path):
    copy = tmp_path / "hepatica"
    shutil.copytree(Path(hepatica.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    module, table = copy / "model/modules/organs.py", copy / "outcomes/variables.toml"
    text = module.read_text(encoding="utf-8")
    flow = "    _lung(m, N)\n"
    assert text.count(flow) == 1
    module.write_text(
        text.replace(flow, flow + '    m.let("procalcitonin", bilirubin * (1 + N), "mg/dL", "procalcitonin")\n')
    )
    table.write_text(table.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CHECK], env={"PYTHONPATH": str(tmp_path), "PATH": ""}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
