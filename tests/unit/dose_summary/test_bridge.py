"""Bridge to transplant: avoided and lost are told apart by who lives."""

from dataclasses import replace

from hepatica.dose_summary.bridge import are_transplanted, bridge
from hepatica.dosing.variance_components import VarianceComponents


def share(mean):
    return VarianceComponents(mean, 0.0, 0.0, mean, mean, 1.0, 0.0)


def test_every_leader_has_a_row_and_nobody_is_transplanted_here(found):
    rows, c = bridge(found), found.decision.conclusion
    assert not are_transplanted(found) and len(rows) == len(c.leaders) * len(c.unread)
    assert all(r.avoided.mean == r.lost.mean == 0 for r in rows)
    made = tuple(replace(p, transplants=(share(0.3), *p.transplants[1:])) for p in c.unread)
    own = replace(found, decision=replace(found.decision, conclusion=replace(c, unread=made)))
    assert are_transplanted(own)


def test_death_transplant_and_neither_add_up(ask):
    for r in bridge(ask(transplant_rate=0.05)):
        free = r.alive_without.mean
        assert free <= r.alive.mean + 1e-9 and r.alive.mean <= free + r.transplants.mean + 1e-9
        assert 0 < r.waiting_days.mean <= 22 and min(r.avoided.mean, r.lost.mean) >= 0


def test_transplants_of_standard_care_are_those_of_the_arm_and_those_avoided_or_lost(ask):
    rows = bridge(ask(transplant_rate=0.05))
    for r in rows:
        care = next(x for x in rows if x.hypothesis == r.hypothesis)
        fewer = care.transplants.mean - r.transplants.mean
        assert r.avoided.mean + r.lost.mean >= fewer - 1e-6  # more where others are transplanted beyond standard care
    assert max(r.avoided.mean + r.lost.mean for r in rows) > 0
