"""A small problem of inference, on which samplers can be compared: one virtual patient and eight unknown parameters.

The patient is admitted as usual with every draw at the middle of its prior, and stays free of infection, so that the
likelihood is smooth. What is unknown acts from admission on: eight lognormal parameters, each as a standard normal
place in its own prior. What is seen are labs on five days, each with lognormal noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.engine import Events, Problem, System
from hepatica.errors import InputError
from hepatica.patients import DrawKind, Draws, load_population
from hepatica.simulation import Arm, problem_of

Floats = NDArray[np.float64]
POPULATION, SEED, PATIENT = "hbv_aclf", 11, 6  # deep jaundice that takes two weeks to fall
UNKNOWN = (
    "alarm_half",
    "tnf_half",
    "excretion_half",
    "effector_lifetime",
    "cholestasis_injury",
    "alt_content",
    "sublethal_half",
    "cast_half",
)
LABS = ("bilirubin", "inr", "alt", "albumin", "creatinine")
DAYS = (1.0, 3.0, 7.0, 14.0, 28.0)
NOISE = 0.1  # SD of the logarithm
RTOL = 1e-5


@dataclass(frozen=True)
class Reduced:
    """One patient's course as a function of a few places in priors.

    Attributes
    ----------
    system : System
    patient : Problem
        One solve, from admission to the last day.
    names : tuple of str
        Unknown parameters, k of them.
    spread : (k,)
        SD of the logarithm of each under its prior.
    """

    system: System
    patient: Problem
    names: tuple[str, ...]
    spread: Floats

    @property
    def dimension(self) -> int:
        """Number of unknown parameters."""
        return len(self.names)

    def predict(self, points: Floats, *, workers: int = 1) -> Floats:
        """Logarithms of the labs, (n, days x labs), at points (n, k); NaN where a solve failed."""
        done = self.system.solve(self._at(points), workers=workers)
        return _log(done.values).reshape(len(points), -1)

    def slopes(self, points: Floats, *, workers: int = 1) -> tuple[Floats, Floats]:
        """Logarithms of the labs and their derivatives by the points, (n, days x labs, k), from the engine."""
        problem = self._at(points)
        done = self.system.solve(problem, sensitivities=self.names, workers=workers)
        assert done.sensitivities is not None
        by_log = problem.parameters[:, self._columns] * self.spread  # d parameter / d place
        by = done.sensitivities / done.values[..., None] * by_log[:, None, None, :]
        return _log(done.values).reshape(len(points), -1), by.reshape(len(points), -1, self.dimension)

    def observe(self, point: Floats, seed: int | Sequence[int]) -> Floats:
        """Labs as they would be measured if `point` (k,) were true: their logarithms, (days x labs,)."""
        mean = self.predict(point[None])[0]
        return np.asarray(mean + NOISE * np.random.default_rng(seed).standard_normal(len(mean)))

    def log_likelihood(self, points: Floats, seen: Floats, *, workers: int = 1) -> Floats:
        """Of points (n, k), up to a constant; minus infinity where a solve failed."""
        return _fit(self.predict(points, workers=workers), seen)

    def log_posterior(self, point: Floats, seen: Floats) -> tuple[float, Floats]:
        """Its logarithm at one point (k,), up to a constant, and the gradient (k,)."""
        mean, by = self.slopes(point[None])
        value = float(_fit(mean, seen)[0] - 0.5 * point @ point)
        if not np.isfinite(value):
            return -np.inf, np.zeros_like(point)
        return value, np.asarray(((seen - mean[0]) / NOISE**2) @ by[0] - point)

    @property
    def _columns(self) -> list[int]:
        return [self.system.parameters.index(name) for name in self.names]

    def _at(self, points: Floats) -> Problem:
        n, one = len(points), self.patient
        parameters = np.repeat(one.parameters, n, axis=0)
        parameters[:, self._columns] *= np.exp(self.spread * points)
        return replace(
            one,
            parameters=parameters,
            initial=np.repeat(one.initial, n, axis=0),
            events=Events.none(n),
            thresholds=np.repeat(one.thresholds, n, axis=0),
        )


def reduced(system: System, names: Sequence[str] = UNKNOWN) -> Reduced:
    """The problem with these parameters unknown.

    Raises
    ------
    InputError
        If the prior of one is not lognormal.
    """
    rows = system.model.parameters
    for name in names:
        if name not in rows or rows[name].entry.prior.kind != "lognormal":
            raise InputError("names", name, "a parameter whose prior is lognormal")
    drawn = Draws.prior(system.model, 1, seed=0).columns
    middle = Draws({name: np.ones(1) if name.kind is DrawKind.SPIKE else np.zeros(1) for name in drawn})
    admitted = admit(system, load_population(POPULATION), PATIENT + 1, seed=SEED, draws=1, known=middle).take(
        np.array([PATIENT])
    )
    problem = problem_of(system, admitted, [Arm("standard care")], np.array(DAYS), outputs=LABS, rtol=RTOL)
    quiet = replace(problem, thresholds=np.full_like(problem.thresholds, np.inf))
    return Reduced(
        system, quiet, tuple(names), np.array([np.sqrt(np.log1p(rows[n].entry.prior.cv ** 2)) for n in names])
    )


def _log(values: Floats) -> Floats:
    return np.log(np.where(values > 0, values, np.nan))


def _fit(mean: Floats, seen: Floats) -> Floats:
    miss = ((mean - seen) ** 2).sum(axis=1) / NOISE**2
    return np.where(np.isfinite(miss), -0.5 * miss, -np.inf)
