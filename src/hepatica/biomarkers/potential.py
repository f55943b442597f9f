"""Potential outcomes of virtual patients under care, under cells, and with the later infusions left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.biomarkers.measurables import LANDMARKS, PRODUCT, Group, Measurable, measurables
from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.engine import System
from hepatica.outcomes.scores import meld
from hepatica.outcomes.survival import competing_incidence
from hepatica.patients import Admitted
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.patients.streams import normals
from hepatica.progress import Progress, ignore_progress
from hepatica.simulation import Arm, problem_of
from hepatica.study import Study
from hepatica.therapy import Regimen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LOT_CV = {"potency": 0.4, "tissue_factor": 0.8, "cxcr4": 0.5}
"""Variation of lots, log-normal CV; potency as published batches of one process differ, the others assumed."""
MIN_VALUE = 1e-6
MIN_ALIVE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Potential:
    """Potential outcomes and measurables of n patients.

    Attributes
    ----------
    measurables : tuple of Measurable
    values : (n, k)
        Measured with error; logarithms where the measurable is.
    untreated_change : (k,)
        Mean change without cells of each early change, NaN of the others; what regression to the mean and time do.
    treated_change : (k,)
        The same with cells.
    risk : (n,)
        Own risk of death or transplant by the horizon without cells, known exactly.
    gains : (hypotheses, n)
        Net quality-adjusted life days by the horizon, all infusions over none.
    later_gains : (landmarks, hypotheses, n)
        All infusions over those before the landmark, given life at the landmark; 0 where none comes later.
    alive : (landmarks, n)
        Probability of being alive without transplant at the landmark, with cells.
    later : tuple of bool
        True where an infusion comes after the landmark.
    draw : (n,)
        Parameter draw of each patient.
    hypotheses : tuple of str
    null_effect : tuple of float
        Probability of no effect in people, by hypothesis.
    regimen : Regimen
    horizon : float
    responders : (2, n)
        Probability of death or transplant by the horizon, without and with cells, hypotheses alike.
    """

    measurables: tuple[Measurable, ...]
    values: Floats
    untreated_change: Floats
    treated_change: Floats
    risk: Floats
    gains: Floats
    later_gains: Floats
    alive: Floats
    later: tuple[bool, ...]
    draw: Ints
    hypotheses: tuple[str, ...]
    null_effect: tuple[float, ...]
    regimen: Regimen
    horizon: float
    responders: Floats

    @property
    def gain(self) -> Floats:
        """Expected gain of each patient over hypotheses and the chance of no effect, (n,)."""
        return expected(self.gains, self.null_effect)

    def later_gain(self, landmark: int) -> Floats:
        """Expected gain by going on at a landmark, (n,)."""
        return expected(self.later_gains[landmark], self.null_effect)

    def baseline(self) -> Ints:
        """Positions of the measurables known before the first infusion."""
        return np.array([k for k, m in enumerate(self.measurables) if m.day == 0])

    def at(self, day: float) -> Ints:
        """Positions of the measurables known at a day."""
        return np.array([k for k, m in enumerate(self.measurables) if m.day <= day])


def expected(gains: Floats, null_effect: tuple[float, ...]) -> Floats:
    """Gain over hypotheses that count alike, the chance of no effect taken off, (n,) of (hypotheses, n).

    Examples
    --------
    >>> expected(np.array([[1.0], [3.0]]), (0.0, 0.5)).tolist()
    [1.25]
    """
    act = 1.0 - np.asarray(null_effect, float)
    return np.asarray((act[:, None] * gains).mean(axis=0))


def simulate_potential(
    system: System,
    patients: Admitted,
    regimen: Regimen,
    *,
    study: Study,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Potential:
    """Simulate every patient without cells, with all infusions, and with those before each landmark alone.

    Every patient gets a lot of their own.

    Parameters
    ----------
    system : System
        The compiled model.
    patients : Admitted
        Virtual patients.
    regimen : Regimen
        Of cells.
    study : Study
        Horizon, hypotheses, utility, and the seed of lots and errors of measurement.
    workers : int, optional
        Threads.
    progress : Progress, optional
        Told of the stage "markers", in hypotheses.
    """
    report, every = progress or ignore_progress, measurables()
    horizon, hypotheses, seed, utility = study.horizon, study.hypotheses, study.seed, study.utility.utility()
    arms = [Arm("0"), Arm("all", regimen, labelled=True), *(Arm(f"to {d:g}", shorten(regimen, d)) for d in LANDMARKS)]
    parts = []
    for k, hypothesis in enumerate(hypotheses):
        report("markers", k, len(hypotheses))
        parts.append(_simulate(system, patients, arms, hypothesis, horizon, seed, workers))
    report("markers", len(hypotheses), len(hypotheses))
    net = np.stack([evaluate_benefit(ds, arms, utility).net for ds in parts])  # (hypotheses, arms, n)
    incidences = [competing_incidence(ds["time"].values, *_intensities(ds)) for ds in parts]
    free = np.stack([1 - died - grafted for died, grafted in incidences])
    times = parts[0]["time"].values
    alive = np.stack([free[:, 1, :, int(np.flatnonzero(times == d)[0])].mean(axis=0) for d in LANDMARKS])
    later = tuple(bool(shorten(regimen, d) != regimen) for d in LANDMARKS)
    values, changes = _values(every, parts, patients, seed)
    later_gains = np.stack(
        [(net[:, 1] - net[:, 2 + i]) / np.maximum(alive[i], MIN_ALIVE) for i in range(len(LANDMARKS))]
    )
    good = np.isfinite(net).all(axis=(0, 1)) & np.isfinite(values).all(axis=1) & np.isfinite(free).all(axis=(0, 1, 3))
    known = patients.cohort.known
    chance = (PRIOR_NULL_EFFECT_PROBABILITY if known is None else known.null_effect_probability(h) for h in hypotheses)
    return Potential(
        measurables=every,
        values=values[good],
        untreated_change=changes[0],
        treated_change=changes[1],
        risk=1 - free[0, 0, good, -1],
        gains=(net[:, 1] - net[:, 0])[:, good],
        later_gains=later_gains[:, :, good],
        alive=alive[:, good],
        later=later,
        draw=patients.cohort.draw[good],
        hypotheses=hypotheses,
        null_effect=tuple(chance),
        regimen=regimen,
        horizon=horizon,
        responders=1 - free[:, :2, good, -1].mean(axis=0),
    )


def shorten(regimen: Regimen, day: float) -> Regimen:
    """Regimen with the infusions before a day alone.

    Examples
    --------
    >>> shorten(Regimen(1e6, infusions=4, interval=3.0), 4.0).infusions
    2
    """
    return replace(regimen, infusions=sum(t < day for t in regimen.times))


def _intensities(ds: xr.Dataset) -> tuple[Floats, Floats]:
    return ds["death_intensity"].values, ds["transplant_intensity"].values


def _times(horizon: float) -> Floats:
    late = np.arange(30.0, horizon, 10.0)
    return np.unique(np.concatenate([np.arange(0.0, min(30.0, horizon), 1.0), late, [horizon]]))


def _lots(n: int, seed: int) -> dict[str, Floats]:
    """Attributes of each patient's lot relative to a typical one, (n,) each."""
    return {
        name: np.exp(np.sqrt(np.log1p(cv**2)) * normals(seed, np.arange(n), f"lot:{name}")[:, 0])
        for name, cv in LOT_CV.items()
    }


def _simulate(
    system: System,
    patients: Admitted,
    arms: list[Arm],
    hypothesis: str,
    horizon: float,
    seed: int,
    workers: int | None,
) -> xr.Dataset:
    """All arms under one hypothesis, every patient with a lot of their own."""
    recorded = [m.output for m in measurables() if m.output in system.outputs]
    names, times, n = tuple(dict.fromkeys((*OUTPUTS, *recorded))), _times(horizon), len(patients.initial)
    problem = problem_of(system, patients, arms, times, outputs=names, hypothesis=hypothesis)
    parameters = problem.parameters.copy()
    for name, factor in _lots(n, seed).items():
        parameters[:, system.parameters.index(name)] *= np.concatenate([np.ones(n), *[factor] * (len(arms) - 1)])
    done = system.solve(replace(problem, parameters=parameters), workers=workers)
    values = done.values.reshape(len(arms), n, len(times), len(names))
    data = {name: (("arm", "patient", "time"), values[..., k]) for k, name in enumerate(names)}
    crossings = done.crossings[:, 0].reshape(len(arms), n, -1)
    return xr.Dataset(
        {**data, "infection_time": (("arm", "patient", "infection"), crossings)}
        | {"status": (("arm", "patient"), done.status.reshape(len(arms), n))},
        coords={"time": times, "draw": ("patient", patients.cohort.draw)},
        attrs={"seed": patients.cohort.seed, "hypothesis": hypothesis},
    )


def _values(
    every: tuple[Measurable, ...], parts: list[xr.Dataset], patients: Admitted, seed: int
) -> tuple[Floats, tuple[Floats, Floats]]:
    """Measured values (n, k), and mean changes without and with cells (k,), over hypotheses."""
    n, lots = len(patients.initial), _lots(len(patients.initial), seed)
    columns, untreated, treated = [], [], []
    for m in every:
        error = m.error * normals(seed, np.arange(n), f"marker:{m.name}", 2)
        before, after = np.nan, np.nan
        if m.is_change:
            care, cells = (np.mean([_log_change(ds, m, arm) for ds in parts], axis=0) for arm in (0, 1))
            before, after = float(np.nanmean(care)), float(np.nanmean(cells))
            column = cells + error[:, 0] - error[:, 1]
        elif m.group is Group.PRODUCT:
            column = np.log(lots[m.output]) + error[:, 0]
        else:
            true = np.mean([_true(ds, m, patients) for ds in parts], axis=0)
            column = (np.log(np.maximum(true, MIN_VALUE)) if m.is_log else true) + error[:, 0]
        columns.append(column)
        untreated.append(before)
        treated.append(after)
    return np.stack(columns, axis=1), (np.array(untreated), np.array(treated))


def _at(ds: xr.Dataset, output: str, arm: int, day: float) -> Floats:
    place = int(np.flatnonzero(ds["time"].values == day)[0])
    return np.asarray(ds[output].values[arm, :, place], float)


def _log_change(ds: xr.Dataset, m: Measurable, arm: int) -> Floats:
    late, early = (np.maximum(_at(ds, m.output, arm, day), MIN_VALUE) for day in (m.day, 0.0))
    return np.asarray(np.log(late / early))


def _true(ds: xr.Dataset, m: Measurable, patients: Admitted) -> Floats:
    """True value of a measurable at its day; of images, with cells."""
    if m.output in ("age", "cirrhosis"):
        return patients.cohort.covariate(m.output)
    if m.output == "meld":
        labs = {name: _at(ds, name, 0, 0.0) for name in ("bilirubin", "creatinine", "inr")}
        bilirubin, creatinine, inr = (np.maximum(v, MIN_VALUE) for v in labs.values())
        return np.asarray(meld(bilirubin=bilirubin, creatinine=creatinine, inr=inr))
    return _at(ds, m.output, 1 if m.group is Group.IMAGING else 0, m.day)


assert set(LOT_CV) == {name for name, _ in PRODUCT}
