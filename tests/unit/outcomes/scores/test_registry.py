"""Scores: what they refuse, what passes through, which way they lean, and what the registry reads."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.outcomes import quality_of_life, scores
from hepatica.outcomes.scores import INPUTS, SCORES

ORDINARY = {
    "bilirubin": 8.0,
    "bilirubin_day7": 6.0,
    "creatinine": 1.4,
    "inr": 2.1,
    "sodium": 131.0,
    "albumin": 28.0,
    "white_cells": 9.0,
    "neutrophils": 6.0,
    "urea": 8.0,
    "lactate": 2.0,
    "ph": 7.35,
    "age": 52.0,
    "encephalopathy": 1.0,
    "days_to_encephalopathy": 9.0,
    "ascites": 1.0,
    "arterial_pressure": 75.0,
    "pao2_fio2": 320.0,
    "spo2_fio2": 400.0,
    "prothrombin_time": 22.0,
    "control_time": 12.0,
    "organ_failure": 9.0,
    "dialysis": False,
    "vasopressors": False,
    "renal_insufficiency": False,
    "female": True,
    "cholestatic_or_alcoholic": False,
    "cause": "indeterminate",
}
NUMBERS = [
    (name, key)
    for name, score in SCORES.items()
    for key, spec in score.inputs.items()
    if not spec.choices and key in score.required
]
names = pytest.mark.parametrize("name", SCORES)


def ordinary(name: str) -> dict:
    return {key: ORDINARY[key] for key in SCORES[name].inputs if key != "spo2_fio2"}


@names
def test_cohort_of_any_shape_is_its_patients_one_by_one(name: str) -> None:
    labs = ordinary(name)
    many = {k: v if isinstance(v, str | bool) else np.full((3, 2), v) for k, v in labs.items()}
    together, alone = SCORES[name].function(**many), SCORES[name].function(**labs)
    assert together.shape == (3, 2) and together.dtype == float
    np.testing.assert_array_equal(together, float(alone))


@pytest.mark.parametrize(("name", "key"), NUMBERS)
def test_failed_patient_stays_nan_and_leaves_the_others_alone(name: str, key: str) -> None:
    labs = ordinary(name)
    got = SCORES[name].function(**{**labs, key: np.array([labs[key], np.nan])})
    assert np.isnan(got).tolist() == [False, True]


@pytest.mark.parametrize(("name", "key"), NUMBERS)
@pytest.mark.parametrize("value", [-1.0, float("nan"), [1.0, -0.1]])
def test_impossible_lab_is_refused_by_name(name: str, key: str, value: object) -> None:
    with pytest.raises(InputError, match=key):
        SCORES[name].function(**{**ordinary(name), key: value})


@pytest.mark.parametrize(
    "reading",
    [
        scores.meld_survival_90d,
        scores.meld3_survival,
        scores.albi_grade,
        scores.aarc_grade,
        scores.alcoholic_hepatitis_mortality_90d,
        scores.pta_from_inr,
        scores.inr_from_pta,
        lambda s: scores.clif_c_aclf_mortality(s, months=1),
        lambda s: scores.clif_c_ad_mortality(s, months=12),
    ],
)
def test_readings_pass_nan_through(reading) -> None:
    assert np.isnan(reading(np.array([np.nan, 9.0]))).tolist() == [True, False]


def test_class_of_a_failed_patient_is_empty() -> None:
    assert scores.child_pugh_class([5, np.nan]).tolist() == ["A", ""]


# Which way they lean: worse labs never lower the score

SIGN = {"sodium": -1, "albumin": -1, "arterial_pressure": -1, "pao2_fio2": -1, "spo2_fio2": -1, "ph": -1}
WORSENING = [  # not ln(bilirubin) x sodium of MELD 3.0, nor sodium of MELD-Na at its threshold
    (name, key)
    for name, key in NUMBERS
    if name not in ("lille", "meld_plus7_survival", "kings_college") and (name, key) != ("meld3", "sodium")
]


@pytest.mark.parametrize(("name", "key"), WORSENING)
@given(data=st.data())
def test_worse_labs_never_lower_the_score(name: str, key: str, data: st.DataObject) -> None:
    spec = INPUTS[key]
    pair = sorted(data.draw(st.lists(st.floats(spec.low, spec.high), min_size=2, max_size=2)))
    low, high = SCORES[name].function(**{**ordinary(name), key: np.array(pair)})
    assert SIGN.get(key, 1) * (high - low) >= -1e-9


# The registry


@names
def test_entry_explains_itself(name: str) -> None:
    score = SCORES[name]
    assert name == score.name and score.title and score.result_label and score.cites and score.required
    doc = inspect.getdoc(getattr(scores, name)) or ""
    assert all(key in doc for key in score.cites if key != "Wiesner2003")
    for label, reading in score.readings:
        assert label and np.shape(reading(score.function(**ordinary(name)))) == ()


def test_every_citation_is_in_the_bibliography() -> None:
    folder = Path(scores.__file__).parents[1]
    bib = (folder.parent / "evidence" / "refs_scores.bib").read_text(encoding="utf-8")
    known = set(re.findall(r"@\w+\{(\w+),", bib))
    text = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    cited = {key for block in re.findall(r"References\n\s+-+\n\s+(.+)\n", text) for key in re.split(r",\s*", block)}
    cited |= {key for score in SCORES.values() for key in score.cites}
    for utilities in (quality_of_life.Utilities(), quality_of_life.STANDARD_GAMBLE):
        cited |= set(utilities.cites)
    assert cited == known


@names
def test_ordinary_labs_lie_within_their_limits(name: str) -> None:
    score = SCORES[name]
    texts = {
        key: value
        if isinstance(value, str)
        else ("no", "yes")[value]
        if isinstance(value, bool)
        else f"{value} {score.inputs[key].unit}"
        for key, value in ordinary(name).items()
    }
    assert score.read(texts) == ordinary(name)


def test_reads_other_units() -> None:
    got = SCORES["meld3"].read(
        {
            "bilirubin": "54 umol/L",
            "creatinine": "170 umol/L",
            "inr": "2.0",
            "sodium": "131 mmol/L",
            "albumin": "2.9 g/dL",
            "female": "yes",
        }
    )
    assert got["bilirubin"] == pytest.approx(3.157, abs=1e-3) and got["albumin"] == pytest.approx(29)
    assert got["female"] is True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bilirubin": "54"}, "bilirubin.*unit"),
        ({"bilirubin": "540 mg/dL"}, "bilirubin.*between 0.01 and 100 mg/dL"),
        ({"albumin": "4 kg"}, "albumin"),
        ({"platelets": "90"}, "platelets.*takes"),
        ({"albumin": None}, "albumin"),
    ],
)
def test_refuses_what_a_laboratory_cannot_report(change: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        SCORES["albi"].read({"bilirubin": "3 mg/dL", "albumin": "30 g/L", **change})


def test_refuses_a_missing_lab_and_an_unknown_word() -> None:
    with pytest.raises(InputError, match=r"albumin.*needs"):
        SCORES["albi"].read({"bilirubin": "3 mg/dL"})
    with pytest.raises(InputError, match=r"cause.*paracetamol"):
        SCORES["kings_college"].read({"cause": "unknown", "inr": "3"})


@pytest.mark.parametrize(("key", "spec"), [(k, v) for k, v in INPUTS.items() if not v.choices])
def test_the_limits_themselves_are_read_and_beyond_them_is_refused(key: str, spec) -> None:
    score = next(s for s in SCORES.values() if key in s.inputs)
    for value in (spec.low, spec.high):
        assert score._read_one(key, f"{value!r} {spec.unit}") == value
    for value in (spec.low - 0.001, spec.high + 0.001):
        with pytest.raises(InputError, match=f"{key}.*between"):
            score._read_one(key, f"{value!r} {spec.unit}")


def test_readings_of_a_score_are_labelled() -> None:
    assert [label for label, _ in SCORES["clif_c_ad"].readings] == [f"death within {m} months" for m in (1, 3, 6, 12)]
    assert [float(read(60)) for _, read in SCORES["clif_c_aclf"].readings] == [
        float(scores.clif_c_aclf_mortality(60, months=m)) for m in (1, 3, 6, 12)
    ]
