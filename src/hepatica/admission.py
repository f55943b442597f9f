"""Admission: virtual patients after a chronic background and an acute insult, those of plausible labs.

No state is typed in. The background runs for years at the patient's degree of cirrhosis, the insult
starts some days before admission, and who arrives with labs outside the population's range is not
a patient of this population.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import Events, Problem, System
from hepatica.engine.problem import BOLUS
from hepatica.errors import InputError
from hepatica.outcomes.scores import aclf_grade, meld, organ_failures
from hepatica.patients import Admitted, Cohort, Draws, Population, identity, posterior
from hepatica.patients.admitted import FAILED, Rejection, Side
from hepatica.variables import Use, used_in

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LABS = tuple(v.name for v in used_in(Use.ADMISSION) if not v.optional)
IF_MODELLED = tuple(v.name for v in used_in(Use.ADMISSION) if v.optional)  # read where the model has them
LEAST_OXYGENATION = 40.0  # mmHg of PaO2 over FiO2; where the lung is lost the model's loss of it has no end
VASOPRESSORS_BELOW = (
    60.0  # mmHg; circulation has failed where mean pressure is lower or vasopressors hold it (China2018)
)
MAX_TRIES = 100  # candidates in a row without a plausible one after which a draw is replaced
MOST_REPLACED = 8
LEARNT: Literal["learnt"] = "learnt"  # the draws that ship
LARGEST_SEED = 2**63 - 1


def arrive(
    system: System, cohort: Cohort, *, rtol: float = 1e-4, workers: int | None = None
) -> tuple[Floats, dict[str, Floats]]:
    """States and labs at admission after a simulated history, NaN where a solve failed."""
    population, n = cohort.population, len(cohort.patient)
    names = LABS + tuple(name for name in IF_MODELLED if name in system.outputs)
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
            names,
            Events.gather(rows),
            quiet,
            start=-population.longest_onset,
            rtol=rtol,
        ),
        workers=workers,
    )
    labs = {name: done.values[:, 0, k] for k, name in enumerate(names)}
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
        "pao2_fio2": np.maximum(labs["oxygenation"], LEAST_OXYGENATION) if "oxygenation" in labs else None,
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
    known: Draws | Literal["learnt"] | None = LEARNT,
    replace: bool = True,
    workers: int | None = None,
) -> Admitted:
    """Draw patients, simulate their history and keep the plausible ones.

    Patient i carries draw i modulo `draws`, and is the same patient whatever `n` is.

    Parameters
    ----------
    system : System
        The model with its engine.
    population : Population
        Covariates, causes and inclusion criteria.
    n : int
        Number of patients.
    seed : int
        Of all random numbers.
    draws : int
        Number of parameter draws that the patients share.
    known : Draws, "learnt" or None
        Parameter draws from calibration; those that ship, in the order that a study of this seed takes them in, unless
        given. None draws from the priors.
    replace : bool
        True replaces a draw that makes no plausible patient by another; otherwise there are no patients of it.
    workers : int, optional
        Threads; the patients do not depend on it.

    Returns
    -------
    Admitted
        The cohort with its states and labs at admission.

    Raises
    ------
    InputError
        If a number is out of range, no plausible patients can be made, or `known` has parameters that the model lacks.

    Examples
    --------
    >>> from hepatica import load_population
    >>> from hepatica.engine import shipped_system
    >>> patients = admit(shipped_system(), load_population("hbv_aclf"), 4, seed=1, draws=4)
    >>> patients.initial.shape[0], "meld" in patients.labs
    (4, True)
    """
    for name, value in (("patients", n), ("draws", draws)):
        if value < 1:
            raise InputError(name, value, "a whole number from 1 on")
    if abs(seed) > LARGEST_SEED:
        raise InputError("seed", seed, f"a whole number of {LARGEST_SEED} at most")
    known = posterior().in_order_of(seed) if isinstance(known, str) else known
    if known is not None:
        known.check_model(system.model)
    search = _Search(
        [_Slot(d, len(range(d, n, draws))) for d in range(min(draws, n))], population, draws, replace=replace
    )
    while short := [slot for slot in search.slots if len(slot.kept) < slot.needed]:
        draw, candidate = search.candidates(short)
        cohort = Cohort(system.model, population, seed, identity(draw, candidate), draw, known)
        search.take(cohort, *arrive(system, cohort, workers=workers))
        for slot in short:
            search.give_up_draw(slot)
    rows = [search.slots[i % draws].kept[i // draws] for i in range(n) if search.slots[i % draws].kept]
    if not rows:
        raise search.barren()
    cohort = Cohort(
        system.model, population, seed, np.array([r.patient for r in rows]), np.array([r.draw for r in rows]), known
    )
    return Admitted(
        cohort,
        np.stack([r.initial for r in rows]),
        {name: np.array([r.labs[name] for r in rows]) for name in rows[0].labs},
        search.total,
        dict(search.rejected),
        tuple(search.dropped),
    )


class _Kept(NamedTuple):
    """One plausible patient."""

    patient: int
    draw: int
    initial: Floats
    labs: dict[str, float]


@dataclass
class _Slot:
    """Search for the patients of one draw, or of those that replace it."""

    draw: int
    needed: int
    replaced: int = 0
    barren: int = 0  # replacements in a row without a plausible patient
    tries: int = 0
    gap: int = 0  # candidates since the last plausible one
    kept: list[_Kept] = field(default_factory=list)


@dataclass
class _Search:
    """Search for the patients of all draws, in rounds."""

    slots: list[_Slot]
    population: Population
    draws: int
    replace: bool
    total: int = 0
    rejected: Counter[Rejection] = field(default_factory=Counter)
    dropped: list[int] = field(default_factory=list)

    def carried(self, slot: _Slot) -> int:
        """Draw that a slot's candidates carry now."""
        return slot.draw + self.draws * slot.replaced

    def candidates(self, short: list[_Slot]) -> tuple[Ints, Ints]:
        """Draws and numbers of the next round's candidates."""
        draw: list[int] = []
        candidate: list[int] = []
        for slot in short:
            size = max(2 * (slot.needed - len(slot.kept)) + 1, slot.tries // 2)
            last = slot.tries + min(size, MAX_TRIES - slot.gap)
            candidate += range(slot.tries, last)
            draw += [self.carried(slot)] * (last - slot.tries)
            slot.tries = last
        return np.array(draw), np.array(candidate)

    def take(self, cohort: Cohort, initial: Floats, labs: dict[str, Floats]) -> None:
        """Keep the plausible candidates of a round."""
        self.total += len(initial)
        for i, why in enumerate(implausible(self.population, labs)):
            slot = self.slots[int(cohort.draw[i]) % self.draws]
            slot.gap = slot.gap + 1 if why else 0
            if why:
                self.rejected[why] += 1
                continue
            slot.barren = 0
            own = {name: float(values[i]) for name, values in labs.items()}
            slot.kept.append(_Kept(int(cohort.patient[i]), int(cohort.draw[i]), initial[i], own))

    def give_up_draw(self, slot: _Slot) -> None:
        """Replace a draw, or drop it, after too many candidates in a row that are not plausible."""
        if slot.gap < MAX_TRIES:
            return
        self.dropped.append(self.carried(slot))
        if not self.replace:
            slot.needed, slot.kept = 0, []
            return
        slot.replaced, slot.barren, slot.tries, slot.gap = slot.replaced + 1, slot.barren + 1, 0, 0
        if slot.barren > MOST_REPLACED:
            raise self.barren()

    def barren(self) -> InputError:
        """Error of a population without plausible patients."""
        return InputError("population", self.population.key, "no plausible patients arise; widen its inclusion")


def plausibility(population: Population, labs: dict[str, Floats], *, softness: float = 0.02) -> Floats:
    """Weight of each candidate, 0 to 1, falling smoothly across the limits of the inclusion criteria.

    Parameters
    ----------
    population : Population
        Its inclusion criteria.
    labs : dict of str to (n,)
        As `arrive` gives them.
    softness : float
        Width of a fall over the width of its range.

    Returns
    -------
    (n,) ndarray
        0 where a solve failed.
    """
    from scipy.special import expit  # slow to import

    weight = np.ones_like(next(iter(labs.values())))
    for name, limit in population.inclusion.items():
        ends = [end for end in (limit.low, limit.high) if np.isfinite(end)]
        width = softness * (max(ends) - min(ends) if len(ends) > 1 else max(map(abs, ends), default=0.0) or 1.0)
        weight = weight * expit((labs[name] - limit.low) / width) * expit((limit.high - labs[name]) / width)
    return np.where(np.isfinite(weight), weight, 0.0)


def implausible(population: Population, labs: dict[str, Floats]) -> list[Rejection | None]:
    """First criterion that each candidate fails; None of a patient of the population."""
    why: list[Rejection | None] = [None] * len(next(iter(labs.values())))
    for name, limit in population.inclusion.items():
        value = labs[name]
        for fails, rejection in (
            (~np.isfinite(value), FAILED),
            (value < limit.low, Rejection(Side.BELOW, name, limit.low)),
            (value > limit.high, Rejection(Side.ABOVE, name, limit.high)),
        ):
            for k in np.flatnonzero(fails):
                why[k] = why[k] or rejection
    return why
