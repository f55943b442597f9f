"""The engines that other people wrote, each given the same equations, patients and doses, at its best settings.

Each peer is built once for a `Setting` and then solves one patient at a time to a relative tolerance, absolute
tolerance being that times the scale of each state. A peer that is not installed is left out. For research use.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from hepatica.engine.compile import find_compiler
from hepatica.engine.generate import generate, python_source
from hepatica.model.assemble import Model

SCALAR_C = """\
#include <math.h>
static double power(double x, double n) { return x > 0.0 ? pow(x, n) : 0.0; }
static double pos(double x, double w) { return x > 0.0 ? x * x / (x + w) : 0.0; }
static double dpos(double x, double w) { return x > 0.0 ? x * (x + 2.0 * w) / ((x + w) * (x + w)) : 0.0; }
static double hill(double x, double k, double n) { return x > 0.0 ? 1.0 / (1.0 + pow(k / x, n)) : 0.0; }
static double dhill(double x, double k, double n) {
  double h = hill(x, k, n);
  return x > 0.0 ? n * h * (1.0 - h) / x : 0.0;
}
"""


@dataclass(frozen=True)
class Setting:
    """The same task for all: the same boluses (doses, and what an infection adds) at the same times."""

    model: Model
    parameters: np.ndarray
    initial: np.ndarray
    times: np.ndarray
    doses: tuple[tuple[float, int, float], ...]  # whole day, state, amount
    scale: np.ndarray

    @cached_property
    def segments(self) -> list[tuple[list[tuple[int, float]], np.ndarray, np.ndarray]]:
        """(doses, rows to write, times from the dose on) between one dose day and the next; times are whole days."""
        starts = sorted({0.0, *(t for t, _, _ in self.doses)})
        found = []
        for a, b in zip(starts, [*starts[1:], self.times[-1]], strict=True):
            rows = np.flatnonzero((self.times >= a) & (self.times <= b))
            found.append(([(s, x) for t, s, x in self.doses if t == a], rows, self.times[rows] - a))
        return found

    def over_segments(self, y: np.ndarray, solve: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
        """Run `solve(y, times from 0)` between doses; it gives states at its times, the first included."""
        out, y = np.empty((len(self.times), len(y))), y.copy()
        for doses, rows, times in self.segments:
            for state, amount in doses:
                y[state] += amount
            out[rows] = solve(y, times)
            y = out[rows[-1]].copy()
        return out

    @cached_property
    def constants(self) -> np.ndarray:
        """What depends on parameters alone, for each patient."""
        space: dict[str, Any] = {}
        exec(python_source(self.model), space)
        rows = np.zeros((len(self.parameters), space["N_CONSTANTS"]))
        for row, p in zip(rows, self.parameters, strict=True):
            c = row.tolist()
            space["prepare"](p.tolist(), c)
            row[:] = c
        return rows

    @cached_property
    def compiled(self) -> ctypes.CDLL:
        """Rates and dense Jacobian as scalar C: rates(y, p, c, f), jacobian(y, p, c, J by columns)."""
        lines, n = generate(self.model), len(self.model.states)

        def body(rows: list[tuple[str, str]], places: dict[str, str]) -> str:
            return "\n".join(f"  {'' if '[' in t else 'double '}{places.get(t, t)} = {e};" for t, e in rows)

        places = {f"J[{k}]": f"J[{i + n * j}]" for k, (i, j) in enumerate(lines.pattern)}
        head = "const double *restrict y, const double *restrict p, const double *restrict c, double *restrict"
        source = (
            SCALAR_C
            + f"""
void rates({head} f) {{
{body(lines.rates, {})}
}}
void jacobian({head} J) {{
  double f[{n}];
{body(lines.jacobian, places)}
}}
static const double *P, *C;
void patient(const double *p, const double *c) {{ P = p; C = c; }}
void lsoda_rates(double t, double *y, double *f, void *data) {{ rates(y, P, C, f); }}
"""
        )
        folder = Path(tempfile.mkdtemp())
        (folder / "model.c").write_text(source)
        compiler = find_compiler()
        assert compiler is not None
        flags = ("-O3", "-march=native", "-fno-math-errno", "-shared", "-fPIC", "model.c", "-o", "model.so", "-lm")
        subprocess.run([*compiler, *flags], cwd=folder, check=True, capture_output=True)
        return ctypes.CDLL(str(folder / "model.so"))

    def functions(self, i: int) -> tuple[Callable[[np.ndarray, np.ndarray], None], Callable[[np.ndarray], np.ndarray]]:
        """Compiled rates(y, f) and jacobian(y), by columns, of patient i."""
        for name in ("rates", "jacobian"):
            function = getattr(self.compiled, name)
            function.argtypes, function.restype = [ctypes.c_void_p] * 4, None
        matrix = np.zeros((len(self.scale), len(self.scale)))
        rates, jacobian = self.compiled.rates, self.compiled.jacobian
        p, c, j = self.parameters[i].ctypes.data, self.constants[i].ctypes.data, matrix.ctypes.data

        def at(y: np.ndarray) -> np.ndarray:
            jacobian(y.ctypes.data, p, c, j)
            return matrix

        return lambda y, f: rates(y.ctypes.data, p, c, f.ctypes.data), at


class Peer(ABC):
    """One engine; `package` is what it is installed as."""

    name, package, settings = "", "", ""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    @classmethod
    def version(cls) -> str | None:
        """Installed version, None where it is missing."""
        try:
            return version(cls.package)
        except PackageNotFoundError:
            return None

    def load(self, i: int) -> None:  # noqa: B027 - most have nothing to set
        """Whatever sets patient i's numbers in the engine and is not counted as its time."""

    @abstractmethod
    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States of patient i, shape (n_times, n_states)."""


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
        """What depends on parameters alone, as expressions."""
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


def _document(setting: Setting) -> str:
    from hepatica.exchange.sbml import Run, to_sbml

    names, m = list(setting.model.states), setting.model
    given = tuple((t, names[s], a, 0) for t, s, a in setting.doses)
    return to_sbml(
        m,
        Run(
            dict(zip(m.parameters, setting.parameters[0].tolist(), strict=True)),
            dict(zip(names, setting.initial[0].tolist(), strict=True)),
            given,
            end=float(setting.times[-1]),
        ),
    )


class RoadRunner(Peer):
    """libRoadRunner: SBML compiled by LLVM, CVODE; parameters are set in place, the model is never loaded again."""

    name, package, settings = "libRoadRunner", "libroadrunner", "CVODE, BDF, doses as events"

    def __init__(self, setting: Setting) -> None:
        import roadrunner

        super().__init__(setting)
        self.rr, self.states = roadrunner.RoadRunner(_document(setting)), list(setting.model.states)
        self.rr.integrator.setValue("maximum_num_steps", 1_000_000)
        self.columns = [name if name in self.rr.model.getFloatingSpeciesIds() else f"[{name}]" for name in self.states]
        self.order = [self.states.index(name) for name in self.rr.model.getFloatingSpeciesIds()]

    def load(self, i: int) -> None:
        """Write parameters and initial states of patient i into the simulator."""
        rr, s = self.rr, self.setting
        rr.resetToOrigin()
        for name, value in zip(s.model.parameters, s.parameters[i], strict=True):
            rr.model[name] = value
        rr.reset()
        for name, value in zip(self.states, s.initial[i], strict=True):
            rr.model[f"init({name})"] = value

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        rr, s = self.rr, self.setting
        rr.integrator.setValue("relative_tolerance", rtol)
        rr.integrator.setValue("absolute_tolerance", [float(rtol * s.scale[k]) for k in self.order])
        rr.reset()
        rr.timeCourseSelections = self.columns
        return np.array(rr.simulate(0.0, float(s.times[-1]), len(s.times)))


class Copasi(Peer):
    """COPASI through basico: its LSODA on imported SBML.

    The document must hold a patient: from the healthy person's, COPASI 4.48 goes wrong in about a third of loads.
    """

    name, package, settings = "COPASI", "copasi-basico", "deterministic (LSODA), doses as events"

    def __init__(self, setting: Setting) -> None:
        import basico

        super().__init__(setting)
        self.basico, self.states = basico, list(setting.model.states)
        self.dm = basico.load_model_from_string(_document(setting))
        model = self.dm.getModel()
        self.values = {v.getSBMLId(): v for v in map(model.getModelValue, range(model.getNumModelValues()))}
        self.species = {v.getSBMLId(): v for v in map(model.getMetabolite, range(model.getNumMetabs()))}

    def load(self, i: int) -> None:
        """Write parameters and initial states of patient i into the simulator."""
        import COPASI

        s, model, changed = self.setting, self.dm.getModel(), COPASI.ObjectStdVector()
        for name, value in zip(s.model.parameters, s.parameters[i], strict=True):
            if name in self.values:
                self.values[name].setInitialValue(float(value))
                changed.append(self.values[name].getInitialValueReference())
        model.updateInitialValues(changed)
        changed.clear()  # states after parameters: together, the order in which they take effect is left to chance
        for name, value in zip(self.states, s.initial[i], strict=True):
            self.species[name].setInitialConcentration(float(value))
            changed.append(self.species[name].getInitialConcentrationReference())
        model.updateInitialValues(changed)

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        s = self.setting
        frame = self.basico.run_time_course(
            0.0,
            float(s.times[-1]),
            len(s.times) - 1,
            model=self.dm,
            use_concentrations=True,
            r_tol=rtol,
            a_tol=1e-2 * rtol,
            max_steps=1_000_000,
        )
        return np.asarray(frame[self.states].to_numpy())


PEERS: tuple[type[Peer], ...] = (Copasi, RoadRunner, Casadi, Diffsol, NumbaLSODA, Sundae, SciPy)
