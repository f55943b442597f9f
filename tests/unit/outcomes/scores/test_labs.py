"""Inputs of scores: what counts as numbers, zeros that can be, shapes that fit."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.outcomes import scores
from hepatica.outcomes.scores.labs import INPUTS, bounded, flag, labs, numbers, over_patients, points_of

CAN_BE_ZERO = {
    "lactate",
    "age",
    "encephalopathy",
    "days_to_encephalopathy",
    "ascites",
    "arterial_pressure",
    "dialysis",
    "vasopressors",
    "renal_insufficiency",
    "female",
    "cholestatic_or_alcoholic",
    "cause",
}


def test_limits_of_every_lab() -> None:
    limits = {n: (i.low, i.high, i.unit) for n, i in INPUTS.items() if not i.choices}
    assert limits == {
        "bilirubin": (0.01, 100, "mg/dL"),
        "inr": (0.5, 20, ""),
        "creatinine": (0.05, 40, "mg/dL"),
        "albumin": (5, 70, "g/L"),
        "encephalopathy": (0, 4, ""),
        "sodium": (90, 190, "mmol/L"),
        "arterial_pressure": (0, 250, "mmHg"),
        "white_cells": (0.01, 300, "1e9/L"),
        "ascites": (0, 2, ""),
        "age": (0, 120, "year"),
        "bilirubin_day7": (0.01, 100, "mg/dL"),
        "neutrophils": (0.01, 300, "1e9/L"),
        "urea": (0.1, 120, "mmol/L"),
        "lactate": (0, 40, "mmol/L"),
        "ph": (6.3, 8.0, ""),
        "days_to_encephalopathy": (0, 400, "d"),
        "pao2_fio2": (20, 800, "mmHg"),
        "spo2_fio2": (40, 500, ""),
        "prothrombin_time": (5, 300, "s"),
        "control_time": (5, 30, "s"),
        "organ_failure": (6, 18, ""),
    }


@pytest.mark.parametrize("name", INPUTS)
def test_zero_is_refused_only_where_it_cannot_be(name: str) -> None:
    if name in CAN_BE_ZERO:
        assert labs(**{name: 0})[0] == 0
    else:
        with pytest.raises(InputError, match=f"{name}: got 0; a number > 0"):
            labs(**{name: 0})
    with pytest.raises(InputError, match=f"{name}: got -0.5"):
        labs(**{name: -0.5})


def test_one_bad_value_of_many_is_refused_and_nan_of_many_is_not() -> None:
    with pytest.raises(InputError, match="inr"):
        labs(inr=[1.0, 0.0])
    assert np.isnan(labs(inr=[1.0, np.nan])[0]).tolist() == [False, True]
    with pytest.raises(InputError, match="inr"):
        labs(inr=np.nan)


@pytest.mark.parametrize("value", ["1.5", {"a": 1}, [[1, 2], [3]], None, [1, "x"], [None], object(), 10**400, 1j])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="^inr: got .*; numbers: one of a patient, or an array of many$"):
        numbers("inr", value)
    if value is not None:
        with pytest.raises(InputError, match="^inr: got "):
            scores.meld(bilirubin=1, creatinine=1, inr=value)


@pytest.mark.parametrize("value", [1, 1.5, True, [1, 2], np.float32(3), np.array([[1]]), (1.0, 2.0), []])
def test_what_are_numbers(value: object) -> None:
    got = numbers("inr", value)
    assert got.dtype == np.float64 and got.shape == np.shape(value)


@pytest.mark.parametrize("flagged", ["dialysis", "female"])
def test_text_is_no_yes(flagged: str) -> None:
    given = {"bilirubin": 1, "creatinine": 1, "inr": 1, "sodium": 137, "albumin": 35, "female": False}
    with pytest.raises(InputError, match=flagged):
        scores.meld3(**{**given, flagged: "no"})


def test_inputs_of_unequal_length_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"creatinine: got \[1, 2, 3\]; one number, or 2 as of the other inputs"):
        scores.meld(bilirubin=[1, 2], creatinine=[1, 2, 3], inr=1)
    with pytest.raises(InputError, match="dialysis.* or 2 x 3 as"):
        scores.meld(bilirubin=np.ones((2, 3)), creatinine=1, inr=1, dialysis=[True, False])
    assert scores.meld(bilirubin=np.ones((2, 1)), creatinine=[1, 2, 3], inr=1, dialysis=[[True], [False]]).shape == (
        2,
        3,
    )


def test_a_decorated_score_keeps_its_name_and_leaves_options_alone() -> None:
    @over_patients
    def twice(*, inr, option="x"):
        """Twice."""
        return np.asarray(inr) * 2, option

    assert twice.__name__ == "twice" and twice.__doc__ == "Twice."
    assert twice(inr=2, option={"any": "thing"}) == (4, {"any": "thing"})


def test_points_are_one_to_three_and_nan_stays() -> None:
    value = np.array([1.0, 2.0, 3.0, np.nan])
    assert points_of(value, value >= 2, value >= 3)[:3].tolist() == [1, 2, 3]
    assert np.isnan(points_of(value, value >= 2, value >= 3)[3])


def test_points_of_the_meld_family_are_six_to_forty_rounded_half_up() -> None:
    score = np.array([-3.0, 6.4, 6.5, 7.5, 39.5, 50.0])
    assert bounded(score, True).tolist() == [6, 6, 7, 8, 40, 40]
    assert bounded(score, False).tolist() == [6, 6.4, 6.5, 7.5, 39.5, 40]


def test_flags() -> None:
    assert flag([0, 1, True]).tolist() == [False, True, True] and flag(False).shape == ()
