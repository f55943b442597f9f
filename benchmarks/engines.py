"""The compiled engine beside SciPy on the same problem, interleaved in one run: time, ratio, error.

    python benchmarks/engines.py [--patients 8] [--json]

Both solve the same patients, doses and infections; the error of each is its largest difference, relative to
(size + scale) of a state, from the reference engine at a tolerance of 1e-10.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np

from hepatica.admission import admit
from hepatica.engine import Events, Problem, System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import Admitted, load_population
from hepatica.therapy import Regimen

TIMES = np.array([1.0, 7.0, 28.0, 60.0, 120.0, 180.0])


def problem(system: System, patients: Admitted, rtol: float) -> Problem:
    """The same patients for both engines, four infusions and their infections."""
    n = len(patients.cohort.patient)
    events = Regimen(1e6, infusions=4, duration=1 / 24).events(65.0, viability=0.9)
    rows = [[(t, system.states.index(s), a, k) for t, s, a, k in events]] * n
    return Problem(patients.cohort.parameters(), patients.initial, TIMES, system.states, Events.gather(rows),
                   patients.cohort.thresholds(), rtol=rtol)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    model = assemble(MODULES)
    engines = {name: System(model, name) for name in ("compiled", "reference")}
    n = options.patients
    patients = admit(engines["compiled"], load_population("hbv_aclf"), n, seed=1, draws=n)
    exact = engines["reference"].solve(problem(engines["reference"], patients, 1e-10))
    scale = engines["compiled"].scale
    rows = []
    for rtol in (1e-3, 1e-4, 1e-6):
        for name, system in engines.items():
            asked = problem(system, patients, rtol)
            began = time.process_time()
            repeats = 20 if name == "compiled" else 1
            for _ in range(repeats):
                found = system.solve(asked, workers=1)
            seconds = (time.process_time() - began) / repeats / options.patients
            error = float(np.nanmax(np.abs(found.values - exact.values) / (np.abs(exact.values) + scale)))
            rows.append({"engine": name, "rtol": rtol, "ms_per_patient": 1e3 * seconds, "error": error})
    for row in rows:
        peer = next(r for r in rows if r["engine"] == "reference" and r["rtol"] == row["rtol"])
        row["times_faster_than_scipy_in_python"] = peer["ms_per_patient"] / row["ms_per_patient"]
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'engine':10s} {'rtol':>6s} {'ms/patient':>11s} {'error':>9s} {'x faster':>9s}")
    for r in rows:
        print(f"{r['engine']:10s} {r['rtol']:6.0e} {r['ms_per_patient']:11.2f} {r['error']:9.1e} "
              f"{r['times_faster_than_scipy_in_python']:9.1f}")


if __name__ == "__main__":
    main()
