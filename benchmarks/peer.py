"""One engine that other people wrote, and the setting in which each solves the same equations, patients and doses."""

from __future__ import annotations

import ctypes
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
from hepatica.engine.generate import generate
from hepatica.engine.store import python_source_of
from hepatica.model.structure import Model

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
        """Constants of each patient, which depend on parameters alone."""
        space: dict[str, Any] = {}
        exec(python_source_of(self.model), space)
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
        """Patient i's numbers, set in the engine; not counted as its time."""

    @abstractmethod
    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States of patient i, shape (n_times, n_states)."""
