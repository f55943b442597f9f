"""Checks of populations: those that ship pass, and each fault is named with its key."""

import pytest

from hepatica.errors import InputError
from hepatica.patients import load_population, populations
from hepatica.patients.population import Population
from hepatica.patients.population_check import check_population


@pytest.mark.parametrize("key", populations())
def test_a_population_that_ships_passes(model, key):
    check_population(load_population(key), model)


REASON = {"reason": "r"}
ONE = [{"kind": "constant", "mean": 1.0}]


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"covariate": {"nothing": {"unit": "", "parts": ONE} | REASON}}, "covariate.nothing"),
        ({"covariate": {"age": {"unit": "kg", "parts": ONE} | REASON}}, "covariate.age.unit: got 'kg'"),
        ({"covariate": {"alt_content": {"unit": "U/L", "parts": ONE} | REASON}}, "constant of human biology"),
        ({"covariate": {"onset": {"unit": "h", "parts": ONE} | REASON}}, "covariate.onset.unit: got 'h'; 'day'"),
        ({"covariate": {"age": {"unit": "year", "parts": ONE, "cite": "Nobody1999"}}}, "age.cite: got 'Nobody1999'"),
        ({"insult": {"bilirubin_nothing": 1.0}}, "insult.bilirubin_nothing.*a state that can be dosed"),
        ({"before": {"alt_content": 1.0}}, "before.alt_content.*a control of the model"),
        ({"treatment": {"nothing": 1.0}}, "treatment.nothing.*a control or a state"),
        ({"inclusion": {"nothing": {"low": 1.0, "high": 2.0, "unit": ""} | REASON}}, "inclusion.nothing"),
        (
            {"inclusion": {"bilirubin": {"low": 171.0, "high": 700.0, "unit": "umol/L"} | REASON}},
            "inclusion.bilirubin.unit: got 'umol/L'; 'mg/dL'",
        ),
        ({"inclusion": {"inr": {"low": 3.0, "high": 2.0, "unit": ""} | REASON}}, "low below high"),
        ({"baseline": "nobody2000"}, "baseline: got 'nobody2000, smt'"),
        ({"baseline_arm": "nothing"}, "baseline: got 'alss2019, nothing'"),
        (
            {"fitted": {"ducts_lost": {"value": 0.1, "reason": "r"}, "nothing": {"value": 1.0, "reason": "r"}}},
            "nothing",
        ),
    ],
)
def test_a_fault_is_named(model, changes, says):
    data = load_population("hbv_aclf").model_dump()
    for key, value in changes.items():
        data[key] = data[key] | value if isinstance(value, dict) else value
    with pytest.raises((InputError, ValueError), match=says):
        check_population(Population(**data), model)
