"""The benchmark's task as Hepatica solves it: four weekly doses and an infection in admitted patients, 180 days."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from hepatica.engine import Events, Problem, System

DOSE, DAYS = 5.85e7, (0.0, 7.0, 14.0, 21.0)  # a million viable cells per kg for 65 kg, 9 of 10 alive
INFECTED = 40.0  # day
TIMES = np.arange(181.0)


class Ours:
    """Hepatica's compiled engine, patients in company."""

    name, settings = "Hepatica", "Rodas5P in SIMD lanes, exact sparse Jacobian"

    def __init__(self, system: System, parameters: np.ndarray, initial: np.ndarray) -> None:
        self.system, self.parameters, self.initial = system, parameters, initial

    def given(
        self, doses: tuple[float, ...] = DAYS, infected: float | None = INFECTED
    ) -> tuple[tuple[float, int, float], ...]:
        """Doses, and what the onset of an infection adds in a typical patient, as (day, state, amount)."""
        s = self.system
        row = [(t, s.states.index("cells_venous"), DOSE) for t in doses]
        typical = dict(zip(s.parameters, s.typical(), strict=True))
        if infected is not None:
            for event in s.model.thresholds:
                row += [
                    (
                        infected,
                        s.states.index(state),
                        float(expr.xreplace({x: typical[x.name] for x in expr.free_symbols})),
                    )
                    for state, expr in event.adds
                ]
        return tuple(row)

    def problem(
        self, rtol: float, n: int, doses: tuple[float, ...] = DAYS, infected: float | None = INFECTED
    ) -> Problem:
        """The first n patients, repeated if there are fewer."""
        s = self.system
        who = np.arange(n) % len(self.parameters)
        row = [(t, k, amount, 0) for t, k, amount in self.given(doses, infected)]
        limits = np.full((n, len(s.model.thresholds), 8), np.inf)
        return Problem(
            self.parameters[who], self.initial[who], TIMES, s.states, Events.gather([row] * n), limits, rtol=rtol
        )

    def time(self, problem: Problem, workers: int = 1) -> tuple[float, Any]:
        """CPU seconds a patient (wall seconds with several workers), and the solution."""
        clock = time.process_time if workers == 1 else time.perf_counter
        began = clock()
        done = self.system.solve(problem, workers=workers)
        return (clock() - began) / problem.n, done


def error(found: np.ndarray, exact: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Largest error of each patient."""
    return (np.abs(found - exact) / (np.abs(exact) + scale)).max(axis=(1, 2))
