"""Untreated course: its posterior from all arms without cells, by waves of simulation, emulation and sampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from threadpoolctl import threadpool_limits

from hepatica.admission import MAX_TRIES
from hepatica.calibrate.bank import POPULATION, Bank, Plan, fill
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.endpoints import OUTPUTS
from hepatica.calibrate.inference import smc
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.engine import System
from hepatica.errors import EngineError
from hepatica.model.reach import dependencies, silent
from hepatica.model.structure import Model
from hepatica.patients import DrawKey, Draws, Population, load_population, populations
from hepatica.patients.draws import between_study_sd
from hepatica.patients.population import Cause
from hepatica.progress import staged
from hepatica.therapy import TREATMENTS

Floats = NDArray[np.float64]
MIN_DRAWS_WITH_PATIENTS = 50  # draws under which a statistic must be known to be emulated
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
        Draws of the bank: from the priors first, then each time from what was learnt.
    people : int
        Patients of each population for each draw of the bank.
    particles, moves : int
        Of the tempered Monte Carlo.
    cell_draws : int
        Draws of the cell parameters for each row.
    cell_people : int
        Patients for each row when the cells are learnt.
    seed : int
    """

    draws: int = 400
    waves: tuple[int, ...] = (1500, 1200, 1200)
    people: int = 10
    particles: int = 2000
    moves: int = 20
    cell_draws: int = 48
    cell_people: int = 10
    seed: int = 2026


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
        Particles of two independent runs.
    log_evidence : float
    """

    draws: Draws
    emulator: Emulator
    statistics: tuple[SummaryStatistic, ...]
    terms: tuple[LikelihoodTerm, ...]
    banks: tuple[Bank, ...]
    check: Bank
    runs: tuple[Floats, ...]
    log_evidence: float


def cell_only_parameters(model: Model) -> frozenset[str]:
    """Parameters without influence on the untreated course, proved from the equations."""
    given: set[str] = {state for t in TREATMENTS.values() for state, _ in t.doses}
    for key in populations():
        p = load_population(key)
        backgrounds: tuple[Population | Cause, ...] = (p, *p.causes)
        given |= {n for b in backgrounds for n in (*b.insult, *b.treatment) if n in model.states}
    outputs = [n for n in (*model.states, *model.quantities) if not n.startswith(("cells_", "label_", "image_"))]
    outputs = [n for n in OUTPUTS if n in outputs] + ["functional_mass"]
    course = dependencies(model, outputs, zero=silent(model, given))
    return frozenset(n for n, p in model.parameters.items() if p.entry.prior.varies and n not in course)


def log_likelihood(
    terms: Sequence[LikelihoodTerm], statistics: Sequence[SummaryStatistic], emulator: Emulator
) -> Callable[[Floats], Floats]:
    """Log likelihood of points through the emulator, between-cohort SDs included; a function of (points, dimension)."""
    at = [np.array([statistics.index(s) for s in t.statistics]) for t in terms]
    column = {n: k for k, n in enumerate(emulator.space.names)}

    def of(points: Floats) -> Floats:
        simulated = emulator(points)
        share, mean = (between_study_sd(w, points[:, column[DrawKey.between_study(w)]]) for w in ("share", "mean"))
        total = np.zeros(len(points))
        for t, k in zip(terms, at, strict=True):
            total += t.log_likelihood(simulated[:, k], emulator.unknown[k], share, mean)
        return total

    return of


def statistics_of(terms: Sequence[LikelihoodTerm]) -> tuple[SummaryStatistic, ...]:
    """Summary statistics that some terms compare, each once."""
    return tuple(dict.fromkeys(s for t in terms for s in t.statistics))


def fit_emulator(space: Space, banks: Sequence[Bank], statistics: Sequence[SummaryStatistic]) -> Emulator:
    """Emulator of all waves; a draw that made no patient of a population says that it hardly arises there.

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
        return Emulator.fit(space, points, y, noise)


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
    draws = Draws({k: v for k, v in prior.columns.items() if k.name not in cells | EFFECTS})
    space, banks = Space.of(system.model, draws), list[Bank]()
    plan, terms = plan.with_acceptance_rates(), tuple(terms)
    for wave in range(len(settings.waves)):
        banks.append(_simulated(system, plan, draws, settings, wave, execution))
        if wave == 0:
            terms += acceptance_terms(plan, banks[0])
        statistics = statistics_of(terms)
        emulator = fit_emulator(space, banks, statistics)
        runs = _sampled(log_likelihood(terms, statistics, emulator), space.dimension, settings, wave, execution)
        following = settings.waves[wave + 1] if wave + 1 < len(settings.waves) else settings.draws
        draws = space.draws(evenly_spaced(runs[0].points, following))
    return CoursePosterior(
        draws=draws,
        emulator=emulator,
        statistics=statistics,
        terms=terms,
        banks=tuple(banks),
        check=_simulated(system, plan, draws, settings, len(settings.waves), execution),
        runs=tuple(r.points for r in runs),
        log_evidence=float(np.mean([r.log_evidence for r in runs])),
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
    target: Callable[[Floats], Floats], dimension: int, settings: Settings, wave: int, execution: Execution
) -> list[smc.Sampled]:
    """Particles of a wave; of the last, a second run shows that they agree."""
    runs = []
    for k in range(2 if wave + 1 == len(settings.waves) else 1):
        with threadpool_limits(1):
            runs.append(
                smc.sample(
                    target,
                    dimension,
                    settings.particles,
                    seed=settings.seed + 10 * wave + k,
                    moves=settings.moves,
                    progress=staged(execution.progress, f"posterior {k + 1}"),
                )
            )
    return runs


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


def evenly_spaced(points: Floats, n: int) -> Floats:
    """Evenly spaced n of the points (points, dimension), repeated where there are fewer."""
    spaced = n <= len(points)
    rows = np.linspace(0, len(points) - 1, n).astype(int) if spaced else np.arange(n) % len(points)
    return np.asarray(points[rows])
