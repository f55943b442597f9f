"""The forecast of one person: every part is there, settings are checked, and what follows the record follows it."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.library.proposals import Kind
from hepatica.individual.person import GivenTreatment, Measurement, Person
from hepatica.individual.prediction import redosing
from hepatica.individual.prediction.person_forecast import forecast_person
from hepatica.individual.prediction.result import PersonSettings

RECORD = Person(
    age=44.0,
    weight=70.0,
    measurements=tuple(
        Measurement(day=0.0, name=name, value=value)
        for name, value in (("inr", 2.2), ("bilirubin", 9.0), ("alt", 900.0), ("creatinine", 0.9))
    ),
)
SETTINGS = PersonSettings(library=160, horizon=60.0, kind=Kind.ACUTE, posterior="prior")


@pytest.fixture(scope="module")
def found(system, small_store):
    return forecast_person(RECORD, SETTINGS, system=system, workers=1)


def test_everything_is_there(found):
    assert found.kind is Kind.ACUTE and found.learnt.is_calibrated and found.given is None and found.refined is None
    assert found.risk.days[-1] == 60.0 and (found.risk.either <= 1).all()
    assert len(found.choice.gains) == 3 and found.shown in (1, 2, 3)
    assert set(found.labs["course"]) == {"", "label_is_cells", "lung_only"} and found.labs["day"].max() == 60.0
    assert {"MELD", "MELD 3.0", "CLIF-C ACLF"} <= set(found.scores["score"]) and len(found.measurements)
    assert {"library", "posterior", "labs"} <= set(found.seconds)
    ds = found.to_xarray()
    assert ds.attrs["model_hash"] == found.provenance["model_hash"] and float(ds["weight"].sum()) == pytest.approx(1)


def test_it_is_repeatable_and_follows_the_record(found, system, small_store):
    again = forecast_person(RECORD, SETTINGS, system=system, workers=1)
    assert found.labs.equals(again.labs) and np.array_equal(found.risk.either, again.risk.either)
    assert found.choice == again.choice
    worse = replace(RECORD, measurements=(Measurement(day=0.0, name="inr", value=6.0), *RECORD.measurements[1:]))
    assert forecast_person(worse, SETTINGS, system=system).risk.either[-1] > found.risk.either[-1]


def test_a_visit_after_cells(system, small_store, monkeypatch):
    monkeypatch.setattr(redosing, "MEMBERS", 10)
    later = Measurement(day=7.0, name="inr", value=1.8)
    given = (GivenTreatment(treatment="cells", day=1.0, dose=1e6),)
    record = replace(RECORD, measurements=(*RECORD.measurements, later), treatments=given)
    found = forecast_person(record, replace(SETTINGS, regimens=SETTINGS.regimens[:2]), system=system, workers=1)
    assert found.given is not None and found.given.start == 1.0 and found.labs["day"].min() == 7.0
    assert found.risk.days[0] > 7.0 and len(found.choice.gains) == 1


@pytest.mark.parametrize(
    "change, match",
    [({"horizon": 1e5}, "horizon"), ({"library": 0}, "library"), ({"regimens": ()}, "standard care first")],
)
def test_settings_are_checked(change, match):
    with pytest.raises(InputError, match=match):
        replace(SETTINGS, **change)


def test_a_horizon_before_the_last_lab(system):
    late = replace(RECORD, measurements=(Measurement(day=80.0, name="inr", value=2.0),))
    with pytest.raises(InputError, match="after the last lab"):
        forecast_person(late, SETTINGS, system=system)
