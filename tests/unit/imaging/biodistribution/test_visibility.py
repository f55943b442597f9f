from __future__ import annotations

import numpy as np
import pytest

from hepatica.imaging.biodistribution.visibility import LEAST_LEFT, Answer, Sight, all_visibility, visibility
from hepatica.imaging.quantification import left_in_cell
from hepatica.therapy import TRACERS


@pytest.mark.parametrize("tracer", list(TRACERS))
def test_no_tracer_sees_fate_or_division(tracer: str) -> None:
    seen = visibility(tracer)
    assert seen.answers[Sight.DIFFERENTIATION] is Answer.NO
    assert seen.answers[Sight.DIVISION] is Answer.NO
    assert seen.living_until <= seen.last_day + 1e-9
    assert float(left_in_cell(tracer, seen.living_until, decayed=False)) >= LEAST_LEFT - 1e-9


def test_longer_lived_labels_are_seen_longer() -> None:
    day = {v.tracer: v.last_day for v in all_visibility()}
    assert day["F18"] < day["Tc99m"] < day["In111"] < day["Zr89"]
    assert np.isfinite(day["iron_oxide"])


def test_a_tracer_that_is_not_seen_answers_nothing() -> None:
    """Iron after 1e8 cells by the vein: neither place nor living cells, and the table must not say otherwise."""
    for seen in all_visibility():
        if seen.last_day == 0:
            assert set(seen.answers.values()) == {Answer.NO}
        else:
            assert seen.answers[Sight.PLACE] is Answer.YES
    assert visibility("iron_oxide").last_day == 0
