"""Parameter tables: spreads with the moments they claim, rows with a source, units into days."""

import numpy as np
import pytest

from hepatica.errors import ModelError
from hepatica.model.parameters import Alternative, Entry, Spread, read_table
from hepatica.units import internal

N = 400_000
ROW = '[k]\nvalue = 2.0\nunit = "1/hour"\nlabel = "a rate"\n'


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(8)
    return rng.standard_normal(N), rng.random(N)


def moved(spread, value, draws):
    return spread.apply(np.full(N, value), *draws)


@pytest.mark.parametrize("cv", [0.1, 0.5, 1.0])
def test_lognormal(draws, cv):
    x = moved(Spread(kind="lognormal", cv=cv), 3.0, draws)
    assert np.median(x) == pytest.approx(3.0, rel=0.01)
    assert x.std() / x.mean() == pytest.approx(cv, rel=0.03)
    assert x.min() > 0


def test_normal(draws):
    x = moved(Spread(kind="normal", sd=0.7), 3.0, draws)
    assert x.mean() == pytest.approx(3.0, abs=0.01) and x.std() == pytest.approx(0.7, rel=0.01)


@pytest.mark.parametrize("value", [0.05, 0.5, 0.9995])
def test_logitnormal(draws, value):
    x = moved(Spread(kind="logitnormal", sd=0.8), value, draws)
    logit = np.log(x / (1 - x))
    assert np.median(x) == pytest.approx(value, rel=0.02)
    assert logit.std() == pytest.approx(0.8, rel=0.01)
    assert 0 < x.min() and x.max() < 1


@pytest.mark.parametrize("weight", [0.2, 0.3, 1.0])
def test_spike_is_exactly_zero_with_its_weight_and_lognormal_else(draws, weight):
    x = moved(Spread(kind="spike", weight=weight, cv=0.5), 2.0, draws)
    assert (x == 0).mean() == pytest.approx(weight, abs=0.003)
    rest = x[x != 0]
    if weight < 1:
        assert np.median(rest) == pytest.approx(2.0, rel=0.01) and rest.std() / rest.mean() == pytest.approx(
            0.5, rel=0.03
        )
    else:
        assert rest.size == 0


def test_fixed_moves_nothing(draws):
    assert (moved(Spread(), 2.0, draws) == 2.0).all() and not Spread().varies


@pytest.mark.parametrize("kind", ["lognormal", "normal", "logitnormal", "spike"])
def test_the_same_numbers_give_the_same_value(kind):
    sizes = {
        "lognormal": {"cv": 0.5},
        "normal": {"sd": 1.0},
        "logitnormal": {"sd": 1.0},
        "spike": {"cv": 0.5, "weight": 0.2},
    }
    spread = Spread(kind=kind, **sizes[kind])
    one = spread.apply(np.array([0.4]), np.array([0.3]), np.array([0.9]))
    many = spread.apply(np.full(3, 0.4), np.array([1.0, 0.3, -1.0]), np.array([0.5, 0.9, 0.8]))
    assert spread.varies and one[0] == many[1]
    assert spread.apply(np.array([0.4]), np.zeros(1), np.ones(1))[0] == pytest.approx(0.4, rel=1e-15)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "lognormal"},
        {"kind": "lognormal", "sd": 0.2},
        {"kind": "lognormal", "cv": 0.2, "sd": 0.2},
        {"kind": "normal", "cv": 1.0},
        {"kind": "fixed", "cv": 0.1},
        {"kind": "spike", "cv": 0.5},
        {"kind": "spike", "weight": 0.2, "cv": 0.5, "sd": 0.5},
        {"kind": "lognormal", "cv": -0.1},
        {"kind": "spike", "cv": 0.5, "weight": 1.2},
        {"kind": "uniform", "sd": 1.0},
        {"kind": "lognormal", "cv": 0.2, "low": 0.0},
        {"kind": "lognormal", "cv": float("nan")},
    ],
)
def test_an_inconsistent_spread_is_refused(wrong):
    with pytest.raises(ValueError):
        Spread(**wrong)


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
