"""A small forecast, shared by the tests of its report."""

from types import SimpleNamespace

import pytest

from hepatica.individual.library import store
from hepatica.individual.library.proposals import Kind
from hepatica.individual.person import Measurement, Person
from hepatica.individual.prediction.person_forecast import forecast_person
from hepatica.individual.prediction.result import PersonSettings


@pytest.fixture(scope="session")
def forecast(system):
    patch = pytest.MonkeyPatch()
    patch.setattr(store, "BLOCK", 160)
    patch.setattr(store, "cache", SimpleNamespace(read=lambda name: None, write=lambda name, content: None))
    labs = (("inr", 2.2), ("bilirubin", 9.0), ("creatinine", 0.9))
    record = Person(age=44.0, measurements=tuple(Measurement(day=0.0, name=n, value=v) for n, v in labs))
    settings = PersonSettings(library=160, horizon=60.0, kind=Kind.ACUTE, posterior="prior")
    yield forecast_person(record, settings, system=system, workers=1)
    patch.undo()
