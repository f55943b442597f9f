"""Simulated endpoints of published arms, by draw, in virtual patients matched to the published means at day 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from hepatica.admission import admit
from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import ArmEndpoints, Endpoint, Summary, grid, outputs_of
from hepatica.calibrate.matching import SimulatedArm
from hepatica.engine import System
from hepatica.evidence import Publication
from hepatica.patients import Admitted, Draws, load_population
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.patients.streams import uniforms
from hepatica.simulation import Arm, simulate
from hepatica.therapy import NO_CELLS
from hepatica.variables import Use, used_in

Floats = NDArray[np.float64]
MIN_EFFECTIVE_SHARE = 0.1
"""Share of virtual patients that stay effective when they match the published means of an arm."""
MATCHED = tuple(v.name for v in used_in(Use.PUBLICATION, Use.LIKELIHOOD, Use.BASELINE))
"""Variables whose published means at day 0 are matched."""
MIN_LAB = 1e-6  # smallest value whose logarithm is taken
STEPS = 11  # from the published means to none of them
PENALTY, MAX_TILT = 5e-3, 4.0  # of the coefficients of tilting, and their bound


@dataclass(frozen=True, kw_only=True)
class PredictionSettings:
    """Size and random numbers of a prediction.

    Attributes
    ----------
    people : int
        Virtual patients of each population for each draw.
    draws : int
        Parameter draws.
    seed : int
    workers : int or None
        Threads of the engine; all cores unless given.
    """

    people: int = 40
    draws: int = 200
    seed: int = 1
    workers: int | None = None


@dataclass(frozen=True)
class ArmSummary:
    """Simulated endpoints of a published arm.

    Attributes
    ----------
    summary : mapping of Endpoint to (mean, sd)
        Mean and SD between people, (draws,) each.
    matching : float
        Effective share of the virtual patients once they match the published means at day 0.
    """

    summary: Mapping[Endpoint, tuple[Floats, Floats]]
    matching: float


class ArmSimulator:
    """Simulation of published arms; each population and arm is simulated once, however many publications share it.

    Parameters
    ----------
    system : System
        The compiled model.
    known : Draws or None
        Parameter draws; None takes the priors.
    settings : PredictionSettings
        Size and random numbers.
    """

    def __init__(self, system: System, known: Draws | None, settings: PredictionSettings) -> None:
        self.system, self.known, self.settings = system, known, settings
        self._admitted: dict[str, Admitted] = {}
        self._values: dict[tuple[str, Arm, str, tuple[Endpoint, ...]], tuple[Floats, Floats]] = {}

    def patients(self, key: str) -> Admitted:
        """Virtual patients of a population at admission.

        Parameters
        ----------
        key : str
            Of the population.
        """
        if key not in self._admitted:
            self._admitted[key] = admit(
                self.system,
                load_population(key),
                self.settings.people * self.settings.draws,
                seed=self.settings.seed,
                draws=self.settings.draws,
                known=self.known,
                workers=self.settings.workers,
            )
        return self._admitted[key]

    def values(self, key: str, given: Arm, hypothesis: str, endpoints: tuple[Endpoint, ...]) -> tuple[Floats, Floats]:
        """Value and weight of every patient for every endpoint, (patients, endpoints) each.

        Parameters
        ----------
        key : str
            Of the population.
        given : Arm
            Treatment, whatever its name.
        hypothesis : str
            Of the model.
        endpoints : tuple of Endpoint
            Variables and days.
        """
        arm = replace(given, name="")
        asked = (key, arm, hypothesis, endpoints)
        if asked not in self._values:
            ds = simulate(
                self.system,
                self.patients(key),
                [arm],
                grid(endpoints),
                outputs=outputs_of(endpoints),
                hypothesis=hypothesis,
                workers=self.settings.workers,
            )
            columns = [ArmEndpoints(ds, 0).values(endpoint) for endpoint in endpoints]
            values, weights = zip(*columns, strict=True)
            self._values[asked] = (np.stack(values, axis=1), np.stack(weights, axis=1))
        return self._values[asked]

    def arm(self, plan: Plan, p: Publication, a: SimulatedArm, hypothesis: str) -> ArmSummary:
        """Mean and SD of every endpoint of a published arm; in a share of draws cells have no effect in people.

        Parameters
        ----------
        plan : Plan
            Whose lines name the endpoints.
        p : Publication
            Whose means at day 0 are matched.
        a : SimulatedArm
            The arm.
        hypothesis : str
            Of the model.
        """
        draws = self.settings.draws
        endpoints = tuple(plan.lines[i].endpoint for i in plan.of_arm(a))
        no_effect = self._no_effect(a, hypothesis)
        given = [a.given, *([replace(a.given, regimen=NO_CELLS)] if no_effect.any() else [])]
        parts: list[list[tuple[float, Summary]]] = [[] for _ in given]
        matching = 1.0
        for key, share in a.populations:
            patients = self.patients(key)
            weight, effective = match_baseline(p, a, patients)
            matching = min(matching, effective)
            for part, arm in zip(parts, given, strict=True):
                values, weights = self.values(key, arm, hypothesis, endpoints)
                summary = Summary.of(values, weights * weight[:, None], patients.cohort.draw % draws, draws)
                part.append((share, summary))
        each = [Summary.mixed(part) for part in parts]
        mean = np.where(no_effect[:, None], each[-1].mean, each[0].mean)
        sd = np.where(no_effect[:, None], each[-1].sd, each[0].sd)
        return ArmSummary({e: (mean[:, k], sd[:, k]) for k, e in enumerate(endpoints)}, matching)

    def _no_effect(self, a: SimulatedArm, hypothesis: str) -> NDArray[np.bool_]:
        """Draws in which cells have no effect in people, (draws,)."""
        probability = 0.0
        if a.cells:
            known = self.known
            probability = PRIOR_NULL_EFFECT_PROBABILITY if known is None else known.null_effect_probability(hypothesis)
        u = uniforms(self.settings.seed, np.arange(self.settings.draws), "cells do nothing")[:, 0]
        return np.asarray(u < probability)


def match_baseline(p: Publication, a: SimulatedArm, patients: Admitted) -> tuple[Floats, float]:
    """Weights that match virtual patients to the published mean labs of an arm at day 0, by exponential tilting.

    Where too few would stay effective, the means go as far towards the published ones as leaves `MIN_EFFECTIVE_SHARE`.

    Parameters
    ----------
    p : Publication
        With the means at day 0.
    a : SimulatedArm
        The arm.
    patients : Admitted
        At admission.

    Returns
    -------
    weight : (patients,)
        Of mean 1.
    effective : float
        Effective share of the patients; 1 without a published mean.
    """
    rows = [
        (o.variable, o.value)
        for o in p.find(arm=a.arm, time=0.0)
        if o.variable in MATCHED and o.variable in patients.labs and o.kind in ("mean_sd", "mean", "median")
    ]
    n = len(patients.cohort.patient)
    if not rows:
        return np.ones(n), 1.0
    x = np.stack([np.log(np.maximum(patients.labs[v], MIN_LAB)) for v, _ in rows], axis=1)
    mean, sd = x.mean(axis=0), x.std(axis=0) + 1e-9
    x, goal = (x - mean) / sd, (np.log([max(v, MIN_LAB) for _, v in rows]) - mean) / sd
    for step in np.linspace(1.0, 0.0, STEPS):
        w = _tilted(x, step * goal)
        effective = float(w.sum() ** 2 / (w**2).sum() / n)
        if effective >= MIN_EFFECTIVE_SHARE:
            return w / w.mean(), effective
    return np.ones(n), 1.0


def _tilted(x: Floats, goal: Floats) -> Floats:
    """Weights exp(x k), where k minimises log sum exp(x k) - k goal + penalty k^2."""

    def objective(k: Floats) -> tuple[float, Floats]:
        e = x @ k
        top = e.max()
        w = np.exp(e - top)
        return float(np.log(w.sum()) + top - k @ goal + PENALTY * k @ k), (w @ x) / w.sum() - goal + 2 * PENALTY * k

    bounds = [(-MAX_TILT, MAX_TILT)] * x.shape[1]
    k = minimize(objective, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.asarray(np.exp(x @ k - (x @ k).max()))
