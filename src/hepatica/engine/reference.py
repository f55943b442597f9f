"""Reference engine: the same equations printed as Python, solved by SciPy, patient by patient."""

from __future__ import annotations

import functools
from typing import Any, ClassVar, final

import numpy as np

from hepatica.engine import store
from hepatica.engine.base import Engine, SolveOptions
from hepatica.engine.checked import Checked
from hepatica.engine.interface import MAX_CROSSINGS, EventKind, Status
from hepatica.engine.problem import Floats, Problem, Solution
from hepatica.errors import EngineError
from hepatica.model.structure import Model


@final
class Reference(Engine):
    """Implicit Runge-Kutta method of order 5 (Radau IIA) by SciPy, independent of the compiled engine."""

    name: ClassVar[str] = "reference"

    @functools.cached_property
    def functions(self) -> dict[str, Any]:
        """Functions ``prepare``, ``rates``, ``jacobian``, ``outputs`` and ``jump_<k>`` of the model."""
        return compiled_functions(self.model)

    def run(self, checked: Checked, options: SolveOptions) -> Solution:
        """Solve all patients, one after another.

        Raises
        ------
        EngineError
            If sensitivities are asked for.
        """
        if options.sensitivities:
            raise EngineError(
                "sensitivities need the compiled engine: install a C compiler, or `pip install hepatica[zig]`"
            )
        p, layout, functions = checked.problem, checked.layout, self.functions
        n, ns, ne, nt = p.n, len(layout.states), len(layout.hazards), len(p.times)
        values, final = np.full((n, nt, len(checked.out_index)), np.nan), np.full((n, ns), np.nan)
        status, steps = np.zeros(n, np.int64), np.zeros(n, np.int64)
        crossings = np.full((n, ne, MAX_CROSSINGS), np.nan)
        for i in range(n):
            try:
                with np.errstate(all="ignore"):  # a solve that runs away is a status, not a warning
                    states, final[i], steps[i] = _Course(functions, checked, i, crossings[i]).solve()
                o: list[float] = [0.0] * len(layout.outputs)
                constants = constants_of(functions, p.parameters[i])
                for row, y in enumerate(states):
                    functions["outputs"](y, p.parameters[i], constants, o)
                    values[i, row] = np.asarray(o)[checked.out_index]
            except (ArithmeticError, ValueError, RuntimeError):
                finite = np.isfinite(p.initial[i]).all()
                status[i] = Status.STEP_TOO_SMALL if finite else Status.NOT_FINITE_AT_START
                values[i], final[i] = np.nan, np.nan
            if options.progress is not None:
                options.progress("solve", i + 1, n)
        return Solution(values, final, status, steps, np.zeros(n, np.int64), crossings)


def compiled_functions(model: Model) -> dict[str, Any]:
    """Namespace of a model's Python functions, made from the cached source where there is one."""
    space: dict[str, Any] = {}
    exec(compile(store.python_source_of(model), "<model>", "exec"), space)
    return space


def constants_of(functions: dict[str, Any], p: Floats) -> list[float]:
    """Expressions of parameters alone, computed once for a patient."""
    constants = [0.0] * functions["N_CONSTANTS"]
    functions["prepare"](p.tolist(), constants)
    return constants


class _Course:
    """Course of one patient, from event to event."""

    def __init__(self, functions: dict[str, Any], checked: Checked, i: int, crossings: Floats) -> None:
        problem, self.hazards = checked.problem, checked.layout.hazards
        self.problem: Problem = problem
        self.functions, self.i, self.crossings = functions, i, crossings
        self.scale = np.array(checked.layout.scale)
        self.p = problem.parameters[i].tolist()
        self.c = constants_of(functions, problem.parameters[i])
        self.rate, self.infusing = np.zeros(len(self.scale)), 0
        self.pattern = np.array(functions["PATTERN"]).T
        self.t, self.y, self.end = problem.start, problem.initial[i].copy(), float(problem.times[-1])
        self.due = list(range(int(problem.events.offset[i]), int(problem.events.offset[i + 1])))
        self.target = [self.y[h] + problem.thresholds[i, e, 0] for e, h in enumerate(self.hazards)]
        self.crossed, self.row, self.steps = [0] * len(self.hazards), 0, 0
        self.states = np.empty((len(problem.times), len(self.scale)))

    def solve(self) -> tuple[Floats, Floats, int]:
        """States at the output times, final states, and the number of steps."""
        if not np.isfinite(self.y).all():
            raise ValueError("the initial state is not finite")
        while True:
            self._dose()
            times = self.problem.times
            while self.row < len(times) and times[self.row] <= self.t:
                self._store(self.y)
            if self.t >= self.end:
                return self.states, self.y, self.steps
            self._advance()

    def _store(self, y: Floats) -> None:
        self.states[self.row] = y
        self.row += 1

    def _dose(self) -> None:
        ev = self.problem.events
        while self.due and ev.time[self.due[0]] <= self.t:
            k = self.due.pop(0)
            if ev.kind[k] == EventKind.BOLUS:
                self.y[ev.state[k]] += ev.amount[k]
                continue
            self.rate[ev.state[k]] += ev.amount[k]
            self.infusing += 1 if ev.amount[k] > 0 else -1
            if self.infusing == 0:
                self.rate[:] = 0.0

    def _rates(self, _: float, y: Floats) -> Floats:
        f = [0.0] * len(self.scale)
        self.functions["rates"](y.tolist(), self.p, self.c, f)
        return np.asarray(f) + self.rate

    def _jacobian(self, _: float, y: Floats) -> Floats:
        ns = len(self.scale)
        f, j = [0.0] * ns, [0.0] * self.pattern.shape[1]
        self.functions["jacobian"](y.tolist(), self.p, self.c, f, j)
        dense = np.zeros((ns, ns))
        dense[self.pattern[0], self.pattern[1]] = j
        return dense

    def _advance(self) -> None:
        """Integrate to the next dose, the end, or the first threshold that is crossed."""
        from scipy.integrate import solve_ivp  # slow to import, and seldom needed

        times, rtol = self.problem.times, self.problem.rtol
        stop = min(float(self.problem.events.time[self.due[0]]), self.end) if self.due else self.end
        active = [e for e in range(len(self.hazards)) if self.crossed[e] < MAX_CROSSINGS]
        solved = solve_ivp(
            self._rates,
            (self.t, stop),
            self.y,
            method="Radau",
            jac=self._jacobian,
            rtol=rtol,
            atol=rtol * self.scale,
            dense_output=True,
            events=[_crossing(self.hazards[e], self.target[e]) for e in active] or None,
        )
        self.steps += len(solved.t)
        if solved.status == -1:
            raise RuntimeError(solved.message)
        reached = float(solved.t[-1])
        for time in times[self.row :][times[self.row :] < min(stop, reached)]:
            self._store(solved.sol(time))
        self.y = solved.y[:, -1].copy()
        if solved.status == 1:
            self.t = reached
            self._jump(active[next(k for k, t in enumerate(solved.t_events) if len(t))])
        else:
            self.t = stop

    def _jump(self, event: int) -> None:
        y = self.y.tolist()
        self.functions[f"jump_{event}"](y, self.p, self.c)
        self.y = np.asarray(y)
        self.crossings[event, self.crossed[event]] = self.t
        self.crossed[event] += 1
        if self.crossed[event] < MAX_CROSSINGS:
            self.target[event] += self.problem.thresholds[self.i, event, self.crossed[event]]


def _crossing(hazard: int, target: float) -> Any:
    def distance(_: float, y: Floats) -> float:
        return float(y[hazard] - target)

    distance.terminal = True  # type: ignore[attr-defined]
    distance.direction = 1.0  # type: ignore[attr-defined]
    return distance
