"""The reference engine: the same equations printed as Python, solved by SciPy, patient by patient."""

from __future__ import annotations

from typing import Any

import numpy as np

from hepatica.engine.problem import BOLUS, MAX_CROSSINGS, Floats, Ints, Problem, Solution
from hepatica.progress import Progress


def solve(
    functions: dict[str, Any],
    problem: Problem,
    scale: Floats,
    out_index: Ints,
    hazards: tuple[int, ...],
    *,
    method: str = "Radau",
    progress: Progress | None = None,
) -> Solution:
    """Solve all patients of a problem, slowly and independently of the compiled engine."""
    n, ns, nt = problem.n, problem.initial.shape[1], len(problem.times)
    values, final = np.full((n, nt, len(out_index)), np.nan), np.full((n, ns), np.nan)
    status, steps = np.zeros(n, np.int64), np.zeros(n, np.int64)
    crossings = np.full((n, len(hazards), MAX_CROSSINGS), np.nan)
    for i in range(n):
        try:
            with np.errstate(all="ignore"):  # a solve that runs away is a status, not a warning
                states, final[i], steps[i] = _one(functions, problem, i, scale, hazards, method, crossings[i])
            o: list[float] = [0.0] * functions["N_OUTPUTS"]
            constants = _constants(functions, problem.parameters[i])
            for row, y in enumerate(states):
                functions["outputs"](y, problem.parameters[i], constants, o)
                values[i, row] = np.asarray(o)[out_index]
        except (ArithmeticError, ValueError, RuntimeError):
            status[i] = 2 if np.isfinite(problem.initial[i]).all() else 3
            values[i], final[i] = np.nan, np.nan
        if progress is not None:
            progress("solve", i + 1, n)
    return Solution(values, final, status, steps, np.zeros(n, np.int64), crossings)


def _constants(functions: dict[str, Any], p: Floats) -> list[float]:
    constants = [0.0] * functions["N_CONSTANTS"]
    functions["prepare"](p.tolist(), constants)
    return constants


def _one(
    functions: dict[str, Any],
    problem: Problem,
    i: int,
    scale: Floats,
    hazards: tuple[int, ...],
    method: str,
    crossings: Floats,
) -> tuple[Floats, Floats, int]:
    from scipy.integrate import solve_ivp  # slow to import, and seldom needed

    p, ns = problem.parameters[i].tolist(), len(scale)
    c = _constants(functions, problem.parameters[i])
    rate = np.zeros(ns)
    pattern = np.array(functions["PATTERN"]).T

    def rates(_: float, y: Floats) -> Floats:
        f = [0.0] * ns
        functions["rates"](y.tolist(), p, c, f)
        return np.asarray(f) + rate

    def jacobian(_: float, y: Floats) -> Floats:
        f, j = [0.0] * ns, [0.0] * pattern.shape[1]
        functions["jacobian"](y.tolist(), p, c, f, j)
        dense = np.zeros((ns, ns))
        dense[pattern[0], pattern[1]] = j
        return dense

    ev = problem.events
    due = list(range(int(ev.offset[i]), int(ev.offset[i + 1])))
    t, y, end = problem.start, problem.initial[i].copy(), float(problem.times[-1])
    target = [y[h] + problem.thresholds[i, e, 0] for e, h in enumerate(hazards)]
    crossed, row, steps, infusing = [0] * len(hazards), 0, 0, 0
    states = np.empty((len(problem.times), ns))
    if not np.isfinite(y).all():
        raise ValueError("the initial state is not finite")
    while True:
        while due and ev.time[due[0]] <= t:
            k = due.pop(0)
            if ev.kind[k] == BOLUS:
                y[ev.state[k]] += ev.amount[k]
            else:
                rate[ev.state[k]] += ev.amount[k]
                infusing += 1 if ev.amount[k] > 0 else -1
                if infusing == 0:
                    rate[:] = 0.0
        while row < len(problem.times) and problem.times[row] <= t:
            states[row] = y
            row += 1
        if t >= end:
            return states, y, steps
        stop = min(float(ev.time[due[0]]), end) if due else end
        watch = [_crossing(h, target[e]) for e, h in enumerate(hazards) if crossed[e] < MAX_CROSSINGS]
        wanted = problem.times[row:][problem.times[row:] < stop]
        found = solve_ivp(
            rates,
            (t, stop),
            y,
            method=method,
            jac=jacobian,
            rtol=problem.rtol,
            atol=problem.rtol * scale,
            dense_output=True,
            events=watch or None,
        )
        steps += len(found.t)
        if found.status == -1:
            raise RuntimeError(found.message)
        to = float(found.t[-1])
        for time in wanted[wanted < to]:
            states[row] = found.sol(time)
            row += 1
        y, t = found.y[:, -1].copy(), to
        if found.status == 1:
            which = next(e for e, times in enumerate(found.t_events) if len(times))
            as_list = y.tolist()
            functions[f"jump_{which}"](as_list, p, c)
            y = np.asarray(as_list)
            crossings[which, crossed[which]] = to
            crossed[which] += 1
            if crossed[which] < MAX_CROSSINGS:
                target[which] += problem.thresholds[i, which, crossed[which]]
        else:
            t = stop


def _crossing(hazard: int, target: float) -> Any:
    def distance(_: float, y: Floats) -> float:
        return float(y[hazard] - target)

    distance.terminal = True  # type: ignore[attr-defined]
    distance.direction = 1.0  # type: ignore[attr-defined]
    return distance
