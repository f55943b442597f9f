"""Bridge to transplant: avoided and lost are told apart by who lives."""

from dataclasses import replace

import pytest

from hepatica.dose_summary.bridge import are_transplanted, bridge
from hepatica.dosing.variance_components import VarianceComponents


def share(mean):
    return VarianceComponents(mean, 0.0, 0.0, mean, mean, 1.0, 0.0)


@pytest.mark.parametrize(
    "transplanted, alive, avoided, lost",
    [(0.1, 0.8, 20.0, 0.0), (0.1, 0.55, 15.0, 5.0), (0.4, 0.6, 0.0, 0.0), (0.3, 0.2, 0.0, 0.0)],
)
def test_by_hand(found, transplanted, alive, avoided, lost):
    """Of 100 under standard care 30 are transplanted and 60 live."""
    c = found.decision.conclusion
    rest = len(c.leaders) - 1
    made = tuple(
        replace(
            p,
            transplants=(share(0.3), *[share(transplanted)] * rest),
            alive=(share(0.6), *[share(alive)] * rest),
        )
        for p in c.unread
    )
    own = replace(found, decision=replace(found.decision, conclusion=replace(c, unread=made)))
    rows = bridge(own)
    assert are_transplanted(own) and not are_transplanted(found)
    assert len(rows) == len(c.leaders) * len(c.unread) and (rows[0].avoided, rows[0].lost) == (0.0, 0.0)
    assert rows[1].avoided == pytest.approx(avoided) and rows[1].lost == pytest.approx(lost)


def test_death_transplant_and_neither_add_up(ask):
    for r in bridge(ask(transplant_rate=0.05)):
        assert r.alive_without <= r.alive.mean <= r.alive_without + r.transplants.mean + 1e-9
        assert 0 < r.waiting_days.mean <= 22
