"""State of a counted cell: cells are kept in number when some die, and counted anew as one."""

import numpy as np
import pytest

from hepatica.therapy.process.state import State


def test_dying_moves_living_cells_among_the_dead_and_loses_none():
    state = State.start("bone_marrow", diameter=18.5, passage=4).lose(np.full(2001, 0.75)).lose(np.full(2001, 0.5))
    assert state.living[0] == 0.375 and state.dead[0] == 0.625 and state.kept[0] == 1.0


def test_counting_anew_makes_one_cell_and_remembers_what_came_back():
    state = State.start("bone_marrow", diameter=18.5, passage=4).lose(np.full(2001, 0.5))
    fewer = State(**(vars(state) | {"living": state.living * 0.5})).counted()
    assert fewer.kept[0] == 1.0 and fewer.recovered[0] == 0.75 and fewer.living[0] == pytest.approx(1 / 3)


def test_a_law_that_was_drawn_is_named():
    drawn, state = State.start("adipose", diameter=18.5, passage=4).draw("thaw_living")
    assert [law.name for law in state.used] == ["thaw_living.adipose"] and drawn[0] == 0.9485
