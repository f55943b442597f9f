"""Kinds of spread: the moments that they claim, the sizes that they take."""

import numpy as np
import pytest

from hepatica.model.spread import BY_NAME, PRIORS, Spread

N = 400_000
SIZES = {
    "fixed": {},
    "lognormal": {"cv": 0.5},
    "normal": {"sd": 1.0},
    "logitnormal": {"sd": 1.0},
    "spike": {"cv": 0.5, "weight": 0.2},
}


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


@pytest.mark.parametrize("kind", [k.name for k in PRIORS if k.name != "fixed"])
def test_the_same_numbers_give_the_same_value(kind):
    spread = Spread(kind=kind, **SIZES[kind])
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
    ("given", "text"),
    [
        ({}, ""),
        ({"kind": "lognormal", "cv": 0.25}, "CV 0.25"),
        ({"kind": "normal", "sd": 3.0}, "SD 3"),
        ({"kind": "logitnormal", "sd": 0.5}, "logit SD 0.5"),
        ({"kind": "spike", "weight": 0.5, "sd": 1.0}, "50% exactly 0, else logit SD 1"),
        ({"kind": "spike", "weight": 0.3}, "30% exactly 0, else as stated"),
    ],
)
def test_sizes_are_abbreviated(given, text):
    assert Spread(**given).describe() == text


@pytest.mark.parametrize("kind", PRIORS)
def test_a_median_is_the_value_and_quantiles_rise(kind):
    spread, value = Spread(kind=kind.name, **SIZES[kind.name]), np.array(0.4)
    low, middle, high = (float(spread.quantile(value, q)) for q in (0.1, 0.5 + 0.5 * spread.weight, 0.95))
    assert middle == pytest.approx(0.4) and (low < middle < high or kind.name == "fixed")
    assert BY_NAME[kind.name] is kind
