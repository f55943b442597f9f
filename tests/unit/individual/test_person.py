"""Record of a person: order, look-up and days."""

from hepatica.individual.person import (
    TREATMENTS,
    GivenTreatment,
    Measurement,
    Person,
    round_day,
    sort_measurements,
    sort_treatments,
)
from hepatica.laboratory_units import Bound
from hepatica.therapy.combination import TREATMENTS as MODELLED
from hepatica.variables import variables


def test_every_treatment_of_the_model_can_be_recorded():
    assert set(MODELLED) <= set(TREATMENTS)


def test_measurements_are_sorted_and_found():
    late = Measurement(day=3.0, name="alt", value=40.0, bound=Bound.BELOW)
    early = Measurement(day=-2.5, name="inr", value=1.5)
    person = Person(measurements=sort_measurements([late, early]))
    assert person.measurements == (early, late) and person.days == (-2.5, 3.0)
    assert person.value("alt", 3.0) is late and person.value("alt", -2.5) is None
    order = list(variables())
    assert person.names == tuple(sorted(("alt", "inr"), key=order.index))


def test_treatments_are_sorted_by_day_and_name():
    given = [GivenTreatment(treatment=t, day=d) for t, d in (("dialysis", 1.0), ("albumin", 1.0), ("cells", 0.0))]
    assert [g.treatment for g in sort_treatments(given)] == ["cells", "albumin", "dialysis"]


def test_days_are_rounded_to_seconds():
    assert round_day(0.123456) == 0.1235 and str(round_day(-1e-7)) == "0.0"
