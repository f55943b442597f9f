"""Many patients, endpoints only: time and memory.

    python benchmarks/million.py [--patients 20000] [--block 2048] [--cluster processes:2] [--json]

Standard care and four doses, 90 days, hbv_aclf; admission (years of background and the insult) included. For research
use.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.progress import Progress

from hepatica.engine import System
from hepatica.engine.remote import workers_at
from hepatica.ensemble import BLOCK, run
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import load_population
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

ARMS = (Arm("standard care"), Arm("1e6/kg x4", Regimen(1e6, infusions=4, duration=1 / 24)))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--block", type=int, default=BLOCK)
    parser.add_argument("--cluster")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    system = System(assemble(MODULES))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def go(system: System) -> tuple[float, dict[str, float]]:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder, Progress(disable=options.json) as bar:
            task = bar.add_task("patients", total=options.patients)
            tally = run(
                system,
                load_population("hbv_aclf"),
                ARMS,
                Path(folder),
                patients=options.patients,
                seed=1,
                draws=1000,
                times=np.arange(91.0),
                block=options.block,
                progress=lambda _, done, total: bar.update(task, completed=done, total=total),
            )
            size = sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file()) / 2**20
        return time.perf_counter() - began, {
            "candidates": tally.candidates,
            "failed": tally.failed,
            "MiB_written": size,
        }

    if options.cluster:
        with workers_at(options.cluster) as executor:
            seconds, seen = go(System(system.model, executor=executor))
    else:
        seconds, seen = go(system)
    answer = {
        "patients": options.patients,
        "arms": len(ARMS),
        "seconds": seconds,
        "patients_per_second": options.patients / seconds,
        "memory_before_MiB": before,
        "memory_peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "memory_children_MiB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        **seen,
    }
    print(json.dumps(answer) if options.json else "\n".join(f"{k}: {v}" for k, v in answer.items()))


if __name__ == "__main__":
    main()
