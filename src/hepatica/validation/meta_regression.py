"""Random-effects meta-regression on baseline severity, time and population: what a meta-analyst would predict.

``y = x b + u(population) + v(publication) + e``, with normal coefficients and both random effects normal; their SDs are
integrated over a grid (half-normal priors); the predictive distribution of a new publication follows in closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SLOPE_SD = 1.0  # prior SD of a slope, in prior SDs of the outcome for each SD of a covariate
GRID = (0.05, 0.15, 0.3, 0.6, 1.0, 1.6)  # SDs of the random effects, in prior SDs of the outcome


@dataclass(frozen=True)
class Outcome:
    """Outcome of one arm at one day.

    Attributes
    ----------
    value, error : float
        On one scale, with its standard error.
    covariates : tuple of float
        NaN where one is not printed: the mean stands for it.
    population, publication : str
    """

    value: float
    error: float
    covariates: tuple[float, ...]
    population: str
    publication: str


def predict(
    rows: Sequence[Outcome], covariates: Sequence[float], population: str, prior_sd: float
) -> tuple[float, float]:
    """Predictive mean and SD of the true outcome of an arm of a new publication.

    Parameters
    ----------
    rows : sequence of Outcome
        Evidence; (0, `prior_sd`) without any.
    covariates : sequence of float
        Of the new arm.
    population : str
        Of the new arm.
    prior_sd : float
        SD of the outcome before any evidence, the unit of all priors.

    Examples
    --------
    >>> rows = [Outcome(1.0 + 0.5 * x, 0.01, (x,), "a", f"p{x}") for x in (-2.0, -1.0, 1.0, 2.0)]
    >>> mean, sd = predict(rows, (0.0,), "a", 1.0)
    >>> abs(mean - 1.0) < 0.1, sd < 0.5
    (True, True)
    """
    if not rows:
        return 0.0, prior_sd
    x = np.array([r.covariates for r in rows] + [tuple(covariates)], float)
    known = np.isfinite(x)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, x, 0.0).sum(axis=0) / count
    away = np.where(known, x - centre, 0.0)
    scale = np.sqrt((away**2).sum(axis=0) / count)
    x = away / np.where(scale > 0, scale, 1.0)
    y, error = np.array([r.value for r in rows]) / prior_sd, np.array([r.error for r in rows]) / prior_sd
    groups = [r.population for r in rows] + [population]
    publications = [r.publication for r in rows] + [""]
    fixed = 1.0 + SLOPE_SD**2 * x @ x.T
    same, own = np.equal.outer(groups, groups), np.equal.outer(publications, publications)
    nodes = []
    for between in GRID:
        for within in GRID:
            k = fixed + between**2 * same + within**2 * own
            root = np.linalg.cholesky(k[:-1, :-1] + np.diag(error**2 + 1e-9))
            z, load = np.linalg.solve(root, y), np.linalg.solve(root, k[:-1, -1])
            fit = -0.5 * (z @ z) - np.log(np.diag(root)).sum() - 0.5 * (between**2 + within**2)
            nodes.append((fit, load @ z, k[-1, -1] - load @ load))
    fit, mean, variance = (np.array(v) for v in zip(*nodes, strict=True))
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    middle = float(weight @ mean)
    spread = float(weight @ (np.maximum(variance, 0.0) + (mean - middle) ** 2))
    return middle * prior_sd, float(np.sqrt(spread)) * prior_sd
