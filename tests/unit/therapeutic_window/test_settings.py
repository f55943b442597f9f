"""Doses and sizes of a window, and what is refused."""

import numpy as np
import pytest

from hepatica import check_study
from hepatica.errors import InputError
from hepatica.therapeutic_window.settings import WindowSettings, base_regimen


def test_doses_are_equally_spaced_over_all_infusions():
    logs = WindowSettings(low=1e4, high=1e7, points=7).log_doses(4)
    assert 10.0 ** logs[[0, -1]] == pytest.approx([4e4, 4e7]) and np.allclose(np.diff(logs), 0.5)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"high": 1e30}, "dose: got 1e+30; a number of cells per kg from 0 to 1e+10"),
        ({"low": 1e7, "high": 1e6}, "then a higher one"),
        ({"low": 0.0}, "above 0"),
        ({"points": 3}, "window.points: got 3"),
        ({"per_draw": 1}, "window.per_draw"),
        ({"draws": 4}, "window.draws"),
        ({"relevant": 0.0}, "--relevant"),
        ({"relevant": float("nan")}, "--relevant"),
        ({"limits": {"boredom": 0.1}}, "boredom"),
        ({"limits": {"reaction": 0.0}}, "--limit"),
    ],
)
def test_what_no_window_has_is_refused_in_one_sentence(wrong, says):
    with pytest.raises(InputError) as error:
        WindowSettings(**wrong)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_the_base_schedule_is_the_most_infusions_by_the_first_route():
    grid = {
        "dose": ["1e6 cells/kg"],
        "infusions": [1, 4],
        "interval": ["5 d"],
        "route": ["portal_vein", "peripheral_vein"],
    }
    regimen = base_regimen(check_study({"title": "t", "grid": grid}))
    assert (regimen.infusions, regimen.interval, regimen.route, regimen.dose) == (4, 5.0, "portal_vein", 1.0)


def test_a_grid_without_cells_has_no_window():
    with pytest.raises(InputError, match="infusions"):
        base_regimen(check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"], "infusions": [0]}}))
