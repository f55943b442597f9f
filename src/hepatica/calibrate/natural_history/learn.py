"""Deaths of groups into the draws: a Gaussian update of the intensities, given all that calibration learnt before.

Most groups print too little for the likelihood of the course, and stages, strata and survivors are no arms. Their
deaths depend on the intensities in closed form, so patients of the draws are simulated once. Deaths feed nothing back:
given all other columns of a draw, the intensities' coordinates have the prior N(0, 1) and the deaths that the
likelihood holds, which pull nowhere at the draws that were learnt (d = 0) and resist with their information. Deaths y2
of the groups are the only new data, so that no number counts twice:

    -2 log p(d | other columns, all deaths) = |d|^2 + |h1(d) - h1(0)|^2 / R1 + |y2 - h2(d)|^2 / R2 + constant

where h are means over draws and patients. The mode is found by Gauss-Newton, the iterated Kalman update (Bell & Cathey
1993); about it the precisions are L0 = I + J1' R1^-1 J1 before and L1 = L0 + J2' R2^-1 J2 after. Every draw moves by
the affine map that takes one Gaussian into the other: an ensemble square-root filter (Evensen 1994; Tippett et al.
2003) with derivatives of the model's own in the place of an ensemble's sample covariance, whose spurious correlations
are of the size of what is learnt here (for what such filters approximate see Schillings & Stuart 2017). Draws keep
their dependence on all other columns, which do not move (a cut, Plummer 2015): no lab was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.likelihood import LikelihoodTerm
from hepatica.calibrate.natural_history.courses import Course, follow
from hepatica.calibrate.natural_history.groups import (
    STAGES,
    Proportion,
    group_deaths,
    held_deaths,
    populations_of,
    stage,
)
from hepatica.calibrate.natural_history.intensity import INTENSITIES
from hepatica.engine import System
from hepatica.model.parameters import Parameter
from hepatica.patients import DrawKey, Draws, load_population

Floats = NDArray[np.float64]
PATIENTS = 2  # of each population, for each draw
STREAM = 9000  # on the seed: other patients than those of any wave
STEP = 1e-3  # of numerical derivatives, SDs of a prior
CONVERGED, MOST_STEPS = 1e-3, 20  # change of any coordinate at which the mode is reached, SDs of a prior; steps at most


@dataclass(frozen=True)
class Learnt:
    """Affine map of the intensities' coordinates by the deaths of groups.

    Attributes
    ----------
    names : tuple of str
        Parameters, k.
    mean, shift : (k,)
        Mean of the draws before, and what it moves by.
    contraction : (k, k)
        Of deviations from the mean.
    deaths : DataFrame
        A row a proportion: source, variable, day, published, error, before, after, monte_carlo (of `after`), new
        (False of those that the likelihood of the course holds).
    """

    names: tuple[str, ...]
    mean: Floats
    shift: Floats
    contraction: Floats
    deaths: pd.DataFrame

    def apply(self, draws: Draws) -> Draws:
        """Draws with the intensities' coordinates moved; all other columns are as they were."""
        keys = [DrawKey.coordinate(name) for name in self.names]
        z = np.stack([draws.columns[key] for key in keys], axis=1)
        moved = self.mean + self.shift + (z - self.mean) @ self.contraction.T
        return replace(draws, columns=dict(draws.columns) | dict(zip(keys, moved.T, strict=True)))

    def record(self) -> dict[str, Any]:
        """Account for the provenance: shift and contraction of each coordinate, and every proportion."""
        rows = zip(self.names, self.shift, np.diag(self.contraction), strict=True)
        moved = {name: {"shift": float(s), "sd_ratio": float(c)} for name, s, c in rows}
        return {"moved": moved, "deaths": self.deaths.to_dict(orient="records")}


def learn_deaths(
    system: System,
    draws: Draws,
    new: Sequence[Proportion],
    held: Sequence[Proportion],
    execution: Execution,
    *,
    seed: int,
) -> Learnt:
    """Update of the intensities by deaths of groups.

    Parameters
    ----------
    system : System
        Model and engine.
    draws : Draws
        As the untreated course was learnt; each virtual patient carries one.
    new, held : sequence of Proportion
        Deaths that the draws have not seen, and those that they have.
    execution : Execution
        Where and by how many workers patients are simulated, and where they are kept.
    seed : int
        Seed of the random streams.
    """
    last, courses = populations_of([*new, *held]), {}
    for i, (key, day) in enumerate(last.items()):
        population = stage(key) if key in STAGES else load_population(key)
        size = {"n": PATIENTS * draws.n, "seed": seed + STREAM}
        courses[key] = follow(system, population, **size, horizon=day, known=draws, kept=execution)
        execution.progress("deaths", i + 1, len(last))
    z = np.stack([draws.columns[DrawKey.coordinate(name)] for name in INTENSITIES], axis=1)
    with threadpool_limits(1):
        return update(courses, [system.model.parameters[n] for n in INTENSITIES], z, new, held)


def update(
    courses: Mapping[str, Course],
    parameters: Sequence[Parameter],
    z: Floats,
    new: Sequence[Proportion],
    held: Sequence[Proportion] = (),
    width: float = 1.0,
) -> Learnt:
    """Gaussian update of coordinates z, (draws, k), of some parameters by deaths simulated in courses.

    `width` is the SD of their prior, in SDs of the one that the model states.
    """
    rows, mean, k = [*new, *held], z.mean(axis=0), z.shape[1]

    def simulated(shift: Floats, contraction: Floats) -> tuple[Floats, Floats]:
        """Proportions and their Monte-Carlo errors, (rows,) each."""
        moved = mean + shift + (z - mean) @ contraction.T
        outcomes = {}
        for key, course in courses.items():
            places, one = moved[course.draws], np.ones(len(course.draws))
            outcomes[key] = course.outcomes(
                {p.name: p.entry.prior.apply(p.value * one, places[:, j], one) for j, p in enumerate(parameters)}
            )
        pairs = np.array([row.simulated(courses, outcomes) for row in rows])
        return pairs[:, 0], pairs[:, 1]

    prior, shift, contraction = np.eye(k) / width**2, np.zeros(k), np.eye(k)
    before, noise = simulated(shift, contraction)
    known, is_new = np.isfinite(before), np.arange(len(rows)) < len(new)
    target = np.where(is_new, [row.published for row in rows], before)
    scale = np.hypot([row.error for row in rows], noise)
    for _ in range(MOST_STEPS):
        value, _ = simulated(shift, contraction)
        tried = [simulated(shift + STEP * one, contraction)[0] for one in np.eye(k)]
        slopes = ((np.stack(tried, axis=1) - value[:, None]) / STEP / scale[:, None])[known]
        away = ((target - value) / scale)[known] + slopes @ shift
        held_precision = prior + slopes[~is_new[known]].T @ slopes[~is_new[known]]
        precision = prior + slopes.T @ slopes
        start, shift = shift, np.asarray(np.linalg.solve(precision, slopes.T @ away), float)
        contraction = transport(held_precision, precision)
        if np.abs(shift - start).max() < CONVERGED:
            break
    after, noise = simulated(shift, contraction)
    deaths = pd.DataFrame(
        {
            **{name: [getattr(row, name) for row in rows] for name in ("source", "variable", "day", "published")},
            "error": scale,
            "before": before,
            "after": after,
            "monte_carlo": noise,
            "new": is_new,
        }
    )
    return Learnt(tuple(p.name for p in parameters), mean, shift, contraction, deaths[known].reset_index(drop=True))


def transport(before: Floats, after: Floats) -> Floats:
    """Symmetric matrix that takes a normal distribution of one precision, (k, k), into that of another.

    Examples
    --------
    >>> transport(np.diag([1.0, 4.0]), np.diag([4.0, 4.0])).round(6).tolist()
    [[0.5, 0.0], [0.0, 1.0]]
    """
    root = _root(np.asarray(np.linalg.inv(before)))
    inverse = np.linalg.inv(root)
    return np.asarray(inverse @ _root(np.asarray(root @ np.linalg.inv(after) @ root)) @ inverse)


def _root(matrix: Floats) -> Floats:
    """Symmetric square root of a positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def from_evidence(
    system: System,
    draws: Draws,
    publications: Sequence[str],
    plan: Plan,
    terms: Sequence[LikelihoodTerm],
    execution: Execution,
    *,
    seed: int,
) -> Learnt | None:
    """Update by the deaths of groups that publications in use print; None where none of them does."""
    counted = {f"{t.publication} {t.arm}" for t in terms}
    new = [r for r in group_deaths() if r.source.split()[0] in publications and r.source not in counted]
    if not new:
        return None
    return learn_deaths(system, draws, new, held_deaths(plan, terms), execution, seed=seed)
