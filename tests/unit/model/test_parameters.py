"""Parameter tables: spreads with the moments they claim, rows with a source, units into days."""

import pytest

from hepatica.errors import ModelError
from hepatica.model.parameters import Alternative, Entry, read_table
from hepatica.units import internal

ROW = '[k]\nvalue = 2.0\nunit = "1/hour"\nlabel = "a rate"\n'


@pytest.mark.parametrize(
    "lacking",
    [
        {"grade": "assumed", "cite": "X"},
        {"grade": "human", "reason": "so"},
        {"grade": "guess", "reason": "so"},
        {"grade": "assumed", "reason": "so", "typo": 1},
        {},
        {"grade": "assumed", "reason": "so", "under": {"h": {"value": 1.0, "grade": "human"}}},
    ],
)
def test_a_row_without_source_or_reason_is_refused(lacking):
    with pytest.raises(ValueError):
        Entry(value=1.0, unit="", label="x", **lacking)


@pytest.mark.parametrize(
    "text, scale, unit",
    [
        ("1/hour", 24.0, "1 / day"),
        ("hour", 1 / 24, "day"),
        ("1/week", 1 / 7, "1 / day"),
        ("day", 1.0, "day"),
        ("", 1.0, ""),
        ("1/year", 1 / 365.25, "1 / day"),
        ("pg/mL/hour", 24.0, "picogram / day / milliliter"),
        ("mmHg", 1.0, "millimeter_Hg"),
        ("1/minute", 1.0, "1 / minute"),
    ],
)
def test_time_becomes_days(text, scale, unit):
    factor, written = internal(text)
    assert factor == pytest.approx(scale, rel=1e-9) and written == unit


def test_a_row_is_read_with_its_hypotheses_and_neutral_value():
    text = ROW + (
        'cite = "Smith2000, table 1; Jones2001, p 3"\ngrade = "human"\nneutral = 0.5\n'
        'under.other = { value = 5.0, cite = "Lee2009, text", grade = "rodent" }\n'
    )
    k = read_table("m", text).parameters["k"]
    assert (k.value, k.neutral, k.under("other"), k.under("")) == (48.0, 12.0, 120.0, 48.0)
    assert k.keys == ("Smith2000", "Jones2001", "Lee2009") and k.unit == "1 / day"
    assert isinstance(k.entry.under["other"], Alternative)


@pytest.mark.parametrize(
    "text, says",
    [
        (ROW + 'grade = "assumed"\n', "needs a reason"),
        (ROW + 'grade = "human"\n', "needs cite"),
        (ROW, "grade"),
        (ROW.replace("1/hour", "furlong-ish") + 'grade = "assumed"\nreason = "r"\n', "unit"),
        (ROW + 'grade = "assumed"\nreason = "r"\nbetwen = { kind = "normal", sd = 1.0 }\n', "betwen"),
        ("k = 3\n", "k"),
        (ROW.replace("value = 2.0\n", "") + 'grade = "assumed"\nreason = "r"\n', "value"),
    ],
)
def test_a_bad_row_is_a_model_error_that_names_it(text, says):
    with pytest.raises(ModelError, match="m.toml") as error:
        read_table("m", text)
    assert "[k]" in str(error.value) and says in str(error.value)


@pytest.mark.parametrize(
    "state",
    ["[state.x]\ninitial = 0.0\n", "[state.x]\ninitial = 0.0\nscale = 0.0\n", "[state.x]\nscale = 1.0\ntypo = 1\n"],
)
def test_a_bad_state_row_is_a_model_error_that_names_it(state):
    with pytest.raises(ModelError, match=r"m.toml.*state.x"):
        read_table("m", state)
