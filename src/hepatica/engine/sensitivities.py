"""Derivatives of outputs by parameters and initial states, taken on the steps of one solve.

The lanes of a group hold one patient, the first as given, each other with one number moved a little. All
take the steps that the first one's error asks for, so their differences are derivatives of the numerical
solution itself: smooth, whatever the tolerance. Doses and infections stay where they were in time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hepatica.engine.checked import Checked
from hepatica.engine.problem import Events, Floats, Layout, Solution
from hepatica.progress import Progress

OF_BASE = ("values", "final", "status", "steps", "rejected", "crossings")  # what the undisplaced row gives
STEP = 1e-6  # of a number's size: truncation and rounding of the difference are both near 1e-6 of the derivative
AT_ONCE = 2**24  # values held at a time

Solver = Callable[[Checked], Solution]


def solve(
    run: Solver, checked: Checked, names: tuple[str, ...], *, lanes: int, progress: Progress | None = None
) -> Solution:
    """Solve with derivatives.

    Parameters
    ----------
    run : callable
        Solves a problem whose rows stand in groups of `lanes`, each group on the steps of its first row.
    checked : Checked
        The problem.
    names : tuple of str
        Parameters, or states for their initial values.
    lanes : int
        Rows of a group.
    progress : Progress, optional
        Told of the stage "solve", in patients.

    Returns
    -------
    Solution
        With `sensitivities`; steps are those of one group.
    """
    groups = -(-len(names) // (lanes - 1))
    problem, rows = checked.problem, groups * lanes
    size = max(1, AT_ONCE // (rows * len(problem.times) * max(1, len(problem.outputs))))
    parts = []
    for first in range(0, problem.n, size):
        some = checked.part(first, min(first + size, problem.n))
        parts.append(_block(run, some, names, lanes, rows))
        if progress is not None:
            progress("solve", first + some.problem.n, problem.n)
    return Solution.join(parts)


def _block(run: Solver, checked: Checked, names: tuple[str, ...], lanes: int, rows: int) -> Solution:
    """Derivatives for some patients, each in `rows` rows: a base in the first lane of a group, then steps."""
    problem, n = checked.problem, checked.problem.n
    p = np.repeat(problem.parameters, rows, axis=0).reshape(n, rows, -1)
    y = np.repeat(problem.initial, rows, axis=0).reshape(n, rows, -1)
    places, moved = _displace(checked.layout, p, y, names, lanes)
    many = replace(
        problem,
        parameters=p.reshape(n * rows, -1),
        initial=y.reshape(n * rows, -1),
        thresholds=np.repeat(problem.thresholds, rows, axis=0),
        events=_repeated(problem.events, rows),
    )
    done = run(replace(checked, problem=many))
    values = done.values.reshape(n, rows, *done.values.shape[1:])
    base = values[:, [row // lanes * lanes for row in places]]
    slopes = (values[:, places] - base) / moved[:, :, None, None]
    first = slice(None, None, rows)
    return Solution(
        **{name: getattr(done, name)[first] for name in OF_BASE},
        sensitivities=np.moveaxis(slopes, 1, -1),
    )


def _displace(layout: Layout, p: Floats, y: Floats, names: tuple[str, ...], lanes: int) -> tuple[list[int], Floats]:
    """Move one number of one row for each name, in place; the rows, and by how much, (n, n_names)."""
    places, moved = [], np.empty((len(p), len(names)))
    for k, name in enumerate(names):
        row = k // (lanes - 1) * lanes + 1 + k % (lanes - 1)
        is_parameter = name in layout.parameters
        array, column = (p, layout.parameters.index(name)) if is_parameter else (y, layout.states.index(name))
        old = array[:, row, column].copy()
        by = STEP * (np.abs(old) + (0.0 if is_parameter else layout.scale[column]))
        array[:, row, column] += np.where(by > 0.0, by, STEP)
        moved[:, k] = array[:, row, column] - old  # what rounding left of the step
        places.append(row)
    return places, moved


def _repeated(events: Events, rows: int) -> Events:
    """The events of each solve, `rows` times over."""
    counts = np.diff(events.offset)
    index = np.concatenate(
        [np.tile(np.arange(a, a + m), rows) for a, m in zip(events.offset, counts, strict=False)] or [np.zeros(0)]
    ).astype(np.int64)
    offset = np.concatenate([[0], np.cumsum(np.repeat(counts, rows))]).astype(np.int64)
    return Events(offset, events.time[index], events.state[index], events.amount[index], events.kind[index])
