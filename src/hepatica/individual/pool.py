"""A pool of virtual patients wide enough that real people with milder injury find their like in it.

The populations that ship are admitted with liver failure. Here candidates of them are simulated from insult to day 60
and nobody is refused admission; the strength of the insult, the time since it and the levels a person has in health
are drawn from wide ranges, which the weights of each real person then narrow. The ranges are not evidence, only
room; what decides is which candidates have the labs of the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import arrive
from hepatica.engine import Events, System
from hepatica.individual.file import LABS
from hepatica.individual.inflammation import READINGS
from hepatica.model.parameters import Spread
from hepatica.outcomes.survival import competing_incidence
from hepatica.patients import Admitted, Cohort, Draws, Population, identity, load_population
from hepatica.patients.population import Component, Covariate, Fitted
from hepatica.simulation import Arm, problem_of
from hepatica.therapy import TREATMENTS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HORIZON = 60.0  # day of the outcome; assumed, files have no times of events
TIMES = np.concatenate([np.arange(0.0, 8.0), [10.0, 14.0, 18.0, 21.0, 25.0, 28.0], np.arange(35.0, HORIZON + 1, 5.0)])
SESSIONS = (
    0.0,
    1.0,
    2.0,
)  # day of each plasma exchange: in acute liver injury one a day at first, not every third day
ARMS = ((), ("plasma_exchange",), ("corticosteroid",), ("plasma_exchange", "corticosteroid"))
OUTPUTS = (*LABS, *READINGS, "death_intensity", "transplant_intensity")
LEAST = 1e-3  # smallest value whose logarithm is taken
ROOM = "Wide on purpose: room for the labs of real people, who choose by weight."
CONTENT = (2.0, 1.2)  # factor on what a dying hepatocyte spills, and its CV between people
CONSUMED = (1.0, 0.8)  # factor on, and CV between people of clotting factor consumption
FLARE = (1.0, 0.8)  # the same of the killing by effector cells
HEALTH = {
    "ast_ratio": (1.0, 0.6),
    "creatinine_healthy": (1.0, 0.5),
    "albumin_healthy": (1.0, 0.12),
    "ammonia_healthy": (0.8, 0.4),
    "alt_content": CONTENT,
    "factor_consumption": CONSUMED,
}


@dataclass(frozen=True)
class Pool:
    """Candidates followed for 60 days under each treatment.

    Attributes
    ----------
    labs : (n_arms, n, n_times, n_labs)
        Logarithms, in the order of `LABS`.
    alive : (n_arms, n, n_times)
        Probability of being neither dead nor transplanted.
    readings : (n, n_readings)
        Logarithms on day 0, in the order of `READINGS`.
    age, coma : (n,)
        At admission; coma is the continuous West-Haven grade.
    kind : (n,) of int
        Position in `kinds`.
    kinds : tuple of str
        What injured them.
    tried : int
        Candidates simulated; those whose solve failed are not kept.
    """

    labs: Floats
    alive: Floats
    readings: Floats
    age: Floats
    coma: Floats
    kind: Ints
    kinds: tuple[str, ...]
    tried: int

    @property
    def event(self) -> Floats:
        """Probability of death or transplant by the horizon, (n_arms, n)."""
        return np.asarray(1.0 - self.alive[:, :, -1], float)

    def at(self, days: Sequence[float]) -> tuple[Floats, Floats]:
        """Log labs and survival on days between 0 and the horizon, linear between output times."""
        where = np.clip(np.searchsorted(TIMES, days, side="right") - 1, 0, len(TIMES) - 2)
        share = (np.asarray(days, float) - TIMES[where]) / (TIMES[where + 1] - TIMES[where])
        labs = self.labs[:, :, where] * (1 - share[:, None]) + self.labs[:, :, where + 1] * share[:, None]
        return labs, self.alive[:, :, where] * (1 - share) + self.alive[:, :, where + 1] * share


def room(low: float, high: float, unit: str = "") -> Covariate:
    """A range to draw from."""
    return Covariate(unit=unit, parts=(Component(kind="uniform", low=low, high=high),), reason=ROOM)


def widened(
    key: str,
    system: System,
    *,
    insult: Mapping[str, Covariate] | None,
    onset: Covariate,
    spread: Mapping[str, tuple[float, float]],
) -> Population:
    """A population that ships with more room: another insult and onset, and typical values (factor) and CVs between people."""
    base = load_population(key)
    fitted = dict(base.fitted)
    for name, (factor, cv) in spread.items():
        value = fitted[name].value if name in fitted else system.model.parameters[name].value
        fitted[name] = Fitted(value=factor * value, between=Spread(kind="lognormal", cv=cv), reason=ROOM)
    treatment = {
        k: v for k, v in base.treatment.items() if k not in system.states
    }  # acetylcysteine for all is not usual elsewhere
    return base.model_copy(
        update={
            "insult": base.insult if insult is None else dict(insult),
            "fitted": fitted,
            "treatment": treatment,
            "causes": (),
            "covariate": base.covariate | {"age": room(16.0, 88.0, "year"), "onset": onset},
        }
    )


def acute(system: System) -> dict[str, Population]:
    """People with a healthy liver before: immune attack, toxic injury, and lack of oxygen."""
    return {
        "immune": widened(
            "alf_indeterminate",
            system,
            insult={"effectors_young": room(0.15, 2.0)},
            onset=room(4.0, 40.0, "day"),
            spread=HEALTH | {"flare_kill": FLARE},
        ),
        "toxic": widened(
            "alf_paracetamol", system, insult={"drug": room(0.5, 10.0)}, onset=room(0.7, 8.0, "day"), spread=HEALTH
        ),
        "anoxic": widened(
            "alf_paracetamol",
            system,
            insult={"ischaemia_insult": room(0.2, 3.0)},
            onset=room(0.5, 7.0, "day"),
            spread=HEALTH,
        ),
    }


def chronic(system: System) -> dict[str, Population]:
    """People with acute-on-chronic failure, by hepatitis B or alcohol."""
    return {
        "hepatitis B on chronic disease": widened(
            "hbv_aclf", system, insult=None, onset=room(5.0, 45.0, "day"), spread=HEALTH | {"flare_kill": FLARE}
        ),
        "alcoholic hepatitis": widened(
            "alcoholic_hepatitis", system, insult=None, onset=room(10.0, 60.0, "day"), spread=HEALTH
        ),
    }


def make_pool(
    system: System,
    n: int,
    *,
    seed: int,
    kinds: Mapping[str, Population] | None = None,
    known: Draws | None = None,
    workers: int | None = None,
) -> Pool:
    """Draw and follow candidates.

    Parameters
    ----------
    n : int
        Candidates in all, shared evenly among the kinds.
    kinds : mapping of str to Population, optional
        `acute` ones if not given.
    known : Draws, optional
        What calibration says of the draws from the priors; each candidate has a draw of its own.
    """
    kinds = acute(system) if kinds is None else kinds
    parts: list[tuple[Floats, Floats, Floats, Floats, Ints]] = []
    for k, population in enumerate(kinds.values()):
        who = np.arange(k, n, len(kinds))
        cohort = Cohort(system.model, population, seed, identity(who, 0), who, known)
        initial, labs = arrive(system, cohort, workers=workers)
        good = np.flatnonzero(np.isfinite(initial).all(axis=1))
        kept = Admitted(cohort.take(good), initial[good], {name: v[good] for name, v in labs.items()}, n)
        values, status = follow(system, kept, workers)
        with np.errstate(invalid="ignore"):
            found = np.log(np.maximum(values[..., :-2], LEAST))
        found, readings = found[..., : len(LABS)], found[0, :, 0, len(LABS) :]
        died, grafted = competing_incidence(TIMES, values[..., -2], values[..., -1])
        solved = (status == 0).all(axis=0) & np.isfinite(found).all(axis=(0, 2, 3))
        covariates = np.stack([kept.cohort.covariate("age"), kept.labs["encephalopathy"]])
        solved &= np.isfinite(readings).all(axis=1)
        alive = (1 - died - grafted)[:, solved]
        parts.append((found[:, solved], alive, covariates[:, solved], readings[solved], np.full(int(solved.sum()), k)))
    labs_all, alive_all, who_all = (np.concatenate([p[j] for p in parts], axis=1) for j in range(3))
    readings_all, kind = (np.concatenate([p[j] for p in parts]) for j in (3, 4))
    return Pool(labs_all, alive_all, readings_all, who_all[0], who_all[1], kind, tuple(kinds), n)


def follow(system: System, patients: Admitted, workers: int | None = None) -> tuple[Floats, Ints]:
    """Outputs (arm, patient, time, output) and status (arm, patient) under each of `ARMS`."""
    values, status = [], []
    problem = problem_of(system, patients, [Arm("people")], TIMES, outputs=OUTPUTS)
    for given in ARMS:
        parameters, rows = problem.parameters.copy(), []
        for name in given:
            for control, value in TREATMENTS[name].sets:
                parameters[:, system.parameters.index(control)] = value
            rows += [
                (t, system.states.index(state), amount, 0) for t in SESSIONS for state, amount in TREATMENTS[name].doses
            ]
        n = len(parameters)
        events = Events.gather([sorted(rows)] * n) if rows else Events.none(n)
        done = system.solve(replace(problem, parameters=parameters, events=events), workers=workers)
        values.append(done.values)
        status.append(done.status)
    return np.stack(values), np.stack(status).astype(np.int64)
