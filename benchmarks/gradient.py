"""Derivatives of one loss by twenty parameters, against central differences and the adjoint method of casadi."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from peer import Setting
from peers import Casadi
from task import TIMES, Ours

LOSS = ("bilirubin_conjugated", "ast", "il6", "creatinine", "albumin")


def gradient(ours: Ours, setting: Setting, with_casadi: bool, rounds: int) -> dict[str, Any]:
    """Twenty derivatives of one loss: sum over 26 weeks and five states of log(x + 1e-3)^2."""
    s, i = ours.system, 3
    live = [p for k, p in enumerate(s.parameters) if setting.parameters[i, k] != 0]
    names = tuple(live[k] for k in np.linspace(0, len(live) - 1, 20).astype(int))
    columns, states = [s.parameters.index(p) for p in names], [s.states.index(x) for x in LOSS]
    one = ours.problem(1e-6, i + 1).part(i, i + 1)

    def loss(values: np.ndarray) -> float:
        return float((np.log(values[::7][:, states] + 1e-3) ** 2).sum())

    def ours_at(rtol: float) -> np.ndarray:
        done = s.solve(replace(one, rtol=rtol), sensitivities=names, workers=1)
        x = done.values[0][::7][:, states]
        weight = 2 * np.log(x + 1e-3) / (x + 1e-3)
        return np.einsum("ts,tsk->k", weight, done.sensitivities[0][::7][:, states])

    exact = []
    many = ours.problem(1e-11, 2 * len(columns))  # each parameter up, then down, all in one solve
    moved = np.repeat(one.parameters, many.n, axis=0)
    for k, column in enumerate(columns):
        moved[[2 * k, 2 * k + 1], column] *= 1 + np.array([1e-4, -1e-4])
    initial = np.repeat(one.initial, many.n, axis=0)
    values = s.solve(replace(many, parameters=moved, initial=initial)).values
    for k, column in enumerate(columns):
        up, down = 2 * k, 2 * k + 1
        exact.append((loss(values[up]) - loss(values[down])) / (moved[up, column] - moved[down, column]))
    size = np.abs(one.parameters[0, columns])
    truth = np.array(exact) * size  # by relative changes, so that all count alike

    def off(found: np.ndarray) -> float:
        return float(np.abs(found * size - truth).max() / np.abs(truth).max())

    out: dict[str, Any] = {"parameters": names}
    adjoint = _adjoint(setting, i, columns, states) if with_casadi else None
    for rtol in (1e-5, 1e-6):
        took: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            began = time.process_time()
            mine = ours_at(rtol)
            took.append(time.process_time() - began)
            if adjoint is not None:
                began = time.process_time()
                other = adjoint(rtol)
                theirs.append(time.process_time() - began)
        row: dict[str, Any] = {"ms": 1e3 * float(np.median(took)), "error": off(mine)}
        if adjoint is not None:
            row |= {
                "casadi_adjoint_ms": 1e3 * float(np.median(theirs)),
                "casadi_error": off(other),
                "ratio": float(np.median(theirs) / np.median(took)),
            }
        out[f"{rtol:g}"] = row
    return out


def _adjoint(setting: Setting, i: int, columns: list[int], states: list[int]) -> Any:
    """The gradient by casadi: CVODES backward through all segments."""
    import casadi as ca

    peer = Casadi(setting)
    weeks = TIMES[::7]
    made: dict[float, Any] = {}

    def build(rtol: float) -> Any:
        p = ca.SX.sym("p", setting.parameters.shape[1])
        theta, y0 = ca.MX.sym("t", len(columns)), setting.initial[i] / setting.scale
        full = ca.MX(setting.parameters[i])
        full[columns] = theta
        constants = peer.prepare(p)  # what depends on parameters alone has derivatives too
        values = ca.Function("c", [p], [constants])(full)
        u, total = ca.MX(y0), 0
        for doses, rows, times in setting.segments:
            for state, amount in doses:
                step = np.zeros(len(y0))
                step[state] = amount / setting.scale[state]
                u = u + step
            found = peer.integrator(rtol, times)(x0=u, p=ca.vertcat(full, values))["xf"]
            for k, day in enumerate(TIMES[rows]):
                if day in weeks and (k < len(rows) - 1 or day == TIMES[-1]):  # a dose day belongs to what follows it
                    x = (u if k == 0 else found[:, k - 1])[states] * setting.scale[states]
                    total = total + ca.sumsqr(ca.log(x + 1e-3))
            u = found[:, -1]
        return ca.Function("g", [theta], [ca.gradient(total, theta)])

    def run(rtol: float) -> np.ndarray:
        if rtol not in made:
            made[rtol] = build(rtol)
            made[rtol](setting.parameters[i, columns])  # compiled once, not counted
        return np.array(made[rtol](setting.parameters[i, columns])).ravel()

    run(1e-5), run(1e-6)
    return run
