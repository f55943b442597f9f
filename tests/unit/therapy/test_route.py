"""Routes: labels, shares of cells, and risks of the procedure."""

import pytest

from hepatica.therapy import ROUTES


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_routes(name):
    route = ROUTES[name]
    assert route.name == name and 0 <= route.procedure_risk.value < 1 and route.highest_given.value >= 1e6
    assert route.highest_given.unit == "cell/kg"


def test_only_punctures_of_vessels_of_the_liver_have_a_risk_of_their_own():
    assert {n for n, r in ROUTES.items() if r.procedure_risk.value > 0} == set(ROUTES) - {"peripheral_vein"}


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_living_cells_go_somewhere_in_full(name, model):
    route = ROUTES[name]
    assert sum(share for _, share in route.viable_into) == pytest.approx(1.0, abs=1e-12)
    states = (*(state for state, _ in route.viable_into), route.dead_into, route.label_into)
    assert all(model.states[state].dosed for state in states)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_is_named_in_both_languages(name):
    label = ROUTES[name].label
    assert label["en"] and any("\u4e00" <= c <= "\u9fff" for c in label["zh"])
    assert ROUTES[name].aliases and all(a == a.lower() for a in ROUTES[name].aliases)
