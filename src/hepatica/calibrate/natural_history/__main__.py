"""Joint fit of the labs of all untreated populations, from the command line.

python -m hepatica.calibrate.natural_history [--patients 100] [--rounds 6] [--write]
"""

from __future__ import annotations

import argparse

import numpy as np

from hepatica.calibrate.natural_history.courses import follow, lab_rows
from hepatica.calibrate.natural_history.fit import fit_labs
from hepatica.calibrate.natural_history.write_back import write_back
from hepatica.engine import System, shipped_system
from hepatica.patients import populations


def fit(system: System, options: argparse.Namespace) -> None:
    """Joint fit of labs; print every lab, and write what moved into the tables if asked to."""
    keys, size = populations(), {"n": options.patients, "seed": options.seed}
    moves, x = fit_labs(system, keys, **size, rounds=options.rounds)
    for key, population in moves.populations(x, system, keys).items():
        for m in lab_rows(follow(system, population, **size), system):
            print(f"{key:32s} {m.variable:24s} day {m.time:5g}  {m.published:9.4g}  {m.simulated:9.4g}")
    if options.write:
        factors = dict(zip([s.parameter for s in moves.shared], np.exp(x[: len(moves.shared)]), strict=True))
        own = {(k, q): float(np.exp(v)) for (k, q, _), v in zip(moves.own, x[len(moves.shared) :], strict=True)}
        write_back(system.model, factors, own)


def main() -> None:
    """Fit and print, as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=100, help="of each population")
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--rounds", type=int, default=6, help="rounds of Gauss-Newton")
    parser.add_argument("--write", action="store_true", help="write into the tables of modules and populations")
    fit(shipped_system(), parser.parse_args())


if __name__ == "__main__":
    main()
