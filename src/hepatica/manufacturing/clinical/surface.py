"""Response surface of clinical consequence: quality-adjusted days and excess thrombo-embolism over a lot's attributes.

The terms of `basis` are fitted by least squares to differences from the reference lot in the same patients, and the
coefficients of each parameter draw are shrunk to the scatter that parameter uncertainty has (`shrink_draw_means`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.draw_means import shrink_draw_means
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.manufacturing.clinical.basis import CLOTTING, RANGES, Coordinate, design, reference_point, terms
from hepatica.manufacturing.clinical.courses import Courses, admit_lots, planned_regimen, run_products
from hepatica.progress import Progress, ignore_progress
from hepatica.study import Study
from hepatica.study_system import system_of
from hepatica.therapy import Product, Regimen

Floats = NDArray[np.float64]
STRENGTHS = (1.0, 0.5, 0.0)
"""Worlds of a measured relative potency x: it acts as x, as the square root of x, or not at all."""


class SurfaceSize(NamedTuple):
    """Size of a surface: parameter draws, patients of each, and points besides those along the axes."""

    draws: int = 30
    per_draw: int = 2
    filling: int = 19


@dataclass(frozen=True, kw_only=True)
class Surface:
    """Consequence of a lot's attributes, relative to the reference lot at the planned dose.

    Attributes
    ----------
    hypotheses : tuple of str
    acting, inert, clotting : (hypothesis, draw, term)
        Coefficients for net quality-adjusted days where cells act and where they do nothing but harm, and for the
        probability of thrombo-embolism.
    raw_acting, raw_inert : (hypothesis, draw, term)
        The same before shrinkage, for Monte-Carlo errors.
    null_probability : (hypothesis,)
    gain : (hypothesis,)
        Mean net gain of the reference lot over standard care, the chance of no effect counted in.
    fit_error : (hypothesis,)
        Root mean square of the mean's leave-one-out residuals over the design, in quality-adjusted days.
    viability : float
        Of the reference lot.
    regimen : str
        Label of the regimen.
    patients : int
    failed : int
        Solves that failed after the retry.
    """

    hypotheses: tuple[str, ...]
    acting: Floats
    inert: Floats
    clotting: Floats
    raw_acting: Floats
    raw_inert: Floats
    null_probability: Floats
    gain: Floats
    fit_error: Floats
    viability: float
    regimen: str
    patients: int
    failed: int

    @property
    def weight(self) -> Floats:
        """Probability of each scenario, (hypothesis, scenario): draws under which cells act, then do nothing."""
        p, n = self.null_probability[:, None], self.acting.shape[1]
        return np.concatenate([np.repeat((1 - p) / n, n, axis=1), np.repeat(p / n, n, axis=1)], axis=1)

    def loss(self, points: Floats, *, strength: float = 1.0) -> Floats:
        """Quality-adjusted days lost against the reference lot, (hypothesis, scenario, n).

        Parameters
        ----------
        points : (n, 4)
            Potency, viability, tissue factor and dose, as in `Coordinate`.
        strength : float
            Exponent of potency: 1 as modelled, 0 no link.
        """
        made = self._terms(points, strength)
        return -np.concatenate([self.acting @ made.T, self.inert @ made.T], axis=1)

    def clots(self, points: Floats) -> Floats:
        """Probability of thrombo-embolism over that of the reference lot, (hypothesis, draw, n)."""
        return np.asarray(self.clotting @ self._terms(points, 1.0).T)

    def error(self, points: Floats, *, strength: float = 1.0) -> Floats:
        """Monte-Carlo standard error of the mean loss, (hypothesis, n)."""
        made, n, p = self._terms(points, strength), self.acting.shape[1], self.null_probability[:, None]
        parts = [(c @ made.T).std(axis=1, ddof=1) / np.sqrt(n) for c in (self.raw_acting, self.raw_inert)]
        return np.asarray(np.hypot((1 - p) * parts[0], p * parts[1]))

    def _terms(self, points: Floats, strength: float) -> Floats:
        x = np.array(np.atleast_2d(points), float)
        low, high = RANGES[Coordinate.POTENCY]
        x[:, 0] = np.clip(x[:, 0], low, high) ** strength
        return terms(x, self.viability)


def of_point(point: Floats, product: Product, regimen: Regimen) -> tuple[Product, Regimen]:
    """Product and regimen of a lot's coordinates.

    Parameters
    ----------
    point : (4,)
        As in `Coordinate`.
    product : Product
        The reference.
    regimen : Regimen
        Planned.

    Examples
    --------
    >>> made = of_point(np.array([0.5, 0.7, 2.0, 1.5]), Product(), Regimen(1e6))
    >>> made[0].potency, made[0].tissue_factor, made[1].dose
    (0.5, 2.0, 1500000.0)
    """
    p, v, t, f = (float(value) for value in point)
    clotting = product.multipliers()["tissue_factor"]
    lot = replace(product, potency=product.potency * p, viability=v, tissue_factor=clotting * t)
    return lot, replace(regimen, dose=regimen.dose * f)


def fit_surface(
    study: Study,
    *,
    cells: float | None = None,
    product: Product | None = None,
    size: SurfaceSize | None = None,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Surface:
    """Surface of a study: simulate the design in its patients and fit the terms.

    Parameters
    ----------
    study : Study
        Population, utilities, hypotheses, regimen and reference product.
    cells : float, optional
        Planned dose, cells per kg; the middle one of the grid unless given.
    product : Product, optional
        Reference lot; that of the study unless given.
    size : SurfaceSize, optional
        Draws, patients and points.
    system : System, optional
        The shipped model unless given.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress, optional
        Stages are "admit" and each hypothesis.

    Raises
    ------
    InputError
        If there are fewer than two draws or patients of each, or the reference lot is outside the ranges.
    """
    size = size or SurfaceSize()
    if min(size.draws, size.per_draw) < 2:
        raise InputError("surface", size[:2], "two draws and two patients of each, at least")
    engine, report = system_of(study, system), progress or ignore_progress
    lot, regimen = product or study.product.product().typical_lot, planned_regimen(study, cells)
    points = design(lot.viability, size.filling)
    made = terms(points, lot.viability)
    report("admit", 0, 1)
    patients = admit_lots(study, engine, draws=size.draws, per_draw=size.per_draw, workers=workers)
    report("admit", 1, 1)
    at = [reference_point(lot.viability), *points]
    treatments = [(lot, regimen), *(of_point(p, lot, regimen) for p in at[1:])]
    runs = [
        run_products(study, engine, patients, treatments, h, workers=workers, progress=report) for h in study.hypotheses
    ]
    fits = {
        "acting": [_fit(run, run.acting, made) for run in runs],
        "inert": [_fit(run, run.inert, made) for run in runs],
        "clotting": [_fit_clots(run, made) for run in runs],
    }
    return Surface(
        hypotheses=study.hypotheses,
        acting=np.stack([f[0] for f in fits["acting"]]),
        inert=np.stack([f[0] for f in fits["inert"]]),
        clotting=np.stack([f[0] for f in fits["clotting"]]),
        raw_acting=np.stack([f[1] for f in fits["acting"]]),
        raw_inert=np.stack([f[1] for f in fits["inert"]]),
        null_probability=np.array([run.null_probability for run in runs]),
        gain=np.array([_mixed_mean(run) for run in runs]),
        fit_error=np.array([_left_out(run, made) for run in runs]),
        viability=lot.viability,
        regimen=regimen.label,
        patients=len(patients.cohort.patient),
        failed=sum(run.failed for run in runs),
    )


def _fit(run: Courses, values: Floats, made: Floats) -> tuple[Floats, Floats]:
    """Coefficients of each draw, shrunk and raw, (draw, term); patients whose solve failed are left out."""
    apart = values[1:] - values[0]
    good = np.isfinite(apart).all(axis=0)
    each = np.linalg.pinv(made) @ apart[:, good]
    means = shrink_draw_means(each, run.draw[good])
    return means.shrunk, means.raw


def _fit_clots(run: Courses, made: Floats) -> tuple[Floats, Floats]:
    """Coefficients for thrombo-embolism, by its own terms alone; 0 for the others."""
    own = _fit(run, run.harms["thrombosis"], made[:, CLOTTING])
    shrunk, raw = (np.zeros((len(c), made.shape[1])) for c in own)
    shrunk[:, CLOTTING], raw[:, CLOTTING] = own
    return shrunk, raw


def _mixed_mean(run: Courses) -> float:
    p = run.null_probability
    return float((1 - p) * np.nanmean(run.acting[0]) + p * np.nanmean(run.inert[0]))


def _left_out(run: Courses, made: Floats) -> float:
    """Root mean square of leave-one-out residuals of the mean, by the leverages."""
    apart = run.acting[1:] - run.acting[0]
    mean = np.nanmean(apart, axis=1)
    hat = made @ np.linalg.pinv(made)
    left = (mean - hat @ mean) / np.maximum(1.0 - np.diag(hat), 1e-6)
    return float(np.sqrt(np.mean(left**2)))
