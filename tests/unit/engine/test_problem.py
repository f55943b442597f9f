"""Events in arrays, and the order of a model's names in them."""

import numpy as np
import pytest

from hepatica.engine import Events
from hepatica.engine.problem import BOLUS, RATE, Layout, Solution
from hepatica.errors import InputError


def test_gather_sorts_by_time_boluses_first_and_keeps_ties():
    ev = Events.gather(
        [
            [(2.0, 1, 5.0, RATE), (2.0, 0, 3.0, BOLUS), (1.0, 2, 4.0, BOLUS), (2.0, 3, 6.0, BOLUS)],
            [],
            [(0.0, 0, 1.0, BOLUS)],
        ]
    )
    assert ev.offset.tolist() == [0, 4, 4, 5]
    assert ev.time.tolist() == [1.0, 2.0, 2.0, 2.0, 0.0] and ev.state.tolist() == [2, 0, 3, 1, 0]
    assert ev.kind.tolist() == [BOLUS, BOLUS, BOLUS, RATE, BOLUS] and ev.amount.tolist() == [4.0, 3.0, 6.0, 5.0, 1.0]


def test_no_events():
    for ev in (Events.none(3), Events.gather([[], [], []])):
        assert ev.offset.tolist() == [0, 0, 0, 0] and ev.time.size == 0 and ev.state.dtype == np.int64


def test_events_are_repeated_and_joined():
    one = Events.gather([[(0.0, 1, 2.0, BOLUS), (1.0, 0, 3.0, RATE)]])
    many = one.repeat(np.array([1.0, 10.0]), np.array([True, False]))
    assert many.offset.tolist() == [0, 2, 4] and many.amount.tolist() == [2.0, 3.0, 20.0, 3.0]
    both = Events.join([one, Events.none(1), many])
    assert both.offset.tolist() == [0, 2, 2, 4, 6] and both.state.tolist() == [1, 0] * 3


def test_a_layout_names_states_then_quantities(model, enzymes_alone):
    layout = Layout.of(model)
    assert layout.outputs == (*model.states, *model.quantities) and layout.parameters == tuple(model.parameters)
    assert layout.index(["alt", "inr"]).tolist() == [layout.outputs.index("alt"), layout.outputs.index("inr")]
    with pytest.raises(InputError, match="output: got 'bilirubine'"):
        layout.index(["bilirubine"])
    assert [layout.states[h] for h in layout.hazards] == [t.hazard for t in model.thresholds]


def test_required_is_all_that_an_output_is_computed_from(model):
    """Against a walk through the expressions themselves."""
    layout = Layout.of(model)

    def sources(name):
        names = {s.name for s in model.quantities[name].expr.free_symbols} if name in model.quantities else set()
        return {name}.union(*(sources(n) for n in names - set(model.parameters)))

    for name in ("alt", "inr", "death_intensity"):
        mask = layout.required([name])
        assert {n for n, used in zip(layout.outputs, mask, strict=True) if used} == sources(name)


def test_solutions_are_joined_in_order():
    def part(x):
        one = np.full((1, 1, 1), x)
        return Solution(one, one[0], *(np.array([x], int) for _ in range(3)), crossings=one)

    joined = Solution.join([part(1.0), part(2.0)])
    assert joined.values.ravel().tolist() == [1.0, 2.0] and joined.retried is None
