"""Virtual patients made to look like a published arm, and what each draw makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from hepatica.admission import admit
from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import OUTPUTS, ArmEndpoints, Endpoint, Summary, grid
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
LEAST_PEOPLE = 0.1  # share of virtual patients that must stay effective when they are made to look like an arm
MATCHED = tuple(v.name for v in used_in(Use.PUBLICATION, Use.LIKELIHOOD, Use.BASELINE))


@dataclass(frozen=True)
class Arms:
    """An arm's simulated lines by draw, and the share of virtual patients that stay effective once they look like it."""

    summary: dict[Endpoint, tuple[Floats, Floats]]
    alike: float


class Simulated:
    """Virtual patients of every population and arm, each simulated once however many publications ask for it."""

    def __init__(
        self, system: System, known: Draws | None, people: int, draws: int, seed: int, workers: int | None
    ) -> None:
        self.system, self.known, self.people, self.draws, self.seed, self.workers = (
            system,
            known,
            people,
            draws,
            seed,
            workers,
        )
        self.admissions: dict[str, Admitted] = {}
        self.done: dict[tuple[str, Arm, str, tuple[Endpoint, ...]], tuple[Floats, Floats]] = {}

    def patients(self, key: str) -> Admitted:
        """Of a population."""
        if key not in self.admissions:
            self.admissions[key] = admit(
                self.system,
                load_population(key),
                self.people * self.draws,
                seed=self.seed,
                draws=self.draws,
                known=self.known,
                workers=self.workers,
            )
        return self.admissions[key]

    def read(self, key: str, given: Arm, hypothesis: str, wanted: tuple[Endpoint, ...]) -> tuple[Floats, Floats]:
        """Value and weight of every patient for every number wanted, (patients, wanted) each."""
        arm = replace(given, name="")
        asked = (key, arm, hypothesis, wanted)
        if asked not in self.done:
            ds = simulate(
                self.system,
                self.patients(key),
                [arm],
                grid(wanted),
                outputs=OUTPUTS,
                hypothesis=hypothesis,
                workers=self.workers,
            )
            read = [ArmEndpoints(ds, 0).values(w) for w in wanted]
            self.done[asked] = (np.stack([r[0] for r in read], axis=1), np.stack([r[1] for r in read], axis=1))
        return self.done[asked]

    def arm(self, plan: Plan, p: Publication, a: SimulatedArm, hypothesis: str) -> Arms:
        """Means and SDs of every line of a published arm, (draws,) each; under some draws cells do nothing in people."""
        wanted = tuple(plan.lines[i].endpoint for i in plan.of_arm(a))
        doubt = (
            (PRIOR_NULL_EFFECT_PROBABILITY if self.known is None else self.known.null_effect_probability(hypothesis))
            if a.cells
            else 0.0
        )
        idle = uniforms(self.seed, np.arange(self.draws), "cells do nothing")[:, 0] < doubt
        given = [a.given, *([replace(a.given, regimen=NO_CELLS)] if idle.any() else [])]
        parts: list[list[tuple[float, Summary]]] = [[] for _ in given]
        alike = 1.0
        for key, share in a.populations:
            patients = self.patients(key)
            weight, effective = matched(p, a, patients)
            alike = min(alike, effective)
            for found, arm in zip(parts, given, strict=True):
                values, weights = self.read(key, arm, hypothesis, wanted)
                of = Summary.of(values, weights * weight[:, None], patients.cohort.draw % self.draws, self.draws)
                found.append((share, of))
        each = [Summary.mixed(found) for found in parts]
        mean, sd = (np.where(idle[:, None], getattr(each[-1], what), getattr(each[0], what)) for what in ("mean", "sd"))
        return Arms({w: (mean[:, k], sd[:, k]) for k, w in enumerate(wanted)}, alike)


def matched(p: Publication, a: SimulatedArm, patients: Admitted) -> tuple[Floats, float]:
    """Weights under which virtual patients have the arm's printed mean labs, as far as enough of them stay effective.

    Exponential tilting; where too few would stay, it goes as far towards the printed means as leaves `LEAST_PEOPLE`.
    """
    rows = [
        (o.variable, o.value)
        for o in p.find(arm=a.arm, time=0.0)
        if o.variable in MATCHED and o.variable in patients.labs and o.kind in ("mean_sd", "mean", "median")
    ]
    n = len(patients.cohort.patient)
    if not rows:
        return np.ones(n), 1.0
    x = np.stack([np.log(np.maximum(patients.labs[v], 1e-6)) for v, _ in rows], axis=1)
    mean, sd = x.mean(axis=0), x.std(axis=0) + 1e-9
    x, goal = (x - mean) / sd, (np.log([max(v, 1e-6) for _, v in rows]) - mean) / sd
    for toward in np.linspace(1.0, 0.0, 11):

        def objective(k: Floats, at: Floats = toward * goal) -> tuple[float, Floats]:
            e = x @ k
            top = e.max()
            w = np.exp(e - top)
            return float(np.log(w.sum()) + top - k @ at + 5e-3 * k @ k), (w @ x) / w.sum() - at + 1e-2 * k

        k = minimize(objective, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=[(-4, 4)] * x.shape[1]).x
        w = np.exp(x @ k - (x @ k).max())
        effective = float(w.sum() ** 2 / (w**2).sum() / n)
        if effective >= LEAST_PEOPLE:
            return w / w.mean(), effective
    return np.ones(n), 1.0
