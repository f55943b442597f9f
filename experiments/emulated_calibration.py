"""Simulation-based calibration of learning on the emulator of the real problem: all unknowns, all published numbers.

    python experiments/emulated_calibration.py WORK [--replicates 100] [--particles 300] [--seed 1]

Truths are drawn from the prior, published numbers from the likelihood's own error model (random effects, sampling,
counts, what the emulator leaves unexplained), and the posterior is sampled as `hepatica calibrate` samples it. Printed
are the coverage of central 50 and 90 % intervals and the ranks of truths (Talts et al. 2018, doi
10.48550/arXiv.1804.06788), of all unknowns and of those of which most is learnt. WORK is the folder of finished work of
a calibration with the same settings; what lacks is simulated. Each replicate is kept there, so that a run that was
stopped goes on. For research use.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import expit
from scipy.stats import kstest
from threadpoolctl import threadpool_limits

from hepatica.calibrate import course
from hepatica.calibrate.blocks import Execution, read_or_compute
from hepatica.calibrate.course import EFFECTS, Settings, acceptance_terms, fit_emulator, statistics_of
from hepatica.calibrate.emulated import COHORTS, gradient, kernel, log_likelihood
from hepatica.calibrate.endpoints import DIRECTION
from hepatica.calibrate.inference import smc
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, SummaryStatistic, blocks
from hepatica.calibrate.run import plans, used
from hepatica.calibrate.unknowns import cell_only_parameters, population_coordinates
from hepatica.engine import shipped_system
from hepatica.patients import DrawKey, Draws
from hepatica.patients.draws import between_study_sd

Floats = np.ndarray
LEADING = 20  # unknowns of which most is learnt, shown by themselves


def problem(
    work: Path, settings: Settings
) -> tuple[tuple[LikelihoodTerm, ...], tuple[SummaryStatistic, ...], Emulator]:
    """Terms, statistics and emulator of the first wave, from finished work."""
    system = shipped_system()
    plan, terms, _, _ = plans(used())
    prior = Draws.prior(system.model, settings.waves[0], seed=settings.seed)
    without = cell_only_parameters(system.model) | EFFECTS
    columns = {k: v for k, v in prior.columns.items() if k.name not in without}
    columns |= population_coordinates(plan.populations, settings.waves[0], settings.seed)
    draws, plan = Draws(columns), plan.with_acceptance_rates()
    bank = course._simulated(system, plan, draws, settings, 0, Execution(work))
    terms += acceptance_terms(plan, bank)
    return terms, statistics_of(terms), fit_emulator(Space.of(system.model, draws), [bank], statistics_of(terms))


def publish(
    terms: Sequence[LikelihoodTerm],
    statistics: Sequence[SummaryStatistic],
    emulator: Emulator,
    truth: Floats,
    rng: np.random.Generator,
) -> list[LikelihoodTerm]:
    """Published numbers of a truth (dimension,), by the error model of the likelihood."""
    simulated = emulator(truth[None])[0]
    at = {n: truth[k] for k, n in enumerate(emulator.space.names)}
    sd = {w: float(between_study_sd(w, at[DrawKey.between_study(w)])) for w in COHORTS}
    published: list[LikelihoodTerm] = []
    for block in blocks(terms):
        common = rng.standard_normal()
        if block[0].law is Law.NORMAL:
            where = [statistics.index(t.statistics[0]) for t in block]
            sampling = np.array([[a.covariance(b) for b in block] for a in block])
            noise = rng.multivariate_normal(np.zeros(len(block)), sampling + np.diag(emulator.unknown[where]))
            own = sd["mean_visit"] * rng.standard_normal(len(block))
            size = np.array([t.between for t in block])
            value = simulated[where] + size * (sd["mean"] * common + own) + noise
            published += [replace(t, value=(float(v),)) for t, v in zip(block, value, strict=True)]
            continue
        for t in block:
            where = [statistics.index(s) for s in t.statistics]
            own = np.hypot(sd["share_visit"], np.sqrt(emulator.unknown[where].mean())) * rng.standard_normal()
            odds = simulated[where] * DIRECTION[t.variable].value + sd["share"] * common + own
            p = np.maximum.accumulate(expit(odds))
            each = np.maximum(np.diff(np.concatenate([[0.0], p, [1.0]])), 0.0)
            published.append(
                replace(t, value=tuple(map(float, rng.multinomial(round(sum(t.value)), each / each.sum()))))
            )
    return published


class Replicate(NamedTuple):
    """Ranks of one truth among the particles of its posterior, as shares, and SDs of the particles; (dimension,)."""

    ranks: Floats
    widths: Floats


def replicates(
    made: tuple[tuple[LikelihoodTerm, ...], tuple[SummaryStatistic, ...], Emulator], options: argparse.Namespace
) -> Iterator[Replicate]:
    """Replicates one after the other, from the work folder where they are finished."""
    terms, statistics, emulator = made
    dimension = emulator.space.dimension

    def compute(k: int) -> Floats:
        rng = np.random.default_rng([options.seed, k])
        truth = rng.standard_normal(dimension)
        published = publish(terms, statistics, emulator, truth, rng)
        slope = gradient(published, statistics, emulator)
        run = smc.sample(
            log_likelihood(published, statistics, emulator),
            dimension,
            options.particles,
            seed=options.seed + 1000 + k,
            moves=options.moves,
            last_moves=options.last_moves,
            kernel=kernel(emulator.space, lambda x, power: power * slope(x)),
        )
        return np.stack([(run.points < truth).mean(axis=0), run.points.std(axis=0)])

    with threadpool_limits(1):  # one posterior is known from another by its likelihood at the priors' mean
        here = log_likelihood(terms, statistics, emulator)(np.zeros((1, dimension)))
        sizes = (options.particles, options.moves, options.last_moves, options.seed)
        folder = options.work / f"ranks-{hashlib.sha256(repr(sizes).encode() + here.tobytes()).hexdigest()[:16]}"
        for k in range(options.replicates):
            yield Replicate(*read_or_compute(folder / f"{k}.npy", (2, dimension), partial(compute, k)))


def coverage(ranks: Floats, level: float) -> tuple[float, float]:
    """Share of ranks (replicates, unknowns) within the central interval of a level, and its Monte Carlo error.

    Unknowns of one replicate share its data, so replicates are what varies independently.
    """
    each = (np.abs(ranks - 0.5) < level / 2).mean(axis=1)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))


def main() -> None:
    """Replicates one after the other, and what they add up to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--particles", type=int, default=300)
    parser.add_argument("--moves", type=int, default=1)
    parser.add_argument("--last-moves", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes")
    options = parser.parse_args()
    made, began, done = problem(options.work, Settings()), time.perf_counter(), list[Replicate]()
    terms, statistics, emulator = made
    for r in replicates(made, options):
        done.append(r)
        print(f"{len(done)} of {options.replicates}, {time.perf_counter() - began:.0f} s", flush=True)
        if time.perf_counter() - began > 60 * options.minutes:
            break
    ranks, widths = (np.array(x) for x in zip(*done, strict=True))
    dimension, sd = emulator.space.dimension, widths.mean(axis=0)
    narrow = np.argsort(sd)[:LEADING]
    print(f"{len(ranks)} replicates, {dimension} unknowns, {len(statistics)} statistics, {len(terms)} terms")
    for name, some in (("all", np.arange(dimension)), (f"{LEADING} learnt most", narrow)):
        half, most = (
            "{:.1f} (SE {:.1f})".format(*(100 * x for x in coverage(ranks[:, some], level))) for level in (0.5, 0.9)
        )
        print(f"{name}: in 50 % {half}, in 90 % {most}, mean rank {ranks[:, some].mean():.3f}")
    for k in narrow:
        p = kstest(ranks[:, k], "uniform").pvalue
        print(f"{emulator.space.names[k].label}: SD {sd[k]:.2f}, mean rank {ranks[:, k].mean():.2f}, p {p:.3f}")


if __name__ == "__main__":
    main()
