"""Observations of a record: limits, INR from prothrombin activity, first signs, background, and days to a limit."""

import math

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.person import GivenTreatment, Measurement, Person, Sex
from hepatica.individual.posterior.observations import observation_days, observe
from hepatica.laboratory_units import Bound


def measured(day, name, value, bound=Bound.EXACT):
    return Measurement(day=day, name=name, value=value, bound=bound)


RECORD = Person(
    age=50.0,
    sex=Sex.FEMALE,
    measurements=(
        measured(-1.0, "bilirubin", 3.0),
        measured(0.0, "bilirubin", 5.0),
        measured(0.0, "encephalopathy", 1.0),
        measured(0.0, "prothrombin_activity", 40.0),
        measured(2.0, "bilirubin", 0.3, Bound.BELOW),
        measured(2.0, "inr", 1.9),
        measured(2.0, "prothrombin_activity", 10.0),
        measured(3.0, "prothrombin_activity", 20.0, Bound.BELOW),
    ),
    treatments=(
        GivenTreatment(treatment="corticosteroid", day=0.0),
        GivenTreatment(treatment="antiviral", day=0.0),
        GivenTreatment(treatment="plasma_exchange", day=9.0),
    ),
)


def test_series():
    o = observe(RECORD)
    bilirubin, inr = o.get("bilirubin"), o.get("inr")
    assert bilirubin.days.tolist() == [0.0, 2.0] and bilirubin.signs.tolist() == [0, -1]
    assert np.exp(inr.values).round(2).tolist()[1] == 1.9 and inr.days.tolist() == [0.0, 2.0, 3.0]
    assert np.exp(inr.values[0]) == pytest.approx(24.92 * 40.0**-0.707)
    assert inr.signs.tolist() == [0, 0, 1]  # an activity below a limit is an INR above one
    assert (o.age, o.female, o.encephalopathy, o.last_day, o.n) == (50.0, 1.0, 1.0, 3.0, 5)
    assert o.background == ("corticosteroid",) and math.isnan(o.ascites)
    assert observation_days(o) == (0.0, 2.0, 3.0)
    assert o.last("bilirubin") == pytest.approx(5.0) and math.isnan(o.last("alt"))


def test_until_and_nobody():
    o = observe(RECORD).until(0.0)
    assert o.n == 2 and o.last_day == 0.0 and observe(RECORD, until=2.0).last_day == 2.0
    with pytest.raises(InputError, match="at least one of bilirubin"):
        observe(Person(measurements=(measured(-1.0, "inr", 2.0),)))
