"""One simulation to export: parameters, initial states, doses and infections of a patient of a study under one arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from hepatica.dose_study import admit_patients
from hepatica.engine import Problem, Solution, System
from hepatica.errors import InputError
from hepatica.exchange.schedule import Given
from hepatica.patients import Admitted
from hepatica.progress import Progress
from hepatica.simulation import Arm, problem_of
from hepatica.study import HYPOTHESES, Study

RTOL = 1e-10  # at which the times of infections are found


@dataclass(frozen=True)
class Run:
    """One simulation of a model: parameters, initial states, doses and event times.

    Parameters
    ----------
    parameters : mapping of str to float, optional
        In internal units; what is left out is typical.
    initial : mapping of str to float, optional
        States at `start`; what is left out is as in health.
    given : sequence of (time, state, amount, kind)
        Dose events as `therapy.Regimen.events` has them: a bolus, or a change of rate per day.
    crossings : mapping of str to sequence of float
        Times, day, at which threshold events happen, by the event's name.
    start, end : float, day
    title : str

    Examples
    --------
    >>> Run(given=((0.0, "cells_venous", 1e8, 0),), title="one bolus").end
    180.0
    """

    parameters: Mapping[str, float] = field(default_factory=dict)
    initial: Mapping[str, float] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    crossings: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    start: float = 0.0
    end: float = 180.0
    title: str = "typical healthy person, no dose"


def patient_run(
    study: Study,
    system: System,
    *,
    patient: int = 0,
    arm: str = "",
    hypothesis: str = "",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """The patient's parameters, state at admission, doses, and infections at the times at which they happen.

    Parameters
    ----------
    study : Study
        Population, arms, seed and horizon.
    system : System
        The model with its engine.
    patient : int
        From 0; the same patient whatever the study's number is.
    arm : str, optional
        Name of an arm of the study; the first one that gives cells unless given.
    hypothesis : str, optional
        The study's first one unless given.
    workers : int, optional
        Threads; the run does not depend on it.
    progress : Progress, optional
        Told of the stage "admit".

    Raises
    ------
    InputError
        If the study has no such patient, arm or hypothesis, or the patient cannot be solved.
    """
    arms = {a.name: a for a in study.arms()}
    arm, hypothesis = arm or list(arms)[min(1, len(arms) - 1)], hypothesis or study.hypotheses[0]
    if arm not in arms:
        raise InputError("--arm", arm, f"one of {', '.join(arms)}")
    if hypothesis not in HYPOTHESES:
        raise InputError("--hypothesis", hypothesis, f"one of {', '.join(HYPOTHESES)}")
    if not 0 <= patient < study.patients:
        raise InputError("--patient", patient, f"a number from 0 to {study.patients - 1}")
    few = study.model_copy(update={"patients": patient + 1})
    if progress is not None:
        progress("admit", 0, 1)
    one = admit_patients(few, system, workers=workers).take(np.array([patient]))
    problem = course(system, one, arms[arm], study.horizon, hypothesis)
    done = system.solve(problem, workers=workers)
    if progress is not None:
        progress("admit", 1, 1)
    if done.status[0]:
        raise InputError("--patient", patient, "a patient whose course can be solved; take another")
    return run_of(system, problem, done, 0, f"patient {patient} of '{study.title}', {arm}, {HYPOTHESES[hypothesis]}")


def course(system: System, patients: Admitted, arm: Arm, horizon: float, hypothesis: str) -> Problem:
    """The solve that finds when infections happen, daily."""
    times = np.append(np.arange(0.0, horizon, 1.0), horizon)
    return problem_of(system, patients, [arm], times, outputs=system.states, hypothesis=hypothesis, rtol=RTOL)


def run_of(system: System, problem: Problem, done: Solution, i: int, title: str) -> Run:
    """Solve i of a problem, with the threshold events that its solution found, as a run."""
    ev = problem.events
    part = slice(int(ev.offset[i]), int(ev.offset[i + 1]))
    given = tuple(
        (float(t), system.states[s], float(a), int(k))
        for t, s, a, k in zip(ev.time[part], ev.state[part], ev.amount[part], ev.kind[part], strict=True)
    )
    crossings = {
        t.name: tuple(float(x) for x in done.crossings[i, k] if np.isfinite(x))
        for k, t in enumerate(system.model.thresholds)
    }
    return Run(
        dict(zip(system.parameters, problem.parameters[i].tolist(), strict=True)),
        dict(zip(system.states, problem.initial[i].tolist(), strict=True)),
        given,
        crossings,
        problem.start,
        float(problem.times[-1]),
        title,
    )
