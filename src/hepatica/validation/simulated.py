"""Simulated endpoints of published arms, by draw, in virtual patients matched to the published means at day 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import ArmEndpoints, Endpoint, Summary, grid, outputs_of
from hepatica.calibrate.matching import SimulatedArm
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.evidence import Publication
from hepatica.patients import Admitted, Draws, load_population
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.patients.streams import uniforms
from hepatica.simulation import Arm, simulate
from hepatica.therapy import NO_CELLS
from hepatica.validation.severity import PROBE, SHIFTS, BaselineMatch, match_baseline, shifted

Floats = NDArray[np.float64]


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
    effective : float
        Effective number of them, over all draws.
    assumed : tuple of str
        Shift of a population, and means that are not reached.
    """

    summary: Mapping[Endpoint, tuple[Floats, Floats]]
    matching: float
    effective: float = float("nan")
    assumed: tuple[str, ...] = ()


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
        self._admitted: dict[tuple[str, float, int], Admitted] = {}
        self._values: dict[tuple[str, float, Arm, str, tuple[Endpoint, ...]], tuple[Floats, Floats]] = {}

    def patients(self, key: str, factor: float = 1.0, people: int = 0) -> Admitted:
        """Virtual patients of a population at admission.

        Parameters
        ----------
        key : str
            Of the population.
        factor : float
            By which its insult is larger.
        people : int
            Of each draw; those of the settings if 0.
        """
        people = people or self.settings.people
        asked = (key, factor, people)
        if asked not in self._admitted:
            self._admitted[asked] = admit(
                self.system,
                shifted(load_population(key), factor),
                people * self.settings.draws,
                seed=self.settings.seed,
                draws=self.settings.draws,
                known=self.known,
                workers=self.settings.workers,
            )
        return self._admitted[asked]

    def values(
        self, key: str, given: Arm, hypothesis: str, endpoints: tuple[Endpoint, ...], *, factor: float = 1.0
    ) -> tuple[Floats, Floats]:
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
        factor : float
            By which the insult of the population is larger.
        """
        arm = replace(given, name="")
        asked = (key, factor, arm, hypothesis, endpoints)
        if asked not in self._values:
            ds = simulate(
                self.system,
                self.patients(key, factor),
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
        matched = [(share, key, *self.matched(p, a, key)) for key, share in a.populations]
        for share, key, factor, match in matched:
            where = self.patients(key, factor).cohort.draw % draws
            for part, arm in zip(parts, given, strict=True):
                values, weights = self.values(key, arm, hypothesis, endpoints, factor=factor)
                part.append((share, Summary.of(values, weights * match.weight[:, None], where, draws)))
        each = [Summary.mixed(part) for part in parts]
        mean = np.where(no_effect[:, None], each[-1].mean, each[0].mean)
        sd = np.where(no_effect[:, None], each[-1].sd, each[0].sd)
        least = min(matched, key=lambda x: x[3].effective)[3]
        return ArmSummary(
            {e: (mean[:, k], sd[:, k]) for k, e in enumerate(endpoints)},
            least.effective,
            least.effective * len(least.weight),
            tuple(text for _, key, factor, match in matched for text in match.said(key, factor)),
        )

    def matched(self, p: Publication, a: SimulatedArm, key: str) -> tuple[float, BaselineMatch]:
        """Factor of the insult by which a population reaches an arm's means at day 0 best, and its match.

        Parameters
        ----------
        p : Publication
            With the means at day 0.
        a : SimulatedArm
            The arm.
        key : str
            Of the population.

        Raises
        ------
        InputError
            If the arm's severity is out of reach of the population, however shifted.
        """
        if len(a.populations) > 1:  # means of the whole are nobody's part's
            return 1.0, BaselineMatch(np.ones(len(self.patients(key).cohort.patient)), 1.0)
        alone = match_baseline(p, a, self.patients(key))
        factor, match = 1.0, alone
        if alone.reached < 1.0 and alone.direction:
            factor = self._best_shift(p, a, key, alone)
            match = alone if factor == 1.0 else match_baseline(p, a, self.patients(key, factor))
            if match.distance > alone.distance:  # in few patients alone was it nearer
                factor, match = 1.0, alone
        if why := match.refusal(key):
            raise InputError(f"{p.key} {a.arm}", why, "name a population of such people")
        return factor, match

    def _best_shift(self, p: Publication, a: SimulatedArm, key: str, alone: BaselineMatch) -> float:
        """Factor of the insult by which few patients of a population come nearest to an arm's severity."""
        nearest, factor, limits = alone.distance, 1.0, load_population(key).inclusion
        if any(v in limits and not limits[v].low <= gap[0] <= limits[v].high for v, gap in alone.gaps.items()):
            return factor  # nobody of the population is that ill, or that little
        for shift in SHIFTS[alone.direction]:
            try:
                few = self.patients(key, shift, max(self.settings.people // PROBE, 2))
            except InputError:  # nobody plausible is that ill
                break
            tried = match_baseline(p, a, few)
            if tried.distance < nearest:
                nearest, factor = tried.distance, shift
            if tried.reached == 1.0:
                break
        return factor

    def _no_effect(self, a: SimulatedArm, hypothesis: str) -> NDArray[np.bool_]:
        """Draws in which cells have no effect in people, (draws,)."""
        probability = 0.0
        if a.cells:
            known = self.known
            probability = PRIOR_NULL_EFFECT_PROBABILITY if known is None else known.null_effect_probability(hypothesis)
        u = uniforms(self.settings.seed, np.arange(self.settings.draws), "cells do nothing")[:, 0]
        return np.asarray(u < probability)
