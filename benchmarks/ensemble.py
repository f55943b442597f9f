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
import json
import os
import platform
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
from costs import costs, latency, limit  # noqa: E402
from gradient import gradient  # noqa: E402
from page import figure, page  # noqa: E402
from peer import Setting  # noqa: E402
from peers import PEERS, Casadi  # noqa: E402
from sections import rewrite  # noqa: E402
from task import TIMES, Ours, error  # noqa: E402

from hepatica import __version__  # noqa: E402
from hepatica.admission import admit  # noqa: E402
from hepatica.engine import System  # noqa: E402
from hepatica.model.assemble import assemble  # noqa: E402
from hepatica.model.modules import MODULES  # noqa: E402
from hepatica.patients import load_population  # noqa: E402

RTOLS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
TARGETS = (1e-4, 1e-5)
ASKED = {"libRoadRunner": 25, "casadi CVODES": 25, "COPASI": 40, "pydiffsol BDF": 10, "numbalsoda": 10}


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
    exact = ours.system.solve(ours.problem(1e-11, n)).values
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
            errors[ours.name, rtol] = error(done.values[:n], exact, scale)
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
                errors[name, rtol] = error(np.array(found), exact, scale)
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
    patients = admit(system, load_population("hbv_aclf"), 8, seed=1, draws=8, known=None)
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
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one round, few tolerances, patients and models",
    )
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
    many = 16 if options.quick else 256  # what fits in memory that the allocator keeps between solves
    patients = admit(system, load_population("hbv_aclf"), many, seed=1, draws=many, known=None)
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
    answer["costs"] = costs(ours, options.rounds, model, many, 1 if options.quick else 3)
    answer["limit"] = limit(ours, answer["costs"]["states"][0]["us_per_step"])
    answer["latency"] = latency(model)
    answer["gradient"] = gradient(ours, setting, Casadi.name in there, options.rounds)
    answer["memory_mib"] = footprints([ours.name] if options.quick else [ours.name, *there])
    if options.write:
        figure(answer["work"], options.write / "img" / "work-precision.svg")
        rewrite(options.write / "benchmarks.md", page(answer))
    print(json.dumps(answer) if options.json else page(answer))


if __name__ == "__main__":
    main()
