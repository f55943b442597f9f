"""Endpoints: methods that suit their kind, the labs they read, strategies by kind."""

import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.endpoint import METHODS, Endpoint, Kind, Method
from hepatica.trials.definition.estimand import Estimand, Event, Strategy

ESTIMAND = Estimand(
    population="p",
    treatment="t",
    variable="v",
    summary="hazard_ratio",
    intercurrent=[{"event": "transplant", "strategy": "composite"}],
)
MORE = {Kind.LAB: {"lab": "meld"}, Kind.PROPORTION: {"when": "alive == 1 and meld < 20"}}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_methods_and_refuses_others(kind):
    assert Endpoint(name="x", kind=kind, **MORE.get(kind, {})).analysis is METHODS[kind][0]
    for method in Method:
        if method not in METHODS[kind]:
            with pytest.raises(InputError, match="method"):
                Endpoint(name="x", kind=kind, method=method, **MORE.get(kind, {}))


def test_labs_are_those_that_are_read():
    assert Endpoint(name="x", kind="proportion", when="alive == 1 and meld < 20 and inr < 2").labs() == {"meld", "inr"}
    assert Endpoint(name="x", kind="quality_adjusted_days").labs() == {"utility"}
    assert Endpoint(name="x", kind="survival").labs() == set()


@pytest.mark.parametrize("bad", [{"kind": "lab"}, {"kind": "survival", "lab": "meld"}, {"kind": "proportion"}])
def test_an_incomplete_endpoint_is_refused(bad):
    with pytest.raises(InputError, match="endpoint 'x'"):
        Endpoint(name="x", **bad)


def test_strategies_of_the_primary_endpoint_are_those_of_the_estimand():
    first, other = (Endpoint(name="x", kind="survival", primary=p) for p in (True, False))
    assert first.strategy(Event.TRANSPLANT, ESTIMAND) is Strategy.COMPOSITE
    assert other.strategy(Event.TRANSPLANT, ESTIMAND) is Strategy.TREATMENT_POLICY
    own = Endpoint(name="x", kind="infection", intercurrent=[{"event": "death", "strategy": "composite"}])
    assert own.strategy(Event.DEATH, ESTIMAND) is Strategy.COMPOSITE
    assert Endpoint(name="x", kind="infection").strategy(Event.DEATH, ESTIMAND) is Strategy.WHILE_ALIVE
    assert Endpoint(name="x", kind="lab", lab="meld").strategy(Event.TRANSPLANT, ESTIMAND) is Strategy.HYPOTHETICAL
