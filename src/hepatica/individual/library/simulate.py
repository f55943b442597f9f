"""Courses of candidates: history to admission, then every regimen under every hypothesis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.admission import arrive
from hepatica.dosing.utility import OUTPUTS, Utility, evaluate_benefit
from hepatica.engine import Events, Problem, System
from hepatica.individual.library.candidates import HORIZONS, LABS, REGIMENS, TIMES, Candidates
from hepatica.individual.pool import PLASMA_EXCHANGE_DAYS
from hepatica.outcomes.survival import competing_incidence
from hepatica.patients import Admitted, Cohort
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.simulation import Arm, problem_of
from hepatica.study import HYPOTHESES
from hepatica.therapy import TREATMENTS, Product, Regimen

Floats = NDArray[np.float64]
MIN_VALUE = 1e-3  # smallest value whose logarithm is taken
RECORDED = tuple(dict.fromkeys((*OUTPUTS, *LABS)))
_CARE = frozenset({"antiviral", "albumin", "abstinence", "antibiotic_prophylaxis"})
BACKGROUNDS = tuple(name for name in TREATMENTS if name not in _CARE and name != "fresh_frozen_plasma")
"""Treatments of a person that change the candidates' courses; the rest is in the care of populations, or too little."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """Courses to simulate.

    Attributes
    ----------
    regimens : tuple of Regimen
        The first gives no cells.
    hypotheses : tuple of str
    background : tuple of str
        Treatments given in every course, of `BACKGROUNDS`, sorted.
    given : Regimen or None
        Cells that were given before, in every course; there is one hypothesis then, and standard care goes on under it.
    until : float
        Day to which is simulated; from there on the last values stand, for a likelihood that asks no further.
    """

    regimens: tuple[Regimen, ...] = REGIMENS
    hypotheses: tuple[str, ...] = tuple(HYPOTHESES)
    background: tuple[str, ...] = ()
    given: Regimen | None = None
    until: float = float(TIMES[-1])

    @property
    def times(self) -> Floats:
        """Days that are simulated, the first of `TIMES` at or past `until` included."""
        return TIMES[: max(int(np.searchsorted(TIMES, self.until)) + 1, 2)]

    @property
    def courses(self) -> tuple[tuple[int, str], ...]:
        """Pairs of regimen and hypothesis; standard care once."""
        return ((0, ""), *((r, h) for r in range(1, len(self.regimens)) for h in self.hypotheses))


def simulate_candidates(
    system: System,
    cohort: Cohort,
    design: Design,
    *,
    component: int = 0,
    components: tuple[str, ...] = ("",),
    workers: int | None = None,
) -> Candidates:
    """Candidates of one population under every course; those whose solve failed are left out.

    Parameters
    ----------
    system : System
        The compiled model.
    cohort : Cohort
        n candidates before admission; all are admitted.
    design : Design
        Courses to simulate.
    component : int
        Position of their population in `components`.
    components : tuple of str
        Names of the components of the mixture.
    workers : int, optional
        Threads; all cores unless given.

    Returns
    -------
    Candidates
    """
    initial, labs = arrive(system, cohort, workers=workers)
    good = np.flatnonzero(np.isfinite(initial).all(axis=1))
    admitted = Admitted(cohort.take(good), initial[good], {k: v[good] for k, v in labs.items()}, len(initial))
    result = follow(system, admitted, design, component=component, components=components, workers=workers)
    return replace(result, row=good[result.row])


def follow(
    system: System,
    patients: Admitted,
    design: Design,
    *,
    component: int = 0,
    components: tuple[str, ...] = ("",),
    workers: int | None = None,
) -> Candidates:
    """Candidates of admitted patients under every course; arguments as in `simulate_candidates`."""
    parts = []
    for hypothesis in ("", *design.hypotheses):
        mine = [r for r, h in design.courses if h == hypothesis]
        if not mine:
            continue
        arms = [Arm(str(r), design.regimens[r]) for r in mine]
        under = hypothesis or (design.hypotheses[0] if design.given is not None else "")
        parts.append(_dataset(system, patients, arms, under, design, workers))
    order = [(r, h) for h in ("", *design.hypotheses) for r, k in design.courses if k == h]
    where = [order.index(course) for course in design.courses]
    kept = np.flatnonzero(np.all([p["good"] for p in parts], axis=0))
    arrays = {
        name: np.concatenate([p[name] for p in parts])[where][:, kept] for name in ("labs", "died", "grafted", "net")
    }
    cohort, known = patients.cohort.take(kept), patients.cohort.known
    return Candidates(
        courses=design.courses,
        regimens=design.regimens,
        **{name: np.asarray(values, np.float32) for name, values in arrays.items()},
        age=cohort.covariate("age"),
        female=cohort.covariate("female"),
        weight=cohort.covariate("body_weight"),
        encephalopathy=parts[0]["encephalopathy"][kept],
        ascites=parts[0]["ascites"][kept],
        component=np.full(len(kept), component),
        draw=cohort.draw,
        patient=cohort.patient,
        row=kept,
        components=components,
        initial=patients.initial[kept],
        null_effect=tuple(
            PRIOR_NULL_EFFECT_PROBABILITY if known is None else known.null_effect_probability(h)
            for h in design.hypotheses
        ),
        draws=0 if known is None else known.n,
    )


def add_background(system: System, problem: Problem, design: Design) -> Problem:
    """Problem with established treatments, and cells given before, on top; plasma exchange daily, as in acute failure.

    Parameters
    ----------
    system : System
        The compiled model.
    problem : Problem
        The problem.
    design : Design
        Its `background` and `given`.
    """
    if not design.background and design.given is None:
        return problem
    parameters, extra = problem.parameters.copy(), []
    for name in design.background:
        treatment = TREATMENTS[name]
        for control, value in treatment.sets:
            parameters[:, system.parameters.index(control)] = value
        days = PLASMA_EXCHANGE_DAYS if name == "plasma_exchange" else treatment.times
        extra += [(t, system.states.index(state), amount, 0) for t in days for state, amount in treatment.doses]
    weight = parameters[:, system.parameters.index("body_weight")]
    e, rows = problem.events, []
    for i, (a, b) in enumerate(zip(e.offset[:-1], e.offset[1:], strict=True)):
        own = zip(
            e.time[a:b].tolist(), e.state[a:b].tolist(), e.amount[a:b].tolist(), e.kind[a:b].tolist(), strict=True
        )
        rows.append([*own, *extra, *_cells(system, design.given, float(weight[i]))])
    return replace(problem, parameters=parameters, events=Events.gather(rows))


def _cells(system: System, given: Regimen | None, weight: float) -> list[tuple[float, int, float, int]]:
    """Dose events of the cells given before to a person of a weight in kg."""
    if given is None:
        return []
    events = given.events(weight, viability=Product().viability)
    return [(t, system.states.index(state), amount, kind) for t, state, amount, kind in events if t <= TIMES[-1]]


def _dataset(
    system: System,
    patients: Admitted,
    arms: list[Arm],
    hypothesis: str,
    design: Design,
    workers: int | None,
) -> dict[str, NDArray[np.float64]]:
    """Labs, incidences and net benefit of some arms under one hypothesis, by name."""
    times = design.times
    problem = problem_of(system, patients, arms, times, outputs=RECORDED, hypothesis=hypothesis)
    done = system.solve(add_background(system, problem, design), workers=workers)
    n, shape = len(patients.initial), (len(arms), len(patients.initial))
    values = done.values.reshape(*shape, len(times), len(RECORDED))
    status = done.status.reshape(shape)
    data: dict[str, Any] = {name: (("arm", "patient", "time"), values[..., k]) for k, name in enumerate(RECORDED)}
    data["infection_time"] = (("arm", "patient", "infection"), done.crossings[:, 0].reshape(*shape, -1))
    data["status"] = (("arm", "patient"), status)
    ds = xr.Dataset(
        data,
        coords={"time": times, "draw": ("patient", patients.cohort.draw)},
        attrs={"seed": patients.cohort.seed, "hypothesis": hypothesis},
    )
    died, grafted = competing_incidence(times, ds["death_intensity"].values, ds["transplant_intensity"].values)
    utility = Utility()
    ends = [day for day in HORIZONS if day <= times[-1]] or [times[-1]]
    net = [evaluate_benefit(ds.isel(time=times <= day), arms, utility).net for day in ends]
    net += [net[-1]] * (len(HORIZONS) - len(net))  # nothing is simulated past the end
    with np.errstate(invalid="ignore"):
        labs = np.log(np.maximum(np.stack([ds[name].values for name in LABS], axis=-1), MIN_VALUE))
    good = (status == 0).all(axis=0) & np.isfinite(labs).all(axis=(0, 2, 3)) & np.isfinite(net).all(axis=(0, 1))
    assert good.shape == (n,)
    return {
        "labs": _held(labs),
        "died": _held(died),
        "grafted": _held(grafted),
        "net": np.stack(net, axis=-1),
        "good": good,
        "encephalopathy": ds["encephalopathy"].values[0, :, 0],
        "ascites": ds["ascites"].values[0, :, 0],
    }


def _held(values: Floats) -> Floats:
    """Values (arms, patients, times, ...) on all of `TIMES`, the last held where the simulation ended before."""
    missing = len(TIMES) - values.shape[2]
    return np.concatenate([values, np.repeat(values[:, :, -1:], missing, axis=2)], axis=2) if missing else values
