"""Joint fit of the untreated populations: least squares on labs.

    python experiments/joint_fit.py [--patients 100] [--rounds 6] [--write]

A population's file says in ``[fit]`` which labs of which publications are met, and which of its own quantities move:
sizes and durations of insults, care. `BIOLOGY` are constants of human biology, which move for all populations together.
No arm that was given cells is used, nor the control arm of Lin et al. 2017. The search is Gauss-Newton on common random
numbers, at typical values of what is not known. It says where the priors of `hepatica calibrate` are centred, and is no
part of that; deaths, which feed nothing back, teach the draws (`hepatica.calibrate.natural_history`). For research use.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from joint_fit_moves import Moves, with_biology, with_factor
from joint_fit_tables import write_back
from numpy.typing import NDArray
from rich.progress import Progress
from scipy.optimize import least_squares

from hepatica.calibrate.natural_history.courses import Met, follow, lab_rows
from hepatica.engine import System, shipped_system
from hepatica.patients import Population, populations

Floats = NDArray[np.float64]
TOLERANCE = 0.1  # of the logarithm of a published mean or median
STEP = 0.1  # of the logarithm of a factor, by which derivatives are taken
SPREAD_WEIGHT = 0.3  # of the logarithm of a published SD between people


def lab_misfit(row: Met) -> list[float]:
    """Residuals of one lab: of its middle, and of its spread where that is published."""
    middle = float(np.log(max(row.simulated, 1e-6) / row.published) / TOLERANCE)
    if row.time != 0 or not np.isfinite(row.published_spread):
        return [middle]
    return [middle, SPREAD_WEIGHT * float(np.log(max(row.spread, 1e-6) / row.published_spread))]


def fit_labs(system: System, keys: Sequence[str], *, n: int, seed: int, rounds: int) -> tuple[Moves, Floats]:
    """Gauss-Newton on the labs of all populations; logarithms of factors on what moves."""
    moves, done = Moves.of(keys), {}  # a quantity of one population's own leaves the others as they were
    with Progress() as progress:
        task = progress.add_task("joint fit", total=rounds * (len(moves.tolerances) + 1))

        def residual(x: Floats) -> Floats:
            progress.advance(task)
            residuals: list[float] = []
            for k, p in moves.populations(x, system, keys).items():
                own = tuple(x[moves.of_population(k)])
                if (k, own) not in done:
                    done[k, own] = misfit(p)
                residuals += done[k, own]
            return np.array([*residuals, *(x / moves.tolerances)])

        def misfit(p: Population) -> list[float]:
            course = follow(system, p, n=n, seed=seed)
            residuals = [r for m in lab_rows(course, system) for r in lab_misfit(m)]
            return [*residuals, -SPREAD_WEIGHT * float(np.log1p(-course.turned_away))]

        best = _searched(residual, len(moves.tolerances), rounds)
    return moves, best


def _searched(residual: Callable[[Floats], Floats], n: int, rounds: int) -> Floats:
    """Least squares from n zeros; from 1 in the search, whose steps are relative and would be 1e-8 at 0."""
    best = least_squares(lambda y: residual(y - 1.0), np.ones(n), diff_step=STEP, x_scale=0.3, max_nfev=rounds)
    return np.asarray(best.x - 1.0, float)


def fit_at_admission(
    system: System,
    population: Population,
    biology: Mapping[str, float],
    *,
    n: int,
    seed: int,
) -> Population:
    """The population under given constants of biology, its own quantities fitted to its labs on day 0 alone."""
    rows = population.fit.moved

    def tried(x: Floats) -> Population:
        moved = population
        for row, v in zip(rows, x, strict=True):
            moved = with_factor(moved, row.quantity, float(np.exp(v)))
        return with_biology(moved, biology)

    def residual(x: Floats) -> Floats:
        met = lab_rows(follow(system, tried(x), n=n, seed=seed), system)
        tolerance = np.array([r.tolerance for r in rows])
        return np.array([*(r for m in met if m.time == 0 for r in lab_misfit(m)), *(x / tolerance)])

    return tried(_searched(residual, len(rows), 5))


def main() -> None:
    """Fit, print every lab, and write what moved into the tables if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=100, help="of each population")
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--rounds", type=int, default=6, help="rounds of Gauss-Newton")
    parser.add_argument("--write", action="store_true", help="write into the tables of modules and populations")
    options = parser.parse_args()
    system, keys, size = shipped_system(), populations(), {"n": options.patients, "seed": options.seed}
    moves, x = fit_labs(system, keys, **size, rounds=options.rounds)
    for key, population in moves.populations(x, system, keys).items():
        for m in lab_rows(follow(system, population, **size), system):
            print(f"{key:32s} {m.variable:24s} day {m.time:5g}  {m.published:9.4g}  {m.simulated:9.4g}")
    if options.write:
        factors = dict(zip([s.parameter for s in moves.shared], np.exp(x[: len(moves.shared)]), strict=True))
        own = {(k, q): float(np.exp(v)) for (k, q, _), v in zip(moves.own, x[len(moves.shared) :], strict=True)}
        write_back(system.model, factors, own)


if __name__ == "__main__":
    main()
