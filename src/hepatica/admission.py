"""From history to admission: a chronic background, then the insult; plausible patients are kept.

No state is typed in. The background runs for years at the patient's degree of cirrhosis, the insult
starts some days before admission, and who arrives with labs outside the population's range is not
a patient of this population.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hepatica.engine import Events, Problem, System
from hepatica.engine.problem import BOLUS
from hepatica.errors import InputError
from hepatica.outcomes.scores import meld
from hepatica.patients import Admitted, Cohort, Population

Floats = NDArray[np.float64]
LABS = ("bilirubin", "inr", "creatinine", "alt", "albumin", "encephalopathy", "sodium", "functional_mass")
MAX_TRIES = 100  # candidates without a plausible one after which a draw is replaced
MOST_REPLACED = 8
MOST_TRIES = 100_000


def arrive(system: System, cohort: Cohort, *, rtol: float = 1e-4, workers: int | None = None) -> tuple[
        Floats, dict[str, Floats]]:
    """Simulate history; states and labs at admission, NaN where a solve failed."""
    population, n = cohort.population, len(cohort.patient)
    parameters = cohort.parameters()
    quiet = np.full_like(cohort.thresholds(), np.inf)  # patients are those who lived to admission uninfected
    years = population.background_years * 365.25
    background = system.solve(Problem(parameters, system.healthy(parameters), np.array([years]), (), Events.none(n),
                                      quiet, rtol=rtol), workers=workers)
    for name, value in population.before.items():
        parameters[:, system.parameters.index(name)] = value
    rows = [[(0.0, system.states.index(state), amount, BOLUS) for state, amount in population.insult.items()]] * n
    onset = cohort.covariate("onset")
    # one time axis for all: the insult begins `onset` days before time 0
    rows = [[(-days, s, a, k) for _, s, a, k in row] for days, row in zip(onset, rows, strict=True)]
    done = system.solve(Problem(parameters, background.final, np.array([0.0]), LABS, Events.gather(rows), quiet,
                                start=-population.covariate["onset"].largest, rtol=rtol), workers=workers)
    labs = {name: done.values[:, 0, k] for k, name in enumerate(LABS)}
    labs["meld"] = np.asarray(meld(bilirubin=labs["bilirubin"], creatinine=labs["creatinine"], inr=labs["inr"]))
    initial = done.final.copy()
    for name in ("infection_hazard", "thrombosis_hazard"):
        if name in system.states:
            initial[:, system.states.index(name)] = 0.0
    return initial, labs


def admit(system: System, population: Population, n: int, *, seed: int, draws: int, workers: int | None = None,
          rtol: float = 1e-4) -> Admitted:
    """Draw patients, simulate their history and keep the plausible ones.

    Patient i carries draw i modulo `draws`, and is the same patient whatever `n` is.

    Parameters
    ----------
    n : int
        Patients wanted.
    draws : int
        Draws from the priors to share among them.

    Raises
    ------
    InputError
        If no plausible patients can be made.
    """
    wanted = {d: len(range(d, n, draws)) for d in range(min(draws, n))}
    carried = dict.fromkeys(wanted, 0)  # how many times draw d has been replaced
    kept: dict[int, list[tuple[int, int, Floats, dict[str, float]]]] = {d: [] for d in wanted}
    tries = dict.fromkeys(wanted, 0)
    rejected: Counter[str] = Counter()
    dropped: list[int] = []
    total = 0
    while short := [d for d in wanted if len(kept[d]) < wanted[d]]:
        identity, draw = [], []
        for d in short:
            carrying = d + draws * carried[d]
            last = tries[d] + 2 * (wanted[d] - len(kept[d])) + 1
            for k in range(tries[d], last if kept[d] else min(last, MAX_TRIES)):
                identity.append((carrying + 1) * 1_000_000 + k)
                draw.append(carrying)
            tries[d] = last if kept[d] else min(last, MAX_TRIES)
        cohort = Cohort(system.model, population, seed, np.array(identity), np.array(draw))
        initial, labs = arrive(system, cohort, workers=workers, rtol=rtol)
        if max(tries.values()) > MOST_TRIES:
            raise InputError("population", population.key, "plausible patients hardly ever arise; widen its inclusion")
        total += len(identity)
        for i in range(len(identity)):
            d = (identity[i] // 1_000_000 - 1) % draws
            why = _implausible(population, {k: v[i] for k, v in labs.items()})
            if why:
                rejected[why] += 1
            else:
                kept[d].append((identity[i], draw[i], initial[i], {k: float(v[i]) for k, v in labs.items()}))
        for d in short:
            if not kept[d] and tries[d] >= MAX_TRIES:
                dropped.append(d + draws * carried[d])
                carried[d] += 1
                tries[d] = 0
                if carried[d] > MOST_REPLACED:
                    raise InputError("population", population.key, "no plausible patients arise; widen its inclusion")
    rows = [kept[i % draws][i // draws] for i in range(n)]
    cohort = Cohort(system.model, population, seed, np.array([r[0] for r in rows]), np.array([r[1] for r in rows]))
    return Admitted(cohort, np.stack([r[2] for r in rows]), {k: np.array([r[3][k] for r in rows]) for k in rows[0][3]},
                    total, dict(rejected), tuple(dropped))


def plausibility(population: Population, labs: dict[str, Floats], *, softness: float = 0.02) -> Floats:
    """Weight of each candidate, 0 to 1, falling smoothly across the ends of the population's ranges.

    Parameters
    ----------
    labs : dict of str to (n,)
        As `arrive` gives them.
    softness : float
        Width of a fall over the width of its range.

    Returns
    -------
    (n,) ndarray
        0 where a solve failed.
    """
    weight = np.ones_like(next(iter(labs.values())))
    for name, limit in population.inclusion.items():
        ends = [end for end in (limit.low, limit.high) if np.isfinite(end)]
        width = softness * (max(ends) - min(ends) if len(ends) > 1 else max(map(abs, ends), default=0.0) or 1.0)
        weight = weight * expit((labs[name] - limit.low) / width) * expit((limit.high - labs[name]) / width)
    return np.where(np.isfinite(weight), weight, 0.0)


def _implausible(population: Population, labs: dict[str, float]) -> str:
    for name, limit in population.inclusion.items():
        value = labs[name]
        if not np.isfinite(value):
            return "failed"
        if value < limit.low:
            return f"{name} < {limit.low:g}"
        if value > limit.high:
            return f"{name} > {limit.high:g}"
    return ""
