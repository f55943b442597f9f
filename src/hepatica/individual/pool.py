"""Proposal pool of candidate virtual patients, with a wider spread of severity than the populations that ship.

Candidates are simulated from insult to day 60 and all of them are admitted; the strength of the insult, the time since
it and the levels in health are drawn from wide ranges, which the importance weights of each real person narrow. The
ranges are a proposal distribution, not evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import arrive
from hepatica.engine import Events, System
from hepatica.individual.labs import LABS, READINGS
from hepatica.individual.people import TREATMENT_ARMS
from hepatica.model.spread import Spread
from hepatica.outcomes.survival import competing_incidence
from hepatica.patients import Admitted, Cohort, Draws, Population, identity, load_population
from hepatica.patients.population import Component, Covariate, Fitted
from hepatica.simulation import Arm, problem_of
from hepatica.therapy import TREATMENTS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HORIZON = 60.0
"""Day of the outcome; assumed, since files have no times of events."""
TIMES = np.concatenate([np.arange(0.0, 8.0), [10.0, 14.0, 18.0, 21.0, 25.0, 28.0], np.arange(35.0, HORIZON + 1, 5.0)])
PLASMA_EXCHANGE_DAYS = (0.0, 1.0, 2.0)
"""Days of plasma exchange: in acute liver injury one a day at first, not every third day."""
OUTPUTS = (*LABS, *READINGS, "death_intensity", "transplant_intensity")
MIN_VALUE = 1e-3  # smallest value whose logarithm is taken
REASON = "Wide on purpose: room for the labs of real people, who choose by weight."
CELL_CONTENT = (2.0, 1.2)  # factor on the enzyme content of a dying hepatocyte, and its CV between people
FACTOR_CONSUMPTION = (1.0, 0.8)  # the same of the consumption of clotting factors
EFFECTOR_KILLING = (1.0, 0.8)  # the same of the killing by effector cells
BETWEEN_PEOPLE = {
    "ast_ratio": (1.0, 0.6),
    "creatinine_healthy": (1.0, 0.5),
    "albumin_healthy": (1.0, 0.12),
    "ammonia_healthy": (0.8, 0.4),
    "alt_content": CELL_CONTENT,
    "factor_consumption": FACTOR_CONSUMPTION,
}
"""Factor on the typical value, and CV between people, of each parameter that is widened."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Candidate virtual patients followed for 60 days under each combination of treatments.

    Attributes
    ----------
    labs : (arms, n, times, labs)
        Logarithms, in the order of `TREATMENT_ARMS` and `LABS`.
    alive : (arms, n, times)
        Probability of being neither dead nor transplanted.
    readings : (n, readings)
        Logarithms on day 0, in the order of `READINGS`.
    age, encephalopathy : (n,)
        At admission; encephalopathy is the continuous West Haven grade.
    kind : (n,) of int
        Position in `kinds`.
    kinds : tuple of str
        Causes of injury.
    n_simulated : int
        Candidates simulated; those whose solve failed are left out.
    """

    labs: Floats
    alive: Floats
    readings: Floats
    age: Floats
    encephalopathy: Floats
    kind: Ints
    kinds: tuple[str, ...]
    n_simulated: int

    @property
    def event(self) -> Floats:
        """Probability of death or transplant by the horizon, (arms, n)."""
        return np.asarray(1.0 - self.alive[:, :, -1], float)

    def interpolate(self, days: Sequence[float]) -> tuple[Floats, Floats]:
        """Log labs (arms, n, days, labs) and survival (arms, n, days), linear between output times.

        Parameters
        ----------
        days : sequence of float
            From 0 to the horizon.
        """
        where = np.clip(np.searchsorted(TIMES, days, side="right") - 1, 0, len(TIMES) - 2)
        share = (np.asarray(days, float) - TIMES[where]) / (TIMES[where + 1] - TIMES[where])
        labs = self.labs[:, :, where] * (1 - share[:, None]) + self.labs[:, :, where + 1] * share[:, None]
        return labs, self.alive[:, :, where] * (1 - share) + self.alive[:, :, where + 1] * share


def uniform(low: float, high: float, unit: str = "") -> Covariate:
    """Uniform proposal distribution of a covariate.

    Parameters
    ----------
    low, high : float
        Bounds.
    unit : str
        Of both.
    """
    return Covariate(unit=unit, parts=(Component(kind="uniform", low=low, high=high),), reason=REASON)


def widen_population(
    key: str,
    system: System,
    *,
    insult: Mapping[str, Covariate] | None,
    onset: Covariate,
    between: Mapping[str, tuple[float, float]],
) -> Population:
    """Proposal distribution made of a population that ships.

    Parameters
    ----------
    key : str
        Of the population.
    system : System
        The compiled model.
    insult : mapping of str to Covariate or None
        Strength of the insult; None keeps that of the population.
    onset : Covariate
        Time since the insult.
    between : mapping of str to (float, float)
        Factor on the typical value, and CV between people, of each widened parameter.
    """
    base = load_population(key)
    fitted = dict(base.fitted)
    for name, (factor, cv) in between.items():
        value = fitted[name].value if name in fitted else system.model.parameters[name].value
        fitted[name] = Fitted(value=factor * value, between=Spread(kind="lognormal", cv=cv), reason=REASON)
    # a treatment given to all, such as acetylcysteine, is not usual elsewhere
    treatment = {k: v for k, v in base.treatment.items() if k not in system.states}
    return base.model_copy(
        update={
            "insult": base.insult if insult is None else dict(insult),
            "fitted": fitted,
            "treatment": treatment,
            "causes": (),
            "covariate": base.covariate | {"age": uniform(16.0, 88.0, "year"), "onset": onset},
        }
    )


def acute_populations(system: System) -> dict[str, Population]:
    """Proposal populations with a healthy liver before: immune-mediated, toxic and hypoxic injury."""
    immune, flare = {"effectors_young": uniform(0.3, 8.0)}, BETWEEN_PEOPLE | {"flare_kill": EFFECTOR_KILLING}
    toxic, anoxic = {"drug": uniform(0.5, 10.0)}, {"ischaemia_insult": uniform(0.2, 3.0)}
    month, week = uniform(4.0, 40.0, "day"), uniform(0.7, 8.0, "day")
    shock = uniform(0.5, 7.0, "day")
    return {
        "immune": widen_population("alf_indeterminate", system, insult=immune, onset=month, between=flare),
        "toxic": widen_population("alf_paracetamol", system, insult=toxic, onset=week, between=BETWEEN_PEOPLE),
        "anoxic": widen_population("alf_paracetamol", system, insult=anoxic, onset=shock, between=BETWEEN_PEOPLE),
    }


def chronic_populations(system: System) -> dict[str, Population]:
    """Proposal populations of acute-on-chronic liver failure: hepatitis B and alcohol."""
    flare = BETWEEN_PEOPLE | {"flare_kill": EFFECTOR_KILLING}
    viral, alcoholic = uniform(5.0, 45.0, "day"), uniform(10.0, 60.0, "day")
    return {
        "hepatitis B on chronic disease": widen_population("hbv_aclf", system, insult=None, onset=viral, between=flare),
        "alcoholic hepatitis": widen_population(
            "alcoholic_hepatitis", system, insult=None, onset=alcoholic, between=BETWEEN_PEOPLE
        ),
    }


def make_pool(
    system: System,
    n: int,
    *,
    seed: int,
    populations: Mapping[str, Population] | None = None,
    known: Draws | None = None,
    workers: int | None = None,
) -> Pool:
    """Draw candidates from their proposal populations and simulate them under every combination of treatments.

    Parameters
    ----------
    system : System
        The compiled model.
    n : int
        Candidates in all, shared evenly among the populations.
    seed : int
        Of the random numbers.
    populations : mapping of str to Population, optional
        By cause of injury; `acute_populations` if not given.
    known : Draws, optional
        Parameter draws of a calibration, one a candidate; without them, of the priors.
    workers : int, optional
        Threads of the engine; all cores unless given.

    Returns
    -------
    Pool
    """
    populations = acute_populations(system) if populations is None else populations
    parts = []
    for k, population in enumerate(populations.values()):
        who = np.arange(k, n, len(populations))
        cohort = Cohort(system.model, population, seed, identity(who, 0), who, known)
        parts.append(_simulate_kind(system, cohort, k, workers))
    axes = {"labs": 1, "alive": 1, "readings": 0, "age": 0, "encephalopathy": 0, "kind": 0}  # that of the candidates
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(p, name) for p in parts], axis=axis) for name, axis in axes.items()
    }
    return Pool(**joined, kinds=tuple(populations), n_simulated=n)


def _simulate_kind(system: System, cohort: Cohort, kind: int, workers: int | None) -> Pool:
    """Candidates of one proposal population whose solves all succeeded."""
    initial, labs = arrive(system, cohort, workers=workers)
    good = np.flatnonzero(np.isfinite(initial).all(axis=1))
    admitted = Admitted(cohort.take(good), initial[good], {name: v[good] for name, v in labs.items()}, len(initial))
    values, status = simulate_arms(system, admitted, workers)
    with np.errstate(invalid="ignore"):
        log = np.log(np.maximum(values[..., :-2], MIN_VALUE))
    log, readings = log[..., : len(LABS)], log[0, :, 0, len(LABS) :]
    died, transplanted = competing_incidence(TIMES, values[..., -2], values[..., -1])
    solved = (status == 0).all(axis=0) & np.isfinite(log).all(axis=(0, 2, 3)) & np.isfinite(readings).all(axis=1)
    return Pool(
        labs=log[:, solved],
        alive=np.clip(1 - died - transplanted, 0.0, 1.0)[:, solved],  # rounding may leave less than none
        readings=readings[solved],
        age=admitted.cohort.covariate("age")[solved],
        encephalopathy=admitted.labs["encephalopathy"][solved],
        kind=np.full(int(solved.sum()), kind),
        kinds=(),
        n_simulated=len(initial),
    )


def simulate_arms(system: System, patients: Admitted, workers: int | None = None) -> tuple[Floats, Ints]:
    """Outputs (arms, n, times, outputs) and status (arms, n) under each of `TREATMENT_ARMS`.

    Parameters
    ----------
    system : System
        The compiled model.
    patients : Admitted
        Patients at admission.
    workers : int, optional
        Threads of the engine; all cores unless given.
    """
    values, status = [], []
    problem = problem_of(system, patients, [Arm("people")], TIMES, outputs=OUTPUTS)
    for treatments in TREATMENT_ARMS:
        parameters, rows = problem.parameters.copy(), []
        for treatment in treatments:
            given = TREATMENTS[treatment.value]
            for control, value in given.sets:
                parameters[:, system.parameters.index(control)] = value
            rows += [(t, system.states.index(state), x, 0) for t in PLASMA_EXCHANGE_DAYS for state, x in given.doses]
        n = len(parameters)
        events = Events.gather([sorted(rows)] * n) if rows else Events.none(n)
        done = system.solve(replace(problem, parameters=parameters, events=events), workers=workers)
        values.append(done.values)
        status.append(done.status)
    return np.stack(values), np.stack(status).astype(np.int64)
