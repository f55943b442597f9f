"""Regimens: when cells are given, how many, and what is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.therapy import NO_CELLS, ROUTES, Regimen
from hepatica.therapy.regimen import BOLUS, RATE


def test_times_and_doses():
    r = Regimen(1e6, infusions=3, interval=7.0, start=2.0)
    assert r.times == (2.0, 9.0, 16.0) and r.cells(70.0) == 7e7 and Regimen(5e7, per_kg=False).cells(70.0) == 5e7


def test_a_bolus_is_split_into_living_and_dead():
    assert Regimen(1e6).events(70.0, viability=0.75) == [
        (0.0, "cells_venous", 5.25e7, BOLUS),
        (0.0, "debris_venous", 1.75e7, BOLUS),
    ]


def test_an_infusion_starts_and_ends():
    rows = Regimen(1e6, duration=0.5, route="portal_vein").events(60.0, viability=1.0)
    assert rows == [(0.0, "cells_portal", 1.2e8, RATE), (0.5, "cells_portal", -1.2e8, RATE)]


@pytest.mark.parametrize(
    "viability, states",
    [(1.0, {"cells_hepatic_artery"}), (0.0, {"debris_hepatic"}), (0.5, {"cells_hepatic_artery", "debris_hepatic"})],
)
def test_what_is_not_there_is_not_an_event(viability, states):
    assert {e[1] for e in Regimen(1.0, route="hepatic_artery").events(70.0, viability=viability)} == states


def test_thawed_and_labelled_cells_bring_their_mark():
    rows = Regimen(1e6, route="intrasplenic").events(10.0, viability=0.5, thawed=True, labelled=True)
    assert {(s, a) for _, s, a, _ in rows} == {
        ("cells_spleen", 2e6),
        ("cells_portal", 3e6),
        ("cells_dying", 5e6),
        ("cells_stunned", 5e6),
        ("label_living", 5e6),
        ("label_spleen", 5e6),
    }


@pytest.mark.parametrize(
    "nothing", [Regimen(0.0, infusions=4), Regimen(1e6, infusions=0), NO_CELLS, Regimen(0.0, duration=1.0)]
)
def test_nothing_is_standard_care(nothing):
    assert not nothing.gives_cells and nothing.times == () and nothing.events(70.0, viability=0.9) == []
    assert nothing.label == "standard care"


@given(
    dose=st.floats(0, 1e9),
    n=st.integers(0, 60),
    interval=st.floats(0, 100),
    viability=st.floats(0, 1),
    weight=st.floats(30, 150),
    duration=st.sampled_from([0.0, 0.04, 3.0]),
    route=st.sampled_from(sorted(ROUTES)),
    per_kg=st.booleans(),
)
def test_events_give_the_dose(dose, n, interval, viability, weight, duration, route, per_kg):
    r = Regimen(dose, per_kg, n, interval, route, duration)
    rows = r.events(weight, viability=viability)
    if duration == 0:
        total = math.fsum(a for _, _, a, _ in rows)
    else:
        assert math.fsum(a for _, _, a, _ in rows) == 0  # every rate that starts stops
        total = math.fsum(a * duration for _, _, a, _ in rows if a > 0)
    assert total == pytest.approx(r.cells(weight) * n, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    "wrong, where",
    [
        ({"dose": -1.0}, "dose"),
        ({"dose": math.nan}, "dose"),
        ({"dose": math.inf}, "dose"),
        ({"infusions": -1}, "infusions"),
        ({"infusions": 61}, "infusions"),
        ({"infusions": 1.5}, "infusions"),
        ({"route": "nose"}, "route"),
        ({"interval": -1.0}, "interval"),
        ({"interval": math.nan}, "interval"),
        ({"duration": -0.1}, "duration"),
        ({"duration": math.inf}, "duration"),
        ({"start": -1.0}, "start"),
        ({"dose": 1e62}, "dose"),
        ({"dose": 1.01e10}, "dose"),
        ({"dose": 1.01e12, "per_kg": False}, "dose"),
        ({"dose": "1e6"}, "dose"),
        ({"dose": True}, "dose"),
        ({"interval": 1831.0}, "interval"),
        ({"start": 1831.0}, "start"),
        ({"duration": 30.1}, "duration"),
        ({"duration": 0.99 / 86_400}, "duration"),
        ({"duration": 1e-300}, "duration"),
    ],
)
def test_refuses(wrong, where):
    with pytest.raises(InputError) as error:
        Regimen(**({"dose": 1e6} | wrong))
    assert error.value.where == where and repr(wrong[where]) in str(error.value)


@pytest.mark.parametrize(
    "most",
    [
        {"dose": 1e10},
        {"dose": 1e12, "per_kg": False},
        {"infusions": 60},
        {"interval": 1830.0},
        {"start": 1830.0},
        {"duration": 30.0},
        {"duration": 1 / 86_400},
        {"dose": 0.0, "interval": 0.0, "duration": 0.0, "start": 0.0, "infusions": 0},
    ],
)
def test_the_bounds_themselves_are_allowed(most):
    assert Regimen(**({"dose": 1e6} | most))


def test_labels():
    assert Regimen(1e6, infusions=4).label == "1e6/kg x4 q7d peripheral vein"
    assert Regimen(5e7, per_kg=False, route="hepatic_artery").label == "5e7 cells once hepatic artery"


@given(st.lists(st.integers(10, 9999), min_size=2, max_size=6, unique=True), st.integers(2, 6))
def test_different_doses_have_different_labels(digits, power):
    """Arms are known by their label, in tables and in the Dataset; two doses must not share one."""
    doses = [d * 10.0**power for d in digits]
    assert len({Regimen(d).label for d in doses}) == len(set(doses))
