"""Failure rate of the engine on patients far beyond those shipped: none of 100,000 is the aim.

    python benchmarks/failures.py [--patients 2000] [--spread 3] [--population hbv_aclf] [--json]

Patients deviate from the typical one by `spread` times what the tables say. Each goes through the whole history
(years of background, insult) and then 180 days with four infusions; failures are counted by cause, before and after
the retry by the reference engine. No one is refused admission. For research use.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter

import numpy as np
from rich.progress import Progress

from hepatica.admission import arrive
from hepatica.engine import Events, Problem, Status, System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import Cohort, load_population
from hepatica.therapy import Regimen

BLOCK = 2000
TIMES = np.array([7.0, 28.0, 90.0, 180.0])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--spread", type=float, default=3.0)
    parser.add_argument("--population", default="hbv_aclf")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    system, population = System(assemble(MODULES)), load_population(options.population)
    given = Regimen(1e6, infusions=4, duration=1 / 24).events(65.0, viability=0.9)
    first: Counter[str] = Counter()
    last: Counter[str] = Counter()
    steps, began = [], time.perf_counter()
    with Progress(disable=options.json) as bar:
        task = bar.add_task("patients", total=options.patients)
        for start in range(0, options.patients, BLOCK):
            who = np.arange(start, min(start + BLOCK, options.patients))
            cohort = Cohort(system.model, population, 1, who, who, spread=options.spread)
            initial, _ = arrive(system, cohort)
            lost = ~np.isfinite(initial).all(axis=1)
            last["no admission: the history failed"] += int(lost.sum())
            kept, n = cohort.take(np.flatnonzero(~lost)), int((~lost).sum())
            rows = [[(t, system.states.index(s), a, k) for t, s, a, k in given]] * n
            done = system.solve(
                Problem(
                    kept.under("treatment", kept.parameters()),
                    initial[~lost],
                    TIMES,
                    ("bilirubin",),
                    Events.gather(rows),
                    kept.thresholds(),
                )
            )
            assert done.retried is not None
            first.update(Status(int(s)).label for s in done.retried[done.retried != 0])
            last.update(Status(int(s)).label for s in done.status[done.status != 0])
            steps.append(done.steps)
            bar.advance(task, len(who))
    counted = np.concatenate(steps)
    answer = {
        "patients": options.patients,
        "spread": options.spread,
        "population": options.population,
        "failed_before_retry": dict(first),
        "failed": {k: v for k, v in last.items() if v},
        "steps": {
            "median": float(np.median(counted)),
            "99 %": float(np.quantile(counted, 0.99)),
            "most": int(counted.max()),
        },
        "seconds": time.perf_counter() - began,
    }
    print(json.dumps(answer) if options.json else "\n".join(f"{k}: {v}" for k, v in answer.items()))


if __name__ == "__main__":
    main()
