"""Leaders and plateau: the fewest cells that give up too little to matter."""

import numpy as np

from hepatica.dosing.leaders import MAX_LEADERS, choose_leaders, plateau, total_cells
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

DOSES = (1e5, 5e5, 1e6, 2e6, 5e6, 1e7)
ARMS = [Arm("standard care"), *(Arm(f"{d:g} x{n}", Regimen(d, infusions=n)) for n in (1, 4) for d in DOSES)]
ALL = np.ones(len(ARMS), bool)


def losses(**own):
    loss = np.full(len(ARMS), 9.0)
    for name, value in own.items():
        loss[int(name[1:])] = value
    return loss


def test_leaders_hold_the_best_the_cheapest_and_the_dearest_of_the_near():
    loss = losses(a3=0.9, a4=0.8, a5=0.0, a6=0.5, a9=0.7, a10=0.4, a11=0.3, a12=0.2)
    found = choose_leaders(ARMS, loss, np.zeros(len(ARMS)), ALL, matters=1.0)
    assert found[0] == 5 and 3 in found and 12 in found and len(found) == MAX_LEADERS
    assert set(found) <= {3, 4, 5, 6, 9, 10, 11, 12}


def test_what_error_leaves_open_is_near():
    loss, error = losses(a5=0.0, a6=3.0), np.zeros(len(ARMS))
    assert choose_leaders(ARMS, loss, error, ALL, matters=1.0) == (5,)
    error[6] = 1.6
    assert set(choose_leaders(ARMS, loss, error, ALL, matters=1.0)) == {5, 6}


def test_forbidden_regimens_lead_only_where_all_are_forbidden():
    loss = losses(a5=0.0, a6=0.5)
    allowed = ALL.copy()
    allowed[5] = False
    assert choose_leaders(ARMS, loss, np.zeros(len(ARMS)), allowed, matters=1.0) == (6,)
    none = np.arange(len(ARMS)) == 0
    assert choose_leaders(ARMS, loss, np.zeros(len(ARMS)), none, matters=0.1) == (5,)
    assert choose_leaders(ARMS[:1], loss[:1], loss[:1], ALL[:1], matters=1.0) == ()


def test_the_plateau_begins_with_the_least_dose_and_ends_at_four_times_its_cells():
    loss = losses(a3=0.9, a4=0.8, a5=0.4, a6=0.0, a12=0.0)
    flat = plateau(ARMS, loss, ALL, matters=1.0)
    assert flat == (3, 4)  # 1e6 and 2e6 once; 5e6 is five times the first
    assert [total_cells(ARMS[a]) for a in flat] == sorted(total_cells(ARMS[a]) for a in flat)
    assert plateau(ARMS, loss, ALL, matters=0.0) == (6, 12)
    assert plateau(ARMS[:1], loss[:1], ALL[:1], matters=1.0) == ()
