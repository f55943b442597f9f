"""Records of any person, for round trips."""

import pytest
from hypothesis import strategies as st

from hepatica.individual.person import (
    TREATMENTS,
    Background,
    Cause,
    GivenTreatment,
    Measurement,
    Outcome,
    OutcomeKind,
    Person,
    Sex,
    Visit,
    round_day,
    sort_measurements,
    sort_treatments,
)
from hepatica.individual.readers.lab_table import analytes
from hepatica.laboratory_units import Bound

NAMES = sorted({a.variable.name for a in analytes().values()})
DAYS = st.floats(-400, 4000).map(round_day)


@st.composite
def _measurements(draw):
    name = draw(st.sampled_from(NAMES))
    a = analytes()[name]
    if a.grade:
        value, bound = float(draw(st.integers(int(a.low), int(a.high)))), Bound.EXACT
    else:
        value, bound = draw(st.floats(max(a.low, 1e-3), a.high)), draw(st.sampled_from(Bound))
    return Measurement(day=draw(DAYS), name=name, value=value, bound=bound)


@st.composite
def _people(draw):
    found = {m.key: m for m in draw(st.lists(_measurements(), min_size=1, max_size=8))}
    names = st.sampled_from([t for t in TREATMENTS if t != "transplant"])
    given = {(draw(names), draw(DAYS)) for _ in range(draw(st.integers(0, 3)))}
    treatments = [
        GivenTreatment(treatment=t, day=d, until=draw(st.none() | st.floats(0, 9).map(lambda x, d=d: round_day(d + x))),
                       dose=draw(st.none() | st.floats(1e4, 1e9)) if t == "cells" else None)
        for t, d in given
    ]  # fmt: skip
    days = sorted({draw(DAYS) for _ in range(draw(st.integers(0, 2)))})
    last = max(m.day for m in found.values())
    kind = draw(st.none() | st.sampled_from(OutcomeKind))
    return Person(
        age=draw(st.none() | st.integers(0, 90).map(float)),
        sex=draw(st.none() | st.sampled_from(Sex)),
        weight=draw(st.none() | st.floats(2, 300)),
        causes=tuple(sorted(draw(st.sets(st.sampled_from(Cause), max_size=2)), key=lambda c: c.value)),
        background=draw(st.none() | st.sampled_from(Background)),
        measurements=sort_measurements(found.values()),
        treatments=sort_treatments(treatments),
        visits=tuple(Visit(day=day, until=draw(st.none() | st.just(round_day(day + 3.25)))) for day in days),
        outcome=None if kind is None else Outcome(kind=kind, day=draw(st.none() | st.just(round_day(last + 1.5)))),
    )


@pytest.fixture(scope="session")
def people():
    """Strategy of records."""
    return _people()
