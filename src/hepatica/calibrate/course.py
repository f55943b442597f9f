"""Untreated course: its posterior from all arms without cells, by waves of simulation, emulation and sampling."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from threadpoolctl import threadpool_limits

from hepatica.admission import MAX_TRIES
from hepatica.calibrate.bank import POPULATION, Bank, Plan, fill
from hepatica.calibrate.blocks import Execution, read_or_compute
from hepatica.calibrate.emulated import gradient, kernel, log_likelihood
from hepatica.calibrate.inference import smc
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import (
    Law,
    LikelihoodTerm,
    Scale,
    SummaryStatistic,
)
from hepatica.calibrate.unknowns import cell_only_parameters, population_coordinates
from hepatica.engine import System
from hepatica.errors import EngineError
from hepatica.patients import Draws
from hepatica.patients.streams import uniforms
from hepatica.progress import staged

Floats = NDArray[np.float64]
MIN_DRAWS_WITH_PATIENTS = 50  # draws under which a statistic must be known to be emulated
LATEST = 3
"""Waves that are emulated: a quadratic that must also fit the priors, far away, is wrong where the posterior is."""
EFFECTS = frozenset({"effect_share", "effect_mean"})
ACCEPTANCE_LOG_ODDS_SD = 0.7
"""SD of the logarithm of the odds with which a candidate is a patient of its population, from draw to draw: assumed."""


@dataclass(frozen=True)
class Settings:
    """Sizes of a calibration and its seed.

    Attributes
    ----------
    draws : int
        Rows that ship.
    waves : tuple of int
        Draws of the bank: from the priors first, then each time from what was learnt. The latest three are emulated;
        over the last, the emulator is right on average.
    people : int
        Patients of each population for each draw of the bank.
    particles, moves, last_moves : int
        Of the tempered Monte Carlo.
    runs : int
        Independent runs of the last wave, whose particles are pooled.
    cell_draws : int
        Draws of the cell parameters for each row.
    cell_people : int
        Patients for each row when the cells are learnt.
    seed : int
    """

    draws: int = 400
    waves: tuple[int, ...] = (1500, 1200, 1200, 400, 800, 800)
    people: int = 10
    particles: int = 1500
    moves: int = 1
    last_moves: int = 16
    runs: int = 2
    cell_draws: int = 32
    cell_people: int = 15
    seed: int = 2026


class Particles(NamedTuple):
    """Particles of one run, (n, dimension), its log evidence, and the largest correlation with their parents."""

    points: Floats
    log_evidence: float
    parent_correlation: float


@dataclass(frozen=True)
class CoursePosterior:
    """Posterior of the untreated course.

    Attributes
    ----------
    draws : Draws
    emulator : Emulator
    statistics : tuple of SummaryStatistic
        Outputs of the emulator.
    terms : tuple of LikelihoodTerm
        Of the data, and of how easily populations arise.
    banks : tuple of Bank
        One a wave.
    check : Bank
        Simulations of the draws, for the emulator to be held against.
    runs : tuple of (n, dimension)
        Particles of independent runs.
    log_evidence : tuple of float
        Of each run.
    parent_correlation : float
        Largest of a coordinate with that of the parent, after the last moves.
    """

    draws: Draws
    emulator: Emulator
    statistics: tuple[SummaryStatistic, ...]
    terms: tuple[LikelihoodTerm, ...]
    banks: tuple[Bank, ...]
    check: Bank
    runs: tuple[Floats, ...]
    log_evidence: tuple[float, ...]
    parent_correlation: float


def statistics_of(terms: Sequence[LikelihoodTerm]) -> tuple[SummaryStatistic, ...]:
    """Summary statistics that some terms compare, each once."""
    return tuple(dict.fromkeys(s for t in terms for s in t.statistics))


def fit_emulator(
    space: Space, banks: Sequence[Bank], statistics: Sequence[SummaryStatistic], *, local: bool = False
) -> Emulator:
    """Emulator of some waves; a draw that made no patient of a population says that it hardly arises there.

    If `local`, it is right on average over the draws of the last wave.

    Raises
    ------
    EngineError
        If a statistic is known under fewer than `MIN_DRAWS_WITH_PATIENTS` draws.
    """
    joined = banks[0]
    for b in banks[1:]:
        joined = joined.join(b)
    points = np.concatenate([space.points(b.draws) for b in banks])
    pairs = [s.of(joined) for s in statistics]
    y, noise = (np.stack([p[k] for p in pairs], axis=1) for k in (0, 1))
    for k, s in enumerate(statistics):
        if joined.plan.lines[s.line].publication == POPULATION:
            none = np.isnan(y[:, k])
            y[none, k], noise[none, k] = logit(0.5 / MAX_TRIES), 0.5
    fewest = int(np.isfinite(y).sum(axis=0).min())
    if fewest < MIN_DRAWS_WITH_PATIENTS:
        some = f"only {fewest} of {len(y)} draws made patients in some population"
        raise EngineError(f"{some}, {MIN_DRAWS_WITH_PATIENTS} are needed; use more draws")
    with threadpool_limits(1):
        emulator = Emulator.fit(space, points, y, noise)
    latest = slice(len(y) - banks[-1].draws.n, None)
    return emulator.centred(points[latest], y[latest], noise[latest]) if local else emulator


def learn_course(
    system: System, plan: Plan, terms: Sequence[LikelihoodTerm], settings: Settings, execution: Execution
) -> CoursePosterior:
    """Posterior of the untreated course.

    Parameters
    ----------
    system : System
        Model and engine.
    plan : Plan
        Arms without cells.
    terms : sequence of LikelihoodTerm
        Of the data of these arms.
    settings : Settings
        Sizes of the calibration.
    execution : Execution
        Where and by how many workers work is done, and where it is kept.
    """
    cells, prior = cell_only_parameters(system.model), Draws.prior(system.model, settings.waves[0], seed=settings.seed)
    columns = {k: v for k, v in prior.columns.items() if k.name not in cells | EFFECTS}
    draws = Draws(columns | population_coordinates(plan.populations, settings.waves[0], settings.seed))
    space, banks = Space.of(system.model, draws), list[Bank]()
    plan, terms = plan.with_acceptance_rates(), tuple(terms)
    for wave in range(len(settings.waves)):
        banks.append(_simulated(system, plan, draws, settings, wave, execution))
        if wave == 0:
            terms += acceptance_terms(plan, banks[0])
        statistics = statistics_of(terms)
        local = len(banks) > LATEST or wave + 1 == len(settings.waves)
        emulator = fit_emulator(space, banks[-LATEST:], statistics, local=local)
        runs = _sampled(terms, statistics, emulator, draws, settings, wave, execution)
        following = settings.waves[wave + 1] if wave + 1 < len(settings.waves) else settings.draws
        draws = space.draws(exchangeable(np.concatenate([r.points for r in runs]), following, settings.seed + wave))
    return CoursePosterior(
        draws=draws,
        emulator=emulator,
        statistics=statistics,
        terms=terms,
        banks=tuple(banks),
        check=_simulated(system, plan, draws, settings, len(settings.waves), execution),
        runs=tuple(r.points for r in runs),
        log_evidence=tuple(r.log_evidence for r in runs),
        parent_correlation=max(r.parent_correlation for r in runs),
    )


def _simulated(system: System, plan: Plan, draws: Draws, settings: Settings, wave: int, execution: Execution) -> Bank:
    """Bank of a wave; the one after the last is the check of the emulator."""
    stage = f"wave {wave + 1}" if wave < len(settings.waves) else "check"
    return fill(
        system,
        plan,
        draws,
        replace(execution, progress=staged(execution.progress, stage)),
        people=settings.people,
        seed=settings.seed + 1000 * wave,
    )


def _sampled(
    terms: Sequence[LikelihoodTerm],
    statistics: Sequence[SummaryStatistic],
    emulator: Emulator,
    draws: Draws,
    settings: Settings,
    wave: int,
    execution: Execution,
) -> list[Particles]:
    """Particles of a wave, from the work folder or sampled; of the last, independent runs show that they agree."""
    target, slope = log_likelihood(terms, statistics, emulator), gradient(terms, statistics, emulator)
    last = wave + 1 == len(settings.waves)
    moves = settings.moves, settings.last_moves if last else settings.moves
    dimension, points = emulator.space.dimension, emulator.space.points(draws)
    with threadpool_limits(1):  # what was sampled from is known by its values at the draws of the wave
        seen = hashlib.sha256(repr((settings.particles, moves, settings.seed)).encode() + target(points).tobytes())

    def particles(k: int) -> Floats:
        with threadpool_limits(1):
            run = smc.sample(
                target,
                dimension,
                settings.particles,
                seed=settings.seed + 10 * wave + k,
                moves=moves[0],
                last_moves=moves[1],
                kernel=kernel(emulator.space, lambda x, power: power * slope(x)),
                progress=staged(execution.progress, f"posterior {k + 1}"),
            )
        return np.vstack([run.points, np.resize([run.log_evidence, run.parent_correlation], dimension)])

    shape = (settings.particles + 1, dimension)
    folder = execution.folder / seen.hexdigest()[:16]
    runs = [
        read_or_compute(folder / f"particles-{wave}-{k}.npy", shape, partial(particles, k))
        for k in range(settings.runs if last else 1)
    ]
    return [Particles(run[:-1], *map(float, run[-1, :2])) for run in runs]


def acceptance_terms(plan: Plan, bank: Bank) -> tuple[LikelihoodTerm, ...]:
    """Likelihood terms of admission: draws that hardly make a population are unlikely, as typical values make it."""
    terms = []
    for k, line in enumerate(plan.lines):
        if line.publication == POPULATION:
            statistic = SummaryStatistic(Scale.SHARE, k)
            terms.append(
                LikelihoodTerm(
                    publication=POPULATION,
                    arm=line.arm,
                    variable=line.endpoint.variable,
                    label=line.endpoint.variable,
                    statistics=(statistic,),
                    value=(float(np.nanmedian(statistic.of(bank)[0])),),
                    error=ACCEPTANCE_LOG_ODDS_SD,
                    law=Law.NORMAL,
                )
            )
    return tuple(terms)


def exchangeable(points: Floats, n: int, seed: int) -> Floats:
    """Random n of the points (points, dimension) in random order, without repetition while there are enough.

    Examples
    --------
    >>> sorted(exchangeable(np.arange(3.0)[:, None], 4, 1)[:3, 0].tolist())
    [0.0, 1.0, 2.0]
    """
    keys = uniforms(seed, np.arange(len(points)), "rows that ship")[:, 0]
    return np.asarray(points[np.argsort(keys, kind="stable")[np.arange(n) % len(points)]])
