"""Conditions: what they mean, and that nothing else is ever evaluated."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.expressions import parse_expression

VALUES = {"meld": np.array([10.0, 20.0, 30.0, np.nan]), "age": np.array([70.0, 40.0, 20.0, 30.0])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("meld >= 20", [0, 1, 1, 0]),
        ("15 < meld < 25", [0, 1, 0, 0]),
        ("not meld >= 20", [1, 0, 0, 1]),
        ("meld < 15 or age == 20", [1, 0, 1, 0]),
        ("meld > -1 and (age < 50 or age > 65)", [1, 1, 1, 0]),
        ("age != 40", [1, 0, 1, 1]),
    ],
)
def test_conditions_mean_what_they_say(text, expected):
    assert parse_expression(text)(VALUES).tolist() == [bool(x) for x in expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "meld",
        "meld + 3 > 2",
        "__import__('os').system('x') == 0",
        "meld.real > 2",
        "meld > 'a'",
        "meld in [1]",
        "1 < 2",
        "meld > 3; age",
        "meld > True",
        "lambda: 1",
        "meld > 1 if age else 2",
        "m" * 400 + " > 1",
    ],
)
def test_anything_else_is_refused_in_one_sentence(text):
    with pytest.raises(InputError) as error:
        parse_expression(text, "eligibility.include")
    assert "\n" not in str(error.value) and str(error.value).startswith("eligibility.include")


def test_unknown_variables_are_named():
    with pytest.raises(InputError, match="meldd"):
        parse_expression("meldd > 3").check_names(VALUES, "eligibility")
