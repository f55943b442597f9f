"""Joint fit of all untreated populations, from the command line.

python -m hepatica.calibrate.natural_history [--write]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from hepatica.calibrate.natural_history.courses import YEAR, death_rows, follow, held_at_value, lab_rows
from hepatica.calibrate.natural_history.fit import fit_deaths, fit_labs
from hepatica.calibrate.natural_history.groups import FIVE_YEARS, STAGES, stage
from hepatica.calibrate.natural_history.moves import BIOLOGY, INTENSITIES, Moves, with_biology
from hepatica.calibrate.natural_history.write_back import write_back
from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import Draws, populations

FOUR_YEARS = 1550.0  # day until which survivors of HBV-ACLF are followed


def main() -> None:
    """Fit all populations and print, or write, what moved and what each target became."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--rounds", type=int, default=6, help="rounds of Gauss-Newton on labs; 0 fits deaths alone")
    parser.add_argument("--draws", type=Path, help="learnt draws of which patients of the fit of deaths are made")
    parser.add_argument("--write", action="store_true", help="write into the tables of modules and populations")
    options = parser.parse_args()
    system, keys = System(assemble(MODULES)), populations()
    start = {s.parameter: system.model.parameters[s.parameter].value for s in INTENSITIES}
    size = {"n": options.patients, "seed": options.seed}
    moves, x = Moves.of(keys), np.zeros(len(Moves.of(keys).tolerances))
    if options.rounds:
        moves, x = fit_labs(system, keys, start, **size, rounds=options.rounds)
    tried = moves.populations(x, system, keys)
    longer = {"hbv_aclf": FOUR_YEARS}
    known = None
    if options.draws:  # deaths are means over what is not known and between patients, so they are fitted so
        known = held_at_value(Draws.read(options.draws), {s.parameter for s in INTENSITIES})
    courses = {k: follow(system, p, **size, horizon=longer.get(k, YEAR), known=known) for k, p in tried.items()}
    biology = {s.parameter: tried["hbv_aclf"].fitted[s.parameter].value for s in BIOLOGY}
    by_stage = {arm: with_biology(stage(arm), biology) for arm in STAGES}
    stages = {arm: follow(system, p, **size, horizon=FIVE_YEARS, known=known) for arm, p in by_stage.items()}
    deaths = fit_deaths(courses, system, stages)
    for k, c in courses.items():
        own = deaths | ({"transplant_rate": deaths[k]} if k in deaths else {})
        for m in (*lab_rows(c, system, own), *death_rows(c, own)):
            print(f"{k:32s} {m.variable:24s} day {m.time:5g}  {m.published:9.4g}  {m.simulated:9.4g}  {m.source}")
    if options.write:
        factors = dict(zip([s.parameter for s in moves.shared], np.exp(x[: len(moves.shared)]), strict=True))
        own_factors = {(k, q): float(np.exp(v)) for (k, q, _), v in zip(moves.own, x[len(moves.shared) :], strict=True)}
        write_back(system.model, factors, own_factors, deaths, {s.parameter for s in INTENSITIES})


if __name__ == "__main__":
    main()
