"""Measurement errors, corrections and recalibrated risk of forecasts, learnt from real people.

    python experiments/person_learn.py --data FILE [--size 1500] [--write]

FILE is a cohort as `hepatica.individual.readers.cohort` reads it. Printed: CRPS by lab and coverage, AUC, Brier score
and calibration of death or transplant, all on people of other folds. With --write what was learnt from everybody is
written beside the package's module, aggregates only. For research use.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path  # noqa: E402

from hepatica.engine import shipped_system  # noqa: E402
from hepatica.files import write_json  # noqa: E402
from hepatica.individual import learning  # noqa: E402
from hepatica.individual.learning.learn import SIZE, learn, libraries, outcome_scores  # noqa: E402
from hepatica.individual.learning.learnt import SHIPPED  # noqa: E402
from hepatica.individual.library.proposals import Kind  # noqa: E402
from hepatica.individual.readers.cohort import read_cohort  # noqa: E402
from hepatica.study import draws_of  # noqa: E402

SOURCE = "Yoshimura et al. 2025, PNAS Nexus, doi 10.1093/pnasnexus/pgaf004: acute liver injury and failure, Japan"


def main() -> None:
    """Learn, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    began, system = time.perf_counter(), shipped_system()
    people = read_cohort(options.data)
    made = libraries(system, Kind.ACUTE, draws_of("learnt"), size=options.size)
    taught = learn(people, made, source=SOURCE, model_hash=system.model.hash)
    by_lab = taught.labs.groupby(["basis", "lab"], sort=False)[["crps", "in_90", "sd"]].mean()
    print(by_lab.round(4).to_string(), "\n")
    print(outcome_scores(taught.outcomes).to_string(index=False))
    print(f"\nmodel {system.model.hash}, {people.n} people, {time.perf_counter() - began:.0f} s")
    if options.write:
        place = Path(learning.__path__[0]) / SHIPPED
        print(write_json(place, {Kind.ACUTE.value: taught.learnt.to_dict()}).name)


if __name__ == "__main__":
    main()
