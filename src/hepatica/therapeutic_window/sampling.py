"""Patients of a window and their courses, reduced to endpoints a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.dosing.window.course import IF_MODELLED, OUTPUTS, Courses
from hepatica.dosing.window.endpoints import ENDPOINTS, Endpoint
from hepatica.engine import System
from hepatica.patients import Admitted, Draws, load_population
from hepatica.progress import Progress, ignore_progress
from hepatica.simulation import Arm, simulate
from hepatica.study import Study
from hepatica.therapeutic_window.variations import Variation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
COURSES_AT_ONCE = 2048  # of a patient under an arm; with some 40 outputs about 100 MB
AT_ADMISSION = ("ascites", "shunt")

Values = dict[str, Floats]
"""Difference from standard care by endpoint, (dose, patient)."""


def endpoints_of(system: System, horizon: float) -> tuple[Endpoint, ...]:
    """Endpoints that the model has and the horizon reaches."""
    return tuple(e for e in ENDPOINTS if e.day <= horizon + 1e-9 and all(name in system.outputs for name in e.needs))


@dataclass
class Sampler:
    """Simulates variations in patients of a study, for a window.

    Attributes
    ----------
    study : Study
    system : System
    workers : int or None
    courses, failed : int
        Courses of a patient under an arm so far, and those whose solve failed after the retry.
    """

    study: Study
    system: System
    workers: int | None = None
    courses: int = 0
    failed: int = 0
    at_admission: dict[str, Floats] = field(default_factory=dict)

    def known(self, seed: int) -> Draws:
        """Parameter draws that ship, or as many from the priors as the study says."""
        known = self.study.known()
        return Draws.prior(self.system.model, self.study.draws, seed=seed) if known is None else known

    def admit(self, known: Draws, draws: int, per_draw: int) -> Admitted:
        """So many patients of each of so many draws."""
        return admit(
            self.system,
            load_population(self.study.population, transplant_rate=self.study.transplant_rate),
            draws * per_draw,
            seed=self.study.seed,
            draws=draws,
            known=known,
            workers=self.workers,
        )

    def values(
        self,
        variation: Variation,
        log_doses: Floats,
        patients: Admitted,
        endpoints: tuple[Endpoint, ...],
        hypothesis: str,
        progress: Progress | None = None,
    ) -> Values:
        """Differences from standard care in every endpoint, a block of patients at a time."""
        report, n = progress or ignore_progress, len(patients.cohort.patient)
        size = max(1, COURSES_AT_ONCE // (len(log_doses) + 1))
        blocks, first = [], []
        for start in range(0, n, size):
            some = patients.take(np.arange(start, min(n, start + size)))
            dense = self._courses(variation, log_doses, some, hypothesis)
            courses = replace(
                dense, ds=dense.ds.sel(time=self.study.times())
            )  # areas of all variations on the same days
            blocks.append({e.name: e.differences(dense if e.is_peak else courses) for e in endpoints})
            if variation.group is None:
                first.append({k: courses.values(k)[0, :, 0] for k in AT_ADMISSION if k in courses.ds})
            report("window", min(n, start + size), n)
        if first:
            self.at_admission = {k: np.concatenate([b[k] for b in first]) for k in first[0]}
        return {e.name: np.concatenate([b[e.name] for b in blocks], axis=1) for e in endpoints}

    def blocks(
        self, arms: list[Arm], patients: Admitted, hypothesis: str, progress: Progress | None = None
    ) -> Iterator[Courses]:
        """Courses of arms at the study's times, a block of patients at a time."""
        report, n = progress or ignore_progress, len(patients.cohort.patient)
        size = max(1, COURSES_AT_ONCE // len(arms))
        for start in range(0, n, size):
            some = patients.take(np.arange(start, min(n, start + size)))
            yield self._simulated(arms, self.study.times(), some, hypothesis)
            report("window", min(n, start + size), n)

    def _courses(self, variation: Variation, log_doses: Floats, patients: Admitted, hypothesis: str) -> Courses:
        arms, times = variation.arms(log_doses), self.study.times()
        if variation.group is None:  # the lung is fullest when an infusion ends
            ends = [t + variation.regimen.duration for t in arms[-1].regimen.times]
            times = np.unique(np.concatenate([times, [t for t in ends if t <= self.study.horizon]]))
        return self._simulated(arms, times, patients, hypothesis)

    def _simulated(self, arms: list[Arm], times: Floats, patients: Admitted, hypothesis: str) -> Courses:
        names = (*OUTPUTS, *(n for n in (*IF_MODELLED, *AT_ADMISSION) if n in self.system.outputs))
        ds: xr.Dataset = simulate(
            self.system,
            patients,
            arms,
            times,
            outputs=tuple(dict.fromkeys(names)),
            hypothesis=hypothesis,
            workers=self.workers,
        )
        self.courses += int(ds["status"].size)
        self.failed += int((ds["status"].values != 0).sum())
        cohort = patients.cohort
        female = cohort.covariate("female") if "female" in cohort.population.covariate else None
        return Courses(ds, arms, self.study.utility.utility(), cohort.covariate("body_weight"), female)


def spread_draws(patients: Admitted, draws: int) -> Ints:
    """Places of the patients of so many draws, spread evenly over those there are."""
    every = np.unique(patients.cohort.draw)
    kept = every[np.unique(np.linspace(0, len(every) - 1, min(draws, len(every))).round().astype(int))]
    return np.flatnonzero(np.isin(patients.cohort.draw, kept))


def central_draw(values: list[Floats], draw: Ints) -> int:
    """Draw whose mean gain over the doses is nearest to that of all draws, over all hypotheses.

    Parameters
    ----------
    values : list of (dose, patient)
        Gain, per hypothesis.
    draw : (patient,)
        Draw of each.
    """
    draws, where = np.unique(draw, return_inverse=True)
    distance = np.zeros(len(draws))
    for v in values:
        filled = np.where(np.isfinite(v), v, np.nanmean(v, axis=1, keepdims=True))
        means = np.stack([np.bincount(where, row) for row in filled], axis=1) / np.bincount(where)[:, None]
        distance += ((means - means.mean(axis=0)) ** 2).sum(axis=1)
    return int(draws[np.argmin(distance)])
