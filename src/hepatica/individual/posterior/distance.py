"""Distance of a person from the library: how far the nearest candidates are, among what is usual for virtual people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from hepatica.individual.library.candidates import LABS, Candidates, at_times
from hepatica.individual.posterior.lab_error import Errors
from hepatica.individual.posterior.observations import Observations
from hepatica.patients.streams import normals

Floats = NDArray[np.float64]
NEAREST = 20
"""Candidates whose mean distance counts."""
LEAST = 3
"""Candidates without whom there is no distance to speak of."""
REFERENCES = 150
"""Virtual people whose own distances say what is usual."""
UNLIKE = 0.99
"""Share of virtual people from whose distance on a person counts as unlike any."""


@dataclass(frozen=True)
class Distance:
    """Distance of a person from the library.

    Attributes
    ----------
    value : float
        Root mean squared standardised difference per measurement from the nearest candidates.
    share : float
        Share of virtual people who are nearer to the others than this person is.
    widening : float
        Factor on the SDs of the forecast; 1 for a person like the library's.
    """

    value: float
    share: float
    widening: float

    @property
    def is_unlike(self) -> bool:
        """True where the person is unlike any in the library."""
        return self.share >= UNLIKE


def whiten(candidates: Candidates, observations: Observations, errors: Errors, course: int) -> tuple[Floats, Floats]:
    """Candidates (n, k) and person (k,) in standardised exact measurements: errors have the identity as covariance."""
    columns, own = [], []
    for s in observations.series:
        exact, error = s.signs == 0, errors[s.lab]
        if error.weighs and exact.any():
            factor = cholesky(error.covariance(s.days[exact]), lower=True)
            labs = at_times(candidates.labs[course, :, :, LABS.index(s.lab)], s.days[exact], 1)
            columns.append(solve_triangular(factor, labs.T.astype(float), lower=True).T)
            own.append(solve_triangular(factor, s.values[exact], lower=True))
    if not columns:
        return np.zeros((candidates.n, 0)), np.zeros(0)
    return np.concatenate(columns, axis=1), np.concatenate(own)


def distance(
    candidates: Candidates, observations: Observations, errors: Errors, *, course: int = 0, seed: int = 1
) -> Distance:
    """Distance of a person from the library, and its place among those of virtual people with errors of their own.

    Parameters
    ----------
    candidates : Candidates
        The library.
    observations : Observations
        What is known of the person.
    errors : mapping of str to LabError
        Error of each lab.
    course : int
        Course that the person has been on.
    seed : int
        Of the errors of the virtual people.
    """
    x, own = whiten(candidates, observations, errors, course)
    if not x.shape[1] or len(x) < LEAST:
        return Distance(0.0, 0.0, 1.0)
    chosen = np.linspace(0, len(x) - 1, min(REFERENCES, len(x))).astype(int)
    noise = normals(seed, chosen, "person:distance", x.shape[1])
    points = np.concatenate([own[None], x[chosen] + noise])
    squared = (points**2).sum(axis=1)[:, None] - 2 * points @ x.T + (x**2).sum(axis=1)[None]
    squared[1 + np.arange(len(chosen)), chosen] = np.inf  # nobody counts as near to himself
    number = min(NEAREST, len(x) - 2)
    nearest = np.partition(squared, number, axis=1)[:, :number]
    root = np.sqrt(np.maximum(nearest.mean(axis=1), 0.0) / x.shape[1])
    usual = root[1:][np.isfinite(root[1:])]
    limit = float(np.quantile(usual, 0.95))
    share = float((usual < root[0]).mean())
    return Distance(float(root[0]), share, max(1.0, float(root[0]) / limit) if limit > 0 else 1.0)
