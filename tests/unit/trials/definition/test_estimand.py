"""Estimand: strategies that the simulation carries out, each event once."""

import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.estimand import ALLOWED, Estimand, Event, Strategy

TEXT = {"population": "p", "treatment": "t", "variable": "v", "summary": "hazard_ratio"}


@pytest.mark.parametrize("event", Event)
def test_only_strategies_that_are_carried_out_are_allowed(event):
    for strategy in Strategy:
        row = [{"event": event.value, "strategy": strategy.value}]
        if strategy in ALLOWED[event]:
            assert Estimand(**TEXT, intercurrent=row).intercurrent[0].strategy is strategy
        else:
            with pytest.raises(InputError, match=event.value):
                Estimand(**TEXT, intercurrent=row)


def test_an_event_is_handled_once():
    row = {"event": "rescue", "strategy": "composite"}
    with pytest.raises(InputError, match="each event once"):
        Estimand(**TEXT, intercurrent=[row, row])
