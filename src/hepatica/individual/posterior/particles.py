"""Tempered particle filter of one person: candidates near the labs, moved by preconditioned Crank-Nicolson steps.

Particles begin as the best candidates of a library. The likelihood is tempered by the effective sample size, particles
are resampled, and each is moved by steps x' = sqrt(1 - b^2) x + b N(0, 1) in the standard normal coordinates of its
population (Cotter, Roberts, Stuart & White 2013, Stat Sci 28:424), which keep the prior, with the tempered likelihood
deciding (Chopin 2002, Biometrika 89:539). A particle keeps its parameter draw: ignorance is carried by their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from hepatica.individual.library.candidates import Candidates, join
from hepatica.individual.library.simulate import Design, simulate_candidates
from hepatica.individual.library.store import Library
from hepatica.individual.posterior.importance import Kernels, effective_size, log_likelihood, normalise
from hepatica.individual.posterior.lab_error import Errors
from hepatica.individual.posterior.posterior import Posterior, make_posterior
from hepatica.patients import Cohort
from hepatica.patients.cohort import OWNER
from hepatica.patients.population import Covariate
from hepatica.patients.streams import normals, uniforms
from hepatica.progress import Progress, ignore_progress
from hepatica.therapy import NO_CELLS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PARTICLES = 400
MOVES = 3
"""Steps of each particle at each temperature."""
STEP = 0.35
"""Size b of a step."""
MAX_TEMPERATURES = 8
EDGE = 1e-9
GIVEN: tuple[Literal["insult", "before", "treatment"], ...] = ("insult", "before", "treatment")


@dataclass(frozen=True)
class MovableCohort(Cohort):
    """Cohort all of whose random numbers, those of insults and causes too, stand in `memo` and can be moved."""

    def cause(self) -> Ints:
        """Position of each patient's cause among the population's."""
        weights = np.cumsum([c.weight for c in self.population.causes] or [1.0])
        u = self._numbers(uniforms, self.patient, None, "cause")[:, 0]
        return np.minimum(np.searchsorted(weights / weights[-1], u, side="right"), len(weights) - 1)

    def _drawn(self, value: float | Covariate, purpose: str) -> Floats:
        if not isinstance(value, Covariate):
            return np.full(len(self.patient), float(value))
        u = self._numbers(uniforms, self.patient, None, purpose, 2)
        return value.draw(u[:, 0], u[:, 1])

    def filled(self) -> MovableCohort:
        """The same with every random number drawn."""
        self.parameters()
        self.onset()
        for what in GIVEN:
            self.given(what)
        return self

    def moved(self, step: float, seed: int, number: int) -> MovableCohort:
        """A proposal from each patient, whose coordinates are moved by one step that keeps the prior.

        Parameters
        ----------
        step : float
            From 0, no move, to 1, independent of the place.
        seed, number : int
            Of the random numbers, and of the step.
        """
        keep, memo = float(np.sqrt(1 - step**2)), {}
        for purpose, rows in self.filled().memo.items():
            if purpose == OWNER or purpose.startswith(("prior:", "spike:")):
                memo[purpose] = rows
                continue
            noise = normals(seed, np.arange(len(rows)), f"move:{number}:{purpose}", rows.shape[1])
            if purpose.startswith("between:"):
                memo[purpose] = keep * rows + step * noise
            else:
                memo[purpose] = ndtr(keep * ndtri(np.clip(rows, EDGE, 1 - EDGE)) + step * noise)
        return replace(self, memo=memo)

    def where(self, chosen: NDArray[np.bool_], other: MovableCohort) -> MovableCohort:
        """Patients of the other cohort where chosen, of this one elsewhere."""
        memo = {
            p: rows if p == OWNER else np.where(chosen[:, None], other.memo[p], rows) for p, rows in self.memo.items()
        }
        return replace(self, memo=memo)


@dataclass(frozen=True)
class Refined:
    """Posterior by particles, and how it was made.

    Attributes
    ----------
    posteriors : tuple of Posterior
        Over particles, equally weighted but for the last temperature; one a design.
    temperatures : tuple of float
        Powers of the likelihood that were gone through; the last is 1.
    accepted : float
        Share of moves accepted.
    simulated : int
        Courses simulated.
    """

    posteriors: tuple[Posterior, ...]
    temperatures: tuple[float, ...]
    accepted: float
    simulated: int

    @property
    def posterior(self) -> Posterior:
        """Posterior under the first design."""
        return self.posteriors[0]


class _Swarm:
    """Particles in groups of one component each, with their likelihoods."""

    def __init__(self, library: Library, posterior: Posterior, errors: Errors, kernels: Kernels) -> None:
        self.library, self.posterior, self.errors, self.kernels = library, posterior, errors, kernels
        self.short = Design(
            regimens=(NO_CELLS,),
            hypotheses=(),
            background=library.design.background,
            until=max(posterior.observations.last_day, 1.0),
        )
        self.groups: list[tuple[int, MovableCohort]] = []
        self.log: list[Floats] = []
        self.accepted = self.tried = self.simulated = 0

    def begin(self, chosen: Ints) -> None:
        """Particles from candidates, repeated ones included."""
        c = self.posterior.candidates
        for component in np.unique(c.component[chosen]).tolist():
            mine = chosen[c.component[chosen] == component]
            base = self.library.cohort(component, c.draw[mine])
            cohort = MovableCohort(base.model, base.population, base.seed, base.patient, base.draw, base.known)
            self.groups.append((component, cohort.filled()))
            self.log.append(self.likelihood(component, cohort))

    def likelihood(self, component: int, cohort: MovableCohort) -> Floats:
        """Log likelihood of each particle, -inf where its solve failed."""
        result = _simulated(self.library, cohort, self.short, component)
        self.simulated += len(cohort.patient)
        log = np.full(len(cohort.patient), -np.inf)
        if result.n:
            log[result.row] = log_likelihood(result, self.posterior.observations, self.errors, self.kernels)
        return log

    def resample(self, power: float, seed: int) -> None:
        """Particles resampled by their likelihood to a power, systematically over all groups."""
        log = np.concatenate(self.log)
        weight = normalise(power * np.maximum(log, -1e6))
        u = float(uniforms(seed, np.array([len(self.log)]), f"resample:{power:.6f}")[0, 0])
        n = len(weight)
        chosen = np.minimum(np.searchsorted(np.cumsum(weight), (np.arange(n) + u) / n), n - 1)
        start, groups, logs = 0, [], []
        for (component, cohort), own in zip(self.groups, self.log, strict=True):
            mine = chosen[(chosen >= start) & (chosen < start + len(own))] - start
            start += len(own)
            if len(mine):
                groups.append((component, _repeated(cohort, mine)))
                logs.append(own[mine])
        self.groups, self.log = groups, logs

    def move(self, power: float, seed: int, number: int) -> None:
        """One step of every particle, accepted by the tempered likelihood."""
        for k, (component, cohort) in enumerate(self.groups):
            proposal = cohort.moved(STEP, seed + k, number)
            log = self.likelihood(component, proposal)
            u = uniforms(seed + k, np.arange(len(log)), f"accept:{number}")[:, 0]
            with np.errstate(invalid="ignore"):
                accepted = np.log(np.maximum(u, 1e-300)) < power * (log - self.log[k])
            accepted &= np.isfinite(log)
            self.groups[k] = component, cohort.where(accepted, proposal)
            self.log[k] = np.where(accepted, log, self.log[k])
            self.accepted += int(accepted.sum())
            self.tried += len(log)

    def finish(self, design: Design) -> Candidates:
        """Particles under every course."""
        return join([_simulated(self.library, cohort, design, c) for c, cohort in self.groups])


def refine(
    library: Library,
    posterior: Posterior,
    errors: Errors,
    kernels: Kernels,
    *,
    designs: Sequence[Design] = (),
    particles: int = PARTICLES,
    progress: Progress | None = None,
) -> Refined:
    """Posterior by a tempered particle filter, seeded by the best candidates of a library.

    Parameters
    ----------
    library : Library
        Of the posterior's candidates.
    posterior : Posterior
        By importance weights.
    errors : mapping of str to LabError
        Error of each lab.
    kernels : Kernels
        Kernels of covariates.
    designs : sequence of Design
        Courses to follow the particles under; the library's unless given.
    particles : int
        Number of particles.
    progress : Progress, optional
        Told of the stage "refine", in percent of the power of the likelihood.
    """
    report, seed = progress or ignore_progress, posterior.seed
    swarm = _Swarm(library, posterior, errors, kernels)
    c = posterior.candidates
    log = log_likelihood(c, posterior.observations, errors, kernels)
    power = _power(log, 0.0, min(particles, 0.5 * len(log)))
    weight = normalise(power * log)
    place = (np.arange(particles) + 0.5) / particles
    swarm.begin(np.sort(np.minimum(np.searchsorted(np.cumsum(weight), place), c.n - 1)))
    powers, number = [power], 0
    while True:
        for _ in range(MOVES):
            number += 1
            swarm.move(powers[-1], seed, number)
        report("refine", round(100 * powers[-1]), 100)
        if powers[-1] >= 1.0:
            break
        every = np.concatenate(swarm.log)
        last = len(powers) >= MAX_TEMPERATURES
        following = 1.0 if last else _power(every, powers[-1], 0.5 * len(every))
        swarm.resample(following - powers[-1], seed + number)
        powers.append(following)
    made = [_even(swarm.finish(design), posterior, errors) for design in designs or (library.design,)]
    return Refined(tuple(made), tuple(powers), swarm.accepted / max(swarm.tried, 1), swarm.simulated)


def _even(particles: Candidates, posterior: Posterior, errors: Errors) -> Posterior:
    """Posterior over equally weighted particles."""
    result = replace(particles, patient=np.arange(particles.n))  # errors of forecasts are each particle's own
    flat = replace(Kernels(), age=np.inf, weight=np.inf, encephalopathy=np.inf, ascites=np.inf)
    even = np.full(result.n, 1.0 / result.n)
    return replace(
        make_posterior(result, posterior.observations, errors, flat, seed=posterior.seed),
        weight=even,
        effective=_distinct(result),
        regression=None,
        distance=posterior.distance,
        _chosen=(np.arange(result.n), even),
    )


def _power(log: Floats, now: float, enough: float) -> float:
    """Largest power up to 1 that leaves enough effective particles."""
    log = np.maximum(log, -1e6)
    low, high = now, 1.0
    if effective_size(normalise((high - now) * log)) >= enough:
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if effective_size(normalise((middle - now) * log)) >= enough else (low, middle)
    return max(low, now + 1e-3)


def _repeated(cohort: MovableCohort, which: Ints) -> MovableCohort:
    """Some patients, perhaps several times."""
    memo: dict[str, Any] = {name: rows[which] for name, rows in cohort.memo.items() if name != OWNER}
    return replace(cohort, patient=cohort.patient[which], draw=cohort.draw[which], memo=memo)


def _distinct(candidates: Candidates) -> float:
    """Number of distinct particles."""
    return float(len(np.unique(np.round(candidates.initial, 9), axis=0)))


def _simulated(library: Library, cohort: MovableCohort, design: Design, component: int) -> Candidates:
    """Courses of the particles whose solves succeeded."""
    components = tuple(p.name for p in library.parts)
    return simulate_candidates(
        library.system, cohort, design, component=component, components=components, workers=library.workers
    )
