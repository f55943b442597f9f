"""From history to admission: a chronic background, then the insult; plausible patients are kept.

No state is typed in. The background runs for years at the patient's degree of cirrhosis, the insult
starts some days before admission, and who arrives with labs outside the population's range is not
a patient of this population.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hepatica.engine import Events, Problem, System
from hepatica.engine.problem import BOLUS
from hepatica.errors import InputError
from hepatica.outcomes.scores import aclf_grade, meld, organ_failures
from hepatica.patients import Admitted, Cohort, Draws, Population, identity
from hepatica.variables import Use, used_in

Floats = NDArray[np.float64]
LABS = tuple(v.name for v in used_in(Use.ADMISSION) if not v.optional)
IF_MODELLED = tuple(v.name for v in used_in(Use.ADMISSION) if v.optional)  # read where the model has them
VASOPRESSORS_BELOW = (
    60.0  # mmHg; circulation has failed where mean pressure is lower or vasopressors hold it (China2018)
)
MAX_TRIES = 100  # candidates in a row without a plausible one after which a draw is replaced
MOST_REPLACED = 8


def arrive(
    system: System, cohort: Cohort, *, rtol: float = 1e-4, workers: int | None = None
) -> tuple[Floats, dict[str, Floats]]:
    """Simulate history; states and labs at admission, NaN where a solve failed."""
    population, n = cohort.population, len(cohort.patient)
    wanted = LABS + tuple(name for name in IF_MODELLED if name in system.outputs)
    parameters = cohort.parameters()
    quiet = np.full_like(cohort.thresholds(), np.inf)  # patients are those who lived to admission uninfected
    years = population.background_years * 365.25
    background = system.solve(
        Problem(parameters, system.healthy(parameters), np.array([years]), (), Events.none(n), quiet, rtol=rtol),
        workers=workers,
    )
    onset, insult, parameters = cohort.onset(), cohort.doses("insult"), cohort.under("before", parameters)
    # one time axis for all: the insult begins `onset` days before time 0
    rows = [
        [(-onset[i], system.states.index(state), amount[i], BOLUS) for state, amount in insult.items() if amount[i] > 0]
        for i in range(n)
    ]
    done = system.solve(
        Problem(
            parameters,
            background.final,
            np.array([0.0]),
            wanted,
            Events.gather(rows),
            quiet,
            start=-population.longest_onset,
            rtol=rtol,
        ),
        workers=workers,
    )
    labs = {name: done.values[:, 0, k] for k, name in enumerate(wanted)}
    initial = done.final.copy()
    for k, name in enumerate(system.states):
        if name.endswith("_hazard"):
            initial[:, k] = 0.0
    for name, amount in cohort.doses("treatment").items():
        initial[:, system.states.index(name)] += amount
    return initial, labs | scored(labs)


def scored(labs: dict[str, Floats]) -> dict[str, Floats]:
    """MELD, failing organs (CLIF-C) and grade of ACLF of labs at admission."""
    bilirubin, creatinine, inr, pressure = (
        labs[name] for name in ("bilirubin", "creatinine", "inr", "arterial_pressure")
    )
    organs: dict[str, Any] = {
        "bilirubin": bilirubin,
        "creatinine": creatinine,
        "inr": inr,
        "encephalopathy": labs["encephalopathy"],
        "arterial_pressure": pressure,
        "vasopressors": pressure < VASOPRESSORS_BELOW,
        "pao2_fio2": labs.get("oxygenation"),
    }
    return {
        "meld": np.asarray(meld(bilirubin=bilirubin, creatinine=creatinine, inr=inr)),
        "organ_failures": np.asarray(organ_failures(**organs)),
        "aclf_grade": np.asarray(aclf_grade(**organs)),
    }


def admit(
    system: System,
    population: Population,
    n: int,
    *,
    seed: int,
    draws: int,
    known: Draws | None = None,
    replace: bool = True,
    workers: int | None = None,
    rtol: float = 1e-4,
) -> Admitted:
    """Draw patients, simulate their history and keep the plausible ones.

    Patient i carries draw i modulo `draws`, and is the same patient whatever `n` is.

    Parameters
    ----------
    n : int
        Patients wanted.
    draws : int
        Draws from the priors to share among them.
    known : Draws, optional
        What calibration says of them; without it they come from the priors.
    replace : bool
        Whether a draw that makes no plausible patient is replaced by another; otherwise there are none of it.

    Raises
    ------
    InputError
        If no plausible patients can be made, or `known` has parameters that the model does not have.
    """
    if known is not None:
        known.check_model(system.model)
    wanted = {d: len(range(d, n, draws)) for d in range(min(draws, n))}
    carried, barren = (
        dict.fromkeys(wanted, 0),
        dict.fromkeys(wanted, 0),
    )  # how often draw d was replaced, in all and in a row
    tries, gap = (
        dict.fromkeys(wanted, 0),
        dict.fromkeys(wanted, 0),
    )  # candidates, in all and since the last plausible one
    kept: dict[int, list[tuple[int, int, Floats, dict[str, float]]]] = {d: [] for d in wanted}
    rejected: Counter[str] = Counter()
    dropped: list[int] = []
    total = 0
    while short := [d for d in wanted if len(kept[d]) < wanted[d]]:
        tried: list[int] = []
        draw: list[int] = []
        for d in short:
            carrying = d + draws * carried[d]
            size = max(2 * (wanted[d] - len(kept[d])) + 1, tries[d] // 2)
            last = tries[d] + min(size, MAX_TRIES - gap[d])
            tried += range(tries[d], last)
            draw += [carrying] * (last - tries[d])
            tries[d] = last
        cohort = Cohort(
            system.model, population, seed, identity(np.array(draw), np.array(tried)), np.array(draw), known
        )
        initial, labs = arrive(system, cohort, workers=workers, rtol=rtol)
        total += len(draw)
        for i, why in enumerate(implausible(population, labs)):
            d = draw[i] % draws
            gap[d] = gap[d] + 1 if why else 0
            if why:
                rejected[why] += 1
            else:
                barren[d] = 0
                kept[d].append((int(cohort.patient[i]), draw[i], initial[i], {k: float(v[i]) for k, v in labs.items()}))
        for d in short:
            if gap[d] >= MAX_TRIES and not replace:
                dropped.append(d)
                wanted[d], kept[d] = 0, []
            elif gap[d] >= MAX_TRIES:
                dropped.append(d + draws * carried[d])
                carried[d], barren[d], tries[d], gap[d] = carried[d] + 1, barren[d] + 1, 0, 0
                if barren[d] > MOST_REPLACED:
                    raise InputError("population", population.key, "no plausible patients arise; widen its inclusion")
    rows = [kept[i % draws][i // draws] for i in range(n) if kept[i % draws]]
    if not rows:
        raise InputError("population", population.key, "no plausible patients arise; widen its inclusion")
    cohort = Cohort(
        system.model, population, seed, np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), known
    )
    return Admitted(
        cohort,
        np.stack([r[2] for r in rows]),
        {k: np.array([r[3][k] for r in rows]) for k in rows[0][3]},
        total,
        dict(rejected),
        tuple(dropped),
    )


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


def implausible(population: Population, labs: dict[str, Floats]) -> NDArray[np.object_]:
    """Why each candidate is not a patient of the population, (n,) of str; "" where it is one."""
    why = np.full(len(next(iter(labs.values()))), "", object)
    for name, limit in population.inclusion.items():
        value = labs[name]
        for wrong, words in (
            (~np.isfinite(value), "failed"),
            (value < limit.low, f"{name} < {limit.low:g}"),
            (value > limit.high, f"{name} > {limit.high:g}"),
        ):
            why[wrong & (why == "")] = words
    return why
