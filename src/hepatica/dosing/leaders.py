"""Leaders of a search: the regimens that are worth another look, and the range that gives up too little to matter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.burden import TYPICAL_WEIGHT
from hepatica.simulation import Arm

Floats = NDArray[np.float64]
MAX_LEADERS = 5  # regimens simulated again in fresh patients
MAX_RANGE = 4.0  # the stated range of cells ends at so many times its lower end


def total_cells(arm: Arm, weight: float = TYPICAL_WEIGHT) -> float:
    """Cells given in all to a body weight.

    Examples
    --------
    >>> from hepatica.therapy import Regimen
    >>> total_cells(Arm("x", Regimen(1e6, infusions=4)), 70.0)
    280000000.0
    """
    return arm.regimen.cells(weight) * arm.regimen.infusions if arm.regimen.gives_cells else 0.0


def choose_leaders(
    arms: Sequence[Arm], loss: Floats, error: Floats, allowed: NDArray[np.bool_], *, matters: float
) -> tuple[int, ...]:
    """Regimens with cells to simulate again, the best first.

    All whose opportunity loss against the best regimen with cells is within what matters or two Monte-Carlo errors of
    it are eligible; where they are too many, the best, those of the fewest and of the most cells, and the next best.

    Parameters
    ----------
    arms : sequence of Arm
        Of the search.
    loss, error : (arm,)
        Opportunity loss, worst of the hypotheses, and its Monte-Carlo error.
    allowed : (arm,)
        False where a limit of harm forbids.
    matters : float
        In the unit of the loss.
    """
    cells = [a for a, arm in enumerate(arms) if arm.regimen.gives_cells]
    able = [a for a in cells if allowed[a]] or cells
    if not able:
        return ()
    best = min(able, key=lambda a: (loss[a], a))
    near = [a for a in able if loss[a] - loss[best] <= max(matters, 2 * error[a])]
    by_cells = sorted(near, key=lambda a: (total_cells(arms[a]), arms[a].regimen.infusions, a))
    by_loss = sorted(near, key=lambda a: (loss[a], a))
    chosen = dict.fromkeys([best, by_cells[0], by_cells[-1], *by_loss])
    return tuple(chosen)[:MAX_LEADERS]


def plateau(arms: Sequence[Arm], loss: Floats, allowed: NDArray[np.bool_], *, matters: float) -> tuple[int, ...]:
    """Regimens that give up no more than matters against the best of these, the fewest cells first.

    The first is the least dose on the plateau; regimens of more than four times its cells are left out, as they add
    nothing but cells.

    Parameters
    ----------
    arms : sequence of Arm
        Of the search, or its leaders.
    loss : (arm,)
        Opportunity loss, worst of the hypotheses.
    allowed : (arm,)
        False where a limit of harm forbids.
    matters : float
        In the unit of the loss.

    Examples
    --------
    >>> from hepatica.therapy import Regimen
    >>> arms = [Arm("care"), *(Arm("x", Regimen(d)) for d in (1e5, 1e6, 2e6, 1e7))]
    >>> plateau(arms, np.array([9.0, 5.0, 0.6, 0.2, 0.0]), np.ones(5, bool), matters=1.0)
    (2, 3)
    """
    cells = [a for a, arm in enumerate(arms) if arm.regimen.gives_cells]
    able = [a for a in cells if allowed[a]] or cells
    if not able:
        return ()
    least = min(loss[a] for a in able)
    flat = sorted(
        (a for a in able if loss[a] <= least + matters),
        key=lambda a: (total_cells(arms[a]), arms[a].regimen.infusions, loss[a], a),
    )
    most = MAX_RANGE * total_cells(arms[flat[0]]) * (1 + 1e-9)
    return tuple(a for a in flat if total_cells(arms[a]) <= most)
