"""Cost of doses, patients, threads and states, of a start, and of one step against the processor's peak."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from task import DAYS, Ours

from hepatica.engine import Problem, System
from hepatica.engine.compile import FLAGS, NATIVE, find_compiler, write_sources
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.structure import Model

WEIGHTS = {
    "/": 8,
    "vexp": 25,
    "vlog": 30,
    "ln": 31,
    "rise": 35,
    "vtanh": 60,
    "pos": 12,
    "dpos": 20,
    "power": 90,
    "hill": 100,
    "slope": 12,
    "over": 1,
    "vsqrt": 8,
}  # operations that a call or division stands for, from its lines in lanes.h
PARTS = ("constants", "rates", "jacobian", "factor", "solve", "outputs", "norm", "dense output", "attempt")


def costs(ours: Ours, rounds: int, model: Model, many: int, smaller: int) -> dict[str, Any]:
    """Cost of doses, patients, threads and states at a tolerance of 1e-6, in `many` patients, and smaller models."""

    def best(problem: Problem, workers: int = 1, mine: Ours = ours) -> tuple[float, Any]:
        runs = [mine.time(problem, workers) for _ in range(rounds)]
        return min(r[0] for r in runs), runs[0][1]

    out: dict[str, Any] = {"doses": [], "patients": [], "threads": [], "states": [], "steps_per_dose": {}}
    for rtol in (1e-4, 1e-5, 1e-6):
        none = ours.time(ours.problem(rtol, many, (), None))[1].steps.mean()
        four = ours.time(ours.problem(rtol, many, DAYS, None))[1].steps.mean()
        out["steps_per_dose"][f"{rtol:g}"] = float((four - none) / 4)
    for count in (0, 1, 4, 12):
        seconds, done = best(ours.problem(1e-6, many, tuple(7.0 * k for k in range(count)), None))
        out["doses"].append({"doses": count, "ms": 1e3 * seconds, "steps": float(done.steps.mean())})
    for n in (1, 8, 64, 2 * many):
        out["patients"].append({"patients": n, "ms": 1e3 * best(ours.problem(1e-6, n))[0]})
    one, two = (min(ours.time(ours.problem(1e-6, 4 * many), w)[0] for _ in range(rounds)) for w in (1, 2))
    wall = []
    for _ in range(rounds):
        began = time.perf_counter()
        ours.system.solve(ours.problem(1e-6, 4 * many), workers=1)
        wall.append((time.perf_counter() - began) / (4 * many))
    out["threads"] = {"one_ms": 1e3 * min(wall), "two_ms": 1e3 * two, "ratio": min(wall) / two, "cpu_ms": 1e3 * one}
    fewer = ("label", "enzymes", "hazards")
    for off in ((), (*fewer, "organs", "metabolism", "synthesis"), fewer, ("label",))[: 1 + smaller]:
        small = System(assemble(MODULES, without=off))
        names = [ours.system.states.index(s) for s in small.states]
        columns = [ours.system.parameters.index(p) for p in small.parameters]
        part = Ours(small, ours.parameters[:, columns], ours.initial[:, names])
        seconds, done = best(part.problem(1e-6, many, DAYS, None), mine=part)
        out["states"].append(
            {"states": len(small.states), "ms": 1e3 * seconds, "us_per_step": 1e6 * seconds / done.steps.mean()}
        )
    return out


def limit(ours: Ours, us_per_step: float) -> dict[str, Any]:
    """Operations in one step of the generated source, the share of the processor's peak, and where time goes."""
    model = ours.system.model
    with tempfile.TemporaryDirectory() as folder:
        write_sources(model, Path(folder))
        (Path(folder) / "profile.c").write_text((Path(__file__).parent / "profile.c").read_text())
        compiler = find_compiler()
        assert compiler is not None
        command = [*compiler, NATIVE, *FLAGS, '-DMODEL_HEADER="model.h"', "profile.c", "-o", "profile.so", "-lm"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        library, found = ctypes.CDLL(str(Path(folder) / "profile.so")), np.zeros(11)
        arrays = [np.ascontiguousarray(a) for a in (ours.parameters[:16], ours.initial[:16], ours.system.scale, found)]
        library.profile(*(ctypes.c_void_p(a.ctypes.data) for a in arrays))
        found = arrays[3]
        source = (Path(folder) / "model.h").read_text()
    lanes, peak = int(found[9]), found[10] * 1e9
    one = dict(zip(PARTS, found[:9] / lanes, strict=True))  # ns a patient

    def count(name: str) -> int:
        body = source[source.index(f"static void {name}(") :].split("\n}\n")[0]
        calls = {w: len(re.findall(rf"\b{w}\(", body)) if w != "/" else body.count("/") for w in WEIGHTS}
        return (
            body.count(" * ")
            + body.count("*") // 2
            + body.count(" + ")
            + body.count(" - ")
            + sum(WEIGHTS[w] * c for w, c in calls.items())
        )

    parts = {name: count(name) for name in ("m_rates", "m_jacobian", "m_factor", "m_solve")}
    sums = len(model.states) * (4 * 15 + 4 * 28)  # linear combinations of stages, error and update
    step = 7 * parts["m_rates"] + parts["m_jacobian"] + parts["m_factor"] + 8 * parts["m_solve"] + sums
    return {
        "operations_per_step": step,
        "gflops_peak": peak / 1e9,
        "gflops_reached": step / us_per_step / 1e3,
        "share_of_peak": step / us_per_step / 1e-6 / peak,
        "lanes": lanes,
        "ns": one,
        **parts,
    }


def latency(model: Model) -> dict[str, float]:
    """Seconds from an assembled model to an engine: the first time, and from the cache; imports and assembly apart."""
    code = (
        "import time\nfrom hepatica.engine import System\nfrom hepatica.model.assemble import assemble\n"
        "from hepatica.model.modules import MODULES\nm = assemble(MODULES)\nt = time.perf_counter()\nSystem(m)\n"
        "print(time.perf_counter() - t)"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"HEPATICA_CACHE": folder}
        took = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
                ).stdout
            )
            for _ in range(2)
        ]
    return {"first": took[0], "from_cache": took[1]}
