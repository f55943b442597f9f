"""Changes of a counted cell by each step: their directions, for every draw of the laws."""

import numpy as np
import pytest

from hepatica.therapy.process.state import State
from hepatica.therapy.process.steps import BY_KIND, STEPS
from hepatica.therapy.process.transitions import TRANSITIONS

GIVEN = {
    "pooling": {"donors": 4}, "culture": {"passage": 8}, "rest": {"hours": 24.0}, "hold": {"hours": 4.0},
}  # fmt: skip


def after(kind, before=None, **given):
    start = before or State.start("umbilical_cord", diameter=18.5, passage=4)
    return TRANSITIONS[BY_KIND[kind]](start, BY_KIND[kind](**(GIVEN.get(kind, {}) | given)))


def test_every_kind_of_step_has_its_change():
    assert set(TRANSITIONS) == set(STEPS)


@pytest.mark.parametrize("kind", ["harvest", "thaw", "hold", "rest", "delivery"])
def test_no_step_raises_the_dead(kind):
    state = after(kind)
    assert (state.living < 1.0).all() and (state.living / state.kept < 1.0).all()
    assert (state.dead > 0.0).all() and (state.kept <= 1.0 + 1e-12).all()


def test_a_wash_takes_debris_away_and_costs_living_cells():
    held = after("hold")
    once, twice = after("wash", held), after("wash", held, times=2)
    assert (once.dead < held.dead).all() and (once.living < held.living).all() and (twice.dead < once.dead).all()


def test_longer_warmer_holds_leave_fewer_living_and_weaker_cells():
    for shorter, longer in ((1.0, 2.0), (2.0, 8.0)):
        a, b = (after("hold", hours=h) for h in (shorter, longer))
        assert (b.living < a.living).all() and (b.potency < a.potency).all() and (b.dead > a.dead).all()
    cold, warm = (after("hold", temperature=t) for t in (4.0, 37.0))
    assert (warm.living < cold.living).all()


def test_later_passages_clot_more_suppress_less_and_are_larger():
    early, late = after("culture", passage=4), after("culture", passage=9)
    assert early.tissue_factor[0] == early.potency[0] == 1.0 and early.diameter[0] == 18.5
    assert late.tissue_factor[0] == pytest.approx(1.3**5) and late.potency[0] == pytest.approx(0.95**5)
    assert late.diameter[0] > 18.5 and late.receptors[0] < 1.0 and late.doublings[0] == pytest.approx(9 * 2.9)


def test_doublings_give_the_passage_that_holds_them():
    assert after("culture", doublings=8.8, passage=None).passage == 4
    assert after("culture", doublings=8.7, passage=None).passage == 3


def test_conflicting_findings_on_thaw_stay_apart_and_a_day_of_rest_makes_whole():
    impaired, unchanged = after("thaw"), after("thaw", finding="unchanged")
    assert impaired.stunned[0] == 0.8 and (unchanged.stunned == 1.0).all()
    assert np.array_equal(impaired.living, unchanged.living)
    rested, short = after("rest", impaired), after("rest", impaired, hours=12.0)
    assert (rested.stunned == 1.0).all() and rested.receptors[0] == pytest.approx(1.0) and short.stunned[0] == 0.8


def test_a_catheter_loses_more_than_a_needle():
    needle, catheter = after("delivery"), after("delivery", device="catheter")
    assert catheter.kept[0] < needle.kept[0] < 1.0 and catheter.delivered_sd > needle.delivered_sd > 0.0
