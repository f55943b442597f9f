"""Hepatica's engine beside engines that other people wrote: same model, patients and doses, interleaved in one run.

    python benchmarks/ensemble.py [--peers 4] [--rounds 3] [--quick] [--json] [--write docs]

Installs nothing: whichever of libroadrunner, copasi-basico, casadi, pydiffsol, numbalsoda, scikit-sundae and SciPy is
there takes part (`benchmarks/peers.py` has their settings). The shipped model with four weekly doses of 5.85e7 cells,
180 days, 181 times, all states; every patient gets an infection on day 40. Error of a solve: its largest difference
from a solve at 1e-11, over (size + scale) of the state; of an engine at a tolerance: the median of that over patients.
CPU time on one core. For research use.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from peers import PEERS, Casadi, Setting  # noqa: E402

from hepatica import __version__  # noqa: E402
from hepatica.admission import admit  # noqa: E402
from hepatica.engine import Events, Problem, System  # noqa: E402
from hepatica.engine.compile import FLAGS, NATIVE, find_compiler, write_sources  # noqa: E402
from hepatica.model.assemble import Model, assemble  # noqa: E402
from hepatica.model.modules import MODULES  # noqa: E402
from hepatica.patients import load_population  # noqa: E402

DOSE, DAYS = 5.85e7, (0.0, 7.0, 14.0, 21.0)  # a million viable cells per kg for 65 kg, 9 of 10 alive
INFECTED = 40.0  # day
TIMES = np.arange(181.0)
RTOLS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
TARGETS = (1e-4, 1e-5)
ASKED = {"libRoadRunner": 25, "casadi CVODES": 25, "COPASI": 40, "pydiffsol BDF": 10, "numbalsoda": 10}
LOSS = ("bilirubin_conjugated", "ast", "il6", "creatinine", "albumin")
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


def at(target: float, rows: list[dict[str, Any]]) -> float | None:
    """Milliseconds a patient at an achieved error, between two measured ones, log by log; None outside them."""
    pairs = sorted((r["error"], r["ms"]) for r in rows)
    for (e0, t0), (e1, t1) in zip(pairs, pairs[1:], strict=False):
        if e0 <= target <= e1 and e1 > e0:
            share = np.log(target / e0) / np.log(e1 / e0)
            return float(np.exp((1 - share) * np.log(t0) + share * np.log(t1)))
    return None


def precision(
    ours: Ours, peers: dict[str, Any], n: int, rounds: int, rtols: tuple[float, ...], many: int
) -> dict[str, Any]:
    """Work and achieved error of every engine at every tolerance, rounds interleaved."""
    scale = ours.system.scale
    exact = ours.system.solve(ours.problem(1e-11, many)).values
    spent: dict[tuple[str, float], list[float]] = {}
    errors: dict[tuple[str, float], np.ndarray] = {}
    for name, peer in peers.items():  # what is compiled or imported at first use is not counted
        for rtol in rtols:
            peer.load(0)
            try:
                peer.solve(0, rtol)
            except (ArithmeticError, RuntimeError) as why:
                print(f"{name} at {rtol:g}: {str(why)[:80]}", file=sys.stderr)
    for _ in range(rounds):
        for rtol in rtols:
            seconds, done = ours.time(ours.problem(rtol, many))
            spent.setdefault((ours.name, rtol), []).append(seconds)
            errors[ours.name, rtol] = error(done.values[:n], exact[:n], scale)
            for name, peer in peers.items():
                took, found = [], []
                try:
                    for i in range(n):
                        peer.load(i)
                        began = time.process_time()
                        found.append(peer.solve(i, rtol))
                        took.append(time.process_time() - began)
                except (ArithmeticError, RuntimeError):
                    continue  # said above
                spent.setdefault((name, rtol), []).append(float(np.mean(took)))
                errors[name, rtol] = error(np.array(found), exact[:n], scale)
    rows = [
        {
            "engine": name,
            "rtol": rtol,
            "ms": 1e3 * float(np.median(s)),
            "error": float(np.median(errors[name, rtol])),
            "largest_error": float(errors[name, rtol].max()),
        }
        for (name, rtol), s in spent.items()
    ]
    matched = []
    wrong = {name for name in peers if min((r["error"] for r in rows if r["engine"] == name), default=1.0) > TARGETS[0]}
    for target in TARGETS:
        mine = at(target, [r for r in rows if r["engine"] == ours.name])
        for name in (ours.name, *peers):
            ms = at(target, [r for r in rows if r["engine"] == name and name not in wrong])
            matched.append(
                {
                    "error": target,
                    "engine": name,
                    "ms": ms,
                    "patients_per_second": 1e3 / ms if ms else None,
                    "ratio": ms / mine if ms and mine else None,
                    "asked": ASKED.get(name),
                }
            )
    return {"work": rows, "matched": matched, "disagree": sorted(wrong)}


def costs(ours: Ours, rounds: int, model: Model) -> dict[str, Any]:
    """What doses, patients, threads and states cost, at a tolerance of 1e-6."""

    def best(problem: Problem, workers: int = 1, mine: Ours = ours) -> tuple[float, Any]:
        runs = [mine.time(problem, workers) for _ in range(rounds)]
        return min(r[0] for r in runs), runs[0][1]

    out: dict[str, Any] = {"doses": [], "patients": [], "threads": [], "states": [], "steps_per_dose": {}}
    for rtol in (1e-4, 1e-5, 1e-6):
        none = ours.time(ours.problem(rtol, 256, (), None))[1].steps.mean()
        four = ours.time(ours.problem(rtol, 256, DAYS, None))[1].steps.mean()
        out["steps_per_dose"][f"{rtol:g}"] = float((four - none) / 4)
    for count in (0, 1, 4, 12):
        seconds, done = best(ours.problem(1e-6, 256, tuple(7.0 * k for k in range(count)), None))
        out["doses"].append({"doses": count, "ms": 1e3 * seconds, "steps": float(done.steps.mean())})
    for n in (1, 8, 64, 512):
        out["patients"].append({"patients": n, "ms": 1e3 * best(ours.problem(1e-6, n))[0]})
    one, two = (min(ours.time(ours.problem(1e-6, 1024), w)[0] for _ in range(max(3, rounds))) for w in (1, 2))
    wall = []
    for _ in range(max(3, rounds)):
        began = time.perf_counter()
        ours.system.solve(ours.problem(1e-6, 1024), workers=1)
        wall.append((time.perf_counter() - began) / 1024)
    out["threads"] = {"one_ms": 1e3 * min(wall), "two_ms": 1e3 * two, "ratio": min(wall) / two, "cpu_ms": 1e3 * one}
    fewer = ("label", "enzymes", "hazards")
    for off in ((), ("label",), fewer, (*fewer, "organs", "metabolism", "synthesis")):
        small = System(assemble(MODULES, without=off))
        names = [ours.system.states.index(s) for s in small.states]
        columns = [ours.system.parameters.index(p) for p in small.parameters]
        part = Ours(small, ours.parameters[:, columns], ours.initial[:, names])
        seconds, done = best(part.problem(1e-6, 256, DAYS, None), mine=part)
        out["states"].append(
            {"states": len(small.states), "ms": 1e3 * seconds, "us_per_step": 1e6 * seconds / done.steps.mean()}
        )
    return out


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
        done = s.solve(Problem(**{**one.__dict__, "rtol": rtol}), sensitivities=names, workers=1)
        x = done.values[0][::7][:, states]
        weight = 2 * np.log(x + 1e-3) / (x + 1e-3)
        return np.einsum("ts,tsk->k", weight, done.sensitivities[0][::7][:, states])

    exact = []
    for column in columns:
        sides = []
        for sign in (1, -1):
            p = one.parameters.copy()
            p[0, column] *= 1 + sign * 1e-4
            done = s.solve(Problem(**{**one.__dict__, "parameters": p, "rtol": 1e-11}))
            sides.append((loss(done.values[0]), p[0, column]))
        exact.append((sides[0][0] - sides[1][0]) / (sides[0][1] - sides[1][1]))
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


def footprints(names: list[str]) -> dict[str, float]:
    """Peak MiB of a process that builds one engine and solves one patient; Hepatica's makes the patients."""
    command = [sys.executable, str(Path(__file__).resolve()), "--footprint"]
    return {
        name: float(
            subprocess.run(
                [*command, name], check=True, capture_output=True, text=True, encoding="utf-8"
            ).stdout.split()[-1]
        )
        for name in names
    }


def footprint(name: str) -> float:
    """The same, of this process."""
    model = assemble(MODULES)
    system = System(model, "compiled")
    patients = admit(system, load_population("hbv_aclf"), 8, seed=1, draws=8)
    ours = Ours(system, patients.cohort.parameters(), patients.initial)
    for kind in PEERS:
        if kind.name == name:
            peer = kind(Setting(model, ours.parameters, ours.initial, TIMES, ours.given(), system.scale))
            peer.load(0)
            peer.solve(0, 1e-6)
    ours.system.solve(ours.problem(1e-6, 1))
    status = Path("/proc/self/status")  # of this program; getrusage keeps the peak of the process that started it
    if status.exists():
        return next(float(row.split()[1]) for row in status.read_text().splitlines() if row.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def figure(work: list[dict[str, Any]], path: Path) -> None:
    """Time against achieved error, one line and marker an engine."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    colours = ["#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"]
    for k, name in enumerate(dict.fromkeys(r["engine"] for r in work)):
        rows = sorted((r["error"], r["ms"]) for r in work if r["engine"] == name)
        style = {"marker": "osD^vP*X"[k % 8], "color": colours[k % 8], "lw": 2.5 if k == 0 else 1.2}
        axes.loglog(*zip(*rows, strict=True), label=name, **style)
    axes.set(
        xlabel="achieved error, relative to (size + scale): median over patients of the largest",
        ylabel="CPU time a patient on one core, ms",
        title="Four doses, an infection, 180 days, 80 states, 181 times",
    )
    axes.grid(alpha=0.3, which="both")
    fig.legend(loc="outside right upper", frameon=False, fontsize=9)
    fig.savefig(path, metadata={"Date": None})


def page(answer: dict[str, Any]) -> str:
    """The results as a page of the docs."""

    def number(x: float | None, form: str) -> str:
        return "not reached" if x is None else format(x, form)

    lines = [
        "# Benchmarks",
        "",
        "Written by `python benchmarks/ensemble.py --write docs`; run it to repeat. One core of "
        f"{answer['machine']}, Python {answer['python']}. {answer['task']}",
        "",
        "## Time at matched achieved error",
        "",
        "| error | engine | version | ms a patient | patients/s/core | times slower | asked |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in answer["matched"]:
        lines.append(
            f"| {r['error']:g} | {r['engine']} | {answer['versions'][r['engine']]} | {number(r['ms'], '.2f')} | "
            f"{number(r['patients_per_second'], '.0f')} | {number(r['ratio'], '.1f')} | {r['asked'] or ''} |"
        )
    lines += [
        "",
        "Engines whose answers differ from the rest, their times left out: "
        + (", ".join(answer["disagree"]) or "none")
        + ".",
        "",
        "![Time against achieved error](img/work-precision.svg)",
        "",
        "Settings:",
        "",
    ]
    lines += [f"- {name}: {text}" for name, text in answer["settings"].items()]
    lines += [
        "",
        "## All runs",
        "",
        "| engine | tolerance | ms a patient | error, median | error, largest |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['engine']} | {r['rtol']:g} | {r['ms']:.2f} | {r['error']:.1e} | {r['largest_error']:.1e} |"
        for r in answer["work"]
    ]
    c = answer["costs"]
    lines += [
        "",
        "## What costs",
        "",
        "At a tolerance of 1e-6.",
        "",
        "| doses | steps | ms a patient |",
        "|---|---|---|",
    ]
    lines += [f"| {r['doses']} | {r['steps']:.0f} | {r['ms']:.2f} |" for r in c["doses"]]
    lines += [
        "",
        "Steps per dose: " + ", ".join(f"{v:.1f} at {k}" for k, v in c["steps_per_dose"].items()) + ".",
        "",
        "| patients at once | ms a patient |",
        "|---|---|",
        *(f"| {r['patients']} | {r['ms']:.2f} |" for r in c["patients"]),
        "",
        "| states | ms a patient | µs a step |",
        "|---|---|---|",
        *(f"| {r['states']} | {r['ms']:.2f} | {r['us_per_step']:.2f} |" for r in c["states"]),
        "",
        f"Two threads: {c['threads']['ratio']:.2f} times one.",
        "",
    ]
    x, y = answer["limit"], answer["latency"]
    lines += [
        "## Against the processor's limit",
        "",
        f"One step of one patient is {x['operations_per_step']:.0f} operations (divisions, exponentials and logarithms "
        f"at the weights in the script), {x['gflops_reached']:.1f} of {x['gflops_peak']:.1f} GF/s: "
        f"{100 * x['share_of_peak']:.0f} % of the peak of fused multiply-adds. Where the time of a step goes, patients "
        f"{x['lanes']} abreast:",
        "",
        "| part | times a step | ns a patient, all of them |",
        "|---|---|---|",
        *(
            f"| {part} | {times} | {times * x['ns'][part]:.0f} |"
            for part, times in (
                ("jacobian", 1),
                ("factor", 1),
                ("rates", 7),
                ("solve", 8),
                ("norm", 1),
                ("dense output", 1),
            )
        ),
        f"| sums over stages | 8 | {_sums(x['ns']):.0f} |",
        "| a step as measured, its outputs and control with it | 1 | "
        f"{1e3 * answer['costs']['states'][0]['us_per_step']:.0f} |",
        "",
        "Rates are divisions, exponentials and logarithms; solves wait for their factors from the second-level cache.",
        "",
        "## Start and memory",
        "",
        f"First use of a model {y['first']:.1f} s, later uses {y['from_cache']:.2f} s, imports and assembly apart. "
        "Building a peer: "
        + ", ".join(f"{n} {s:.1f} s" for n, s in answer["build_seconds"].items())
        + ". Peak memory of a process that has built one, each with Hepatica's own in it: "
        + ", ".join(f"{n} {m:.0f} MiB" for n, m in answer["memory_mib"].items())
        + ".",
        "",
        "## Gradient",
        "",
        "Twenty parameters, one loss over five states and 26 weeks; error against central differences at 1e-11.",
        "",
        "| tolerance | ms | error | casadi adjoint, ms | its error | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for rtol in ("1e-05", "1e-06"):
        g = answer["gradient"][rtol]
        lines.append(
            f"| {rtol} | {g['ms']:.1f} | {g['error']:.1e} | {number(g.get('casadi_adjoint_ms'), '.0f')} | "
            f"{number(g.get('casadi_error'), '.1e')} | {number(g.get('ratio'), '.1f')} |"
        )
    return "\n".join([*lines, "", "For research use.", ""])


def _sums(ns: dict[str, float]) -> float:
    """What of an attempt is neither of its parts."""
    return ns["attempt"] - ns["factor"] - 7 * ns["rates"] - 8 * ns["solve"] - ns["norm"]


def processor() -> str:
    """Name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(x.split(":")[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=int, default=6, help="patients that each peer solves in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of peers")
    parser.add_argument("--quick", action="store_true", help="one round, two tolerances, two patients")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, help="folder of the docs")
    parser.add_argument("--footprint", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.footprint:
        print(footprint(options.footprint))
        return
    if options.quick:
        options.peers, options.rounds = 2, 1
    if options.write:
        options.write = options.write.resolve()
    os.chdir(tempfile.mkdtemp())  # casadi writes what it compiles where it stands
    rtols = (1e-4, 1e-6) if options.quick else RTOLS
    model = assemble(MODULES)
    system = System(model, "compiled")
    many = 64 if options.quick else 256  # what fits in memory that the allocator keeps between solves
    patients = admit(system, load_population("hbv_aclf"), many, seed=1, draws=many)
    ours = Ours(system, patients.cohort.parameters(), patients.initial)
    setting = Setting(model, ours.parameters[: max(8, options.peers)], ours.initial, TIMES, ours.given(), system.scale)
    there, built, versions = {}, {}, {ours.name: __version__}
    for kind in PEERS:
        if kind.version() is None or (options.only is not None and kind.name not in options.only):
            continue
        began = time.process_time()
        there[kind.name] = kind(setting)
        built[kind.name], versions[kind.name] = time.process_time() - began, kind.version()
    answer: dict[str, Any] = {
        "machine": processor(),
        "python": platform.python_version(),
        "versions": versions,
        "build_seconds": built,
        "task": f"{len(model.states)} states, {len(model.parameters)} parameters, four doses, an infection, 180 days, "
        f"181 times; {many} patients of Hepatica, {options.peers} of each peer, {options.rounds} rounds.",
        "settings": {ours.name: ours.settings, **{name: p.settings for name, p in there.items()}},
        **precision(ours, there, options.peers, options.rounds, rtols, many),
    }
    answer["costs"] = costs(ours, options.rounds, model)
    answer["limit"] = limit(ours, answer["costs"]["states"][0]["us_per_step"])
    answer["latency"] = latency(model)
    answer["gradient"] = gradient(ours, setting, Casadi.name in there, options.rounds)
    answer["memory_mib"] = footprints([ours.name, *there])
    if options.write:
        figure(answer["work"], options.write / "img" / "work-precision.svg")
        (options.write / "benchmarks.md").write_text(page(answer), encoding="utf-8")
    print(json.dumps(answer) if options.json else page(answer))


if __name__ == "__main__":
    main()
