"""Natural history of the untreated, from the command line: deaths of groups into draws, or the joint fit of labs.

python -m hepatica.calibrate.natural_history --draws IN.parquet --out OUT.parquet [--workers 2]
python -m hepatica.calibrate.natural_history [--patients 100] [--rounds 6] [--write]

`hepatica calibrate` does the first by itself, before it learns the cells.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.natural_history.courses import follow, lab_rows
from hepatica.calibrate.natural_history.fit import fit_labs
from hepatica.calibrate.natural_history.learn import Learnt, from_evidence
from hepatica.calibrate.natural_history.write_back import write_back
from hepatica.calibrate.terms import likelihood_terms
from hepatica.engine import System, shipped_system
from hepatica.errors import InputError
from hepatica.evidence import evidence_hash, load_all
from hepatica.patients import Draws, populations


def learn(system: System, source: Path, target: Path, workers: int | None = None) -> Learnt:
    """Draws of a finished calibration with the deaths of groups in them, written to another file.

    Raises
    ------
    InputError
        If they are of another model or other evidence, or hold these deaths already.
    """
    draws, publications = Draws.read(source), tuple(load_all().values())
    mine = {"model": system.model.hash, "evidence": evidence_hash(publications)}
    for name, value in mine.items():
        if draws.provenance.get(name) != value:
            raise InputError(
                "--draws", f"{source}, learnt with another {name}", "draws of this model and this evidence"
            )
    if "deaths" in draws.provenance:
        raise InputError("--draws", f"{source}, which has learnt them already", "draws that have not: no number twice")
    plan = Plan.of([p for p in publications if p.role == "calibration"]).only(cells=False)
    terms, seed = likelihood_terms(plan, publications), int(draws.provenance["seed"])
    execution = Execution(target.parent / "work", workers)
    learnt = from_evidence(system, draws, [p.key for p in publications], plan, terms, execution, seed=seed)
    assert learnt is not None  # the evidence that ships prints such deaths
    replace(learnt.apply(draws), provenance=dict(draws.provenance) | {"deaths": learnt.record()}).write(target)
    return learnt


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
    """Learn deaths of groups if draws are given; fit labs otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=Path, help="draws that have not seen the deaths of groups")
    parser.add_argument("--out", type=Path, help="file of draws; finished work is kept beside it")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--patients", type=int, default=100, help="of each population, when labs are fitted")
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--rounds", type=int, default=6, help="rounds of Gauss-Newton on labs")
    parser.add_argument("--write", action="store_true", help="write into the tables of modules and populations")
    options = parser.parse_args()
    if bool(options.draws) != bool(options.out):
        parser.error("--draws and --out go together")
    if not options.draws:
        fit(shipped_system(), options)
        return
    try:
        learnt = learn(shipped_system(), options.draws, options.out, options.workers)
    except InputError as error:
        parser.error(str(error))
    shares = ("published", "error", "before", "after", "monte_carlo")
    print(learnt.deaths.assign(**{name: 100 * learnt.deaths[name] for name in shares}).round(1).to_string(index=False))


if __name__ == "__main__":
    main()
