"""The engines that other people wrote, each given the same equations, patients and doses, at its best settings.

Each peer is built once for a `Setting` and then solves one patient at a time to a relative tolerance, absolute
tolerance being that times the scale of each state. A peer that is not installed is left out. For research use.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any

import numpy as np
from peer import Peer, Setting
from simulators import Copasi, RoadRunner

from hepatica.engine.compile import find_compiler
from hepatica.engine.generate import generate, python_source


class SciPy(Peer):
    """ODEPACK's LSODA through odeint, f and Jacobian compiled."""

    name, package, settings = "SciPy odeint", "scipy", "LSODA, compiled f and Jacobian"

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        from scipy.integrate import odeint

        s = self.setting
        rates, jacobian = s.functions(i)
        f = np.empty(len(s.scale))

        def rhs(y: np.ndarray, _: float) -> np.ndarray:
            rates(y, f)
            return f

        return s.over_segments(
            s.initial[i],
            lambda y, t: odeint(
                rhs, y, t, Dfun=lambda y, _: jacobian(y), col_deriv=True, rtol=rtol, atol=rtol * s.scale, mxstep=100_000
            ),
        )


class NumbaLSODA(Peer):
    """The C LSODA of numbalsoda, f compiled; it takes no Jacobian and one absolute tolerance."""

    name, package, settings = "numbalsoda", "numbalsoda", "lsoda, compiled f, states over their scales"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.address = ctypes.cast(setting.compiled.lsoda_rates, ctypes.c_void_p).value

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        from numbalsoda import lsoda

        s = self.setting
        p, c = (np.ascontiguousarray(a[i]) for a in (s.parameters, s.constants))
        s.compiled.patient(ctypes.c_void_p(p.ctypes.data), ctypes.c_void_p(c.ctypes.data))

        def one(y: np.ndarray, t: np.ndarray) -> np.ndarray:
            found, fine = lsoda(self.address, y, t, rtol=rtol, atol=rtol * float(np.median(s.scale)), mxstep=100_000)
            if not fine:
                raise ArithmeticError("lsoda gave up")
            return found

        return s.over_segments(s.initial[i], one)


class Sundae(Peer):
    """CVODE of SUNDIALS through scikit-sundae."""

    name, package, settings = "scikit-sundae CVODE", "scikit-sundae", "BDF, dense, compiled f and Jacobian"

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        from sksundae.cvode import CVODE

        s = self.setting
        rates, jacobian = s.functions(i)

        def jac(_: float, y: np.ndarray, yp: np.ndarray, j: np.ndarray) -> None:
            j[:] = jacobian(y).T

        solver = CVODE(lambda _, y, f: rates(y, f), jacfn=jac, rtol=rtol, atol=rtol * s.scale, max_num_steps=100_000)

        def one(y: np.ndarray, t: np.ndarray) -> np.ndarray:
            found = solver.solve(t, y)
            if not found.success:
                raise ArithmeticError(found.message)
            return np.asarray(found.y)

        return s.over_segments(s.initial[i], one)


class Casadi(Peer):
    """CVODES through casadi, expressions compiled by its own code generator where there is a compiler."""

    name, package, settings = "casadi CVODES", "casadi", "exact sparse Jacobian, states over their scales, jit"

    def __init__(self, setting: Setting) -> None:
        import casadi as ca

        super().__init__(setting)
        self.ca, n = ca, len(setting.scale)
        space: dict[str, Any] = {}
        exec(python_source(setting.model), space)
        positive = {
            "pos": lambda x, w: ca.if_else(x > 0, x * x / (x + w), 0),
            "hill": lambda x, k, m: ca.if_else(x > 0, 1 / (1 + (k / ca.fmax(x, 1e-60)) ** m), 0),
            "power": lambda x, m: ca.if_else(x > 0, ca.fmax(x, 1e-300) ** m, 0),
        }
        space |= positive | {name: getattr(ca, name) for name in ("exp", "log", "sqrt", "tanh")}
        u, p, c = (
            ca.SX.sym("u", n),
            ca.SX.sym("p", setting.parameters.shape[1]),
            ca.SX.sym("c", setting.constants.shape[1]),
        )
        self.space = space
        f: list[Any] = [0] * n
        y = [u[i] * float(setting.scale[i]) for i in range(n)]
        space["rates"](y, [p[i] for i in range(p.shape[0])], [c[i] for i in range(c.shape[0])], f)
        self.ode = ca.vertcat(*[v / float(s) for v, s in zip(f, setting.scale, strict=True)])
        self.dae = {"x": u, "p": ca.vertcat(p, c), "ode": self.ode}
        self.made: dict[tuple[float, int], Any] = {}

    def prepare(self, p: Any) -> Any:
        """Constants of a patient, which depend on parameters alone, as expressions."""
        c: list[Any] = [0] * self.setting.constants.shape[1]
        self.space["prepare"]([p[i] for i in range(p.shape[0])], c)
        return self.ca.vertcat(*c)

    def integrator(self, rtol: float, times: np.ndarray, **more: Any) -> Any:
        """One for each tolerance and set of times."""
        key = (rtol, len(times))
        if key not in self.made:
            jit = {
                "jit": True,
                "compiler": "shell",
                "jit_options": {"flags": ["-O3", "-march=native"], "verbose": False},
            }
            options = {
                "reltol": rtol,
                "abstol": rtol,
                "max_num_steps": 1_000_000,
                **(jit if find_compiler() else {}),
                **more,
            }
            self.made[key] = self.ca.integrator("F", "cvodes", self.dae, 0.0, times[1:].tolist(), options)
        return self.made[key]

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        s = self.setting
        p = np.concatenate([s.parameters[i], s.constants[i]])

        def one(y: np.ndarray, t: np.ndarray) -> np.ndarray:
            u = y / s.scale
            found = np.array(self.integrator(rtol, t)(x0=u, p=p)["xf"]).T
            return np.vstack([u, found]) * s.scale

        return s.over_segments(s.initial[i], one)


class Diffsol(Peer):
    """diffsol's BDF through pydiffsol, equations written as DiffSL and compiled by LLVM."""

    name, package, settings = "pydiffsol BDF", "pydiffsol", "LLVM, sparse LU, states over their scales"
    method = "bdf"

    def __init__(self, setting: Setting) -> None:
        import pydiffsol

        super().__init__(setting)
        self.ds = pydiffsol
        text, self.slots = _diffsl(setting)
        self.ode = pydiffsol.Ode(text, matrix_type=pydiffsol.faer_sparse)
        self.ode.ode_solver = getattr(pydiffsol, self.method)

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        s = self.setting
        self.ode.rtol, self.ode.atol = rtol, rtol
        values = {"p": s.parameters[i], "c": s.constants[i]}
        known = np.array([values[kind][k] for kind, k in self.slots])

        def one(y: np.ndarray, t: np.ndarray) -> np.ndarray:
            found = self.ode.solve_dense(np.concatenate([known, y / s.scale]), t)
            return np.asarray(found.ys).T * s.scale

        return s.over_segments(s.initial[i], one)


def _diffsl(setting: Setting) -> tuple[str, list[tuple[str, int]]]:
    """The model as DiffSL, and which parameters and constants it takes."""
    lines, n = generate(setting.model), len(setting.scale)
    used = sorted({(k, int(i)) for _, e in lines.rates for k, i in re.findall(r"\b([pc])\[(\d+)\]", e)})
    names = {t: f"m{k}" for k, (t, _) in enumerate(row for row in lines.rates if "[" not in row[0])}

    def text(e: str) -> str:
        e = re.sub(r"\by\[(\d+)\]", lambda m: f"(s{m[1]}*{float(setting.scale[int(m[1])])!r})", e)
        e = re.sub(r"\b([pc])\[(\d+)\]", r"\1\2", e)
        e = re.sub(r"\bq_\w+", lambda m: names[m[0]], e)
        return re.sub(r"(\d)e([-+]?)0*(\d)", r"\1e\2\3", _expanded(e))

    values = {"p": setting.parameters[0], "c": setting.constants[0]}
    inputs = [f"{k}{i} = {float(values[k][i])!r}" for k, i in used] + [f"z{i} = 1.0" for i in range(n)]
    inner = [f"{names[t]} {{ {text(e)} }}" for t, e in lines.rates if t in names]
    outer = [text(e) for t, e in lines.rates if t not in names]
    rates = ",\n".join(f"({e})/{float(s)!r}" for e, s in zip(outer, setting.scale, strict=True))
    return (
        "in_i { "
        + ", ".join(inputs)
        + " }\nu_i { "
        + ", ".join(f"s{i} = z{i}" for i in range(n))
        + " }\n"
        + "\n".join(inner)
        + "\nF_i {\n"
        + rates
        + "\n}\n"
    ), used


def _expanded(text: str) -> str:
    """Calls of pos, hill and power in terms of what DiffSL has."""
    for name, form in (
        ("hill", "(1.0/(1.0+pow({1}/max({0},0.0+1e-60),{2})))"),
        ("pos", "(max({0},0.0)*max({0},0.0)/(max({0},0.0)+{1}))"),
        ("power", "pow(max({0},0.0),{1})"),
    ):
        while (found := re.search(rf"\b{name}\(", text)) is not None:
            depth, start, parts = 0, found.end(), []
            for k in range(found.end() - 1, len(text)):
                depth += {"(": 1, ")": -1}.get(text[k], 0)
                if (text[k] == "," and depth == 1) or depth == 0:
                    parts.append(f"({text[start:k].strip()})")
                    start = k + 1
                if depth == 0:
                    text = text[: found.start()] + form.format(*parts) + text[k + 1 :]
                    break
    return text


PEERS: tuple[type[Peer], ...] = (Copasi, RoadRunner, Casadi, Diffsol, NumbaLSODA, Sundae, SciPy)
