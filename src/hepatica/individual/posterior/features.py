"""Features of candidates and of a person: standardised exact measurements, with errors of the candidates' own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from hepatica.individual.library.candidates import LABS, Candidates, at_times
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import Errors, LabError
from hepatica.individual.posterior.observations import Observations
from hepatica.patients.streams import normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def featureless_weight(candidates: Candidates, observations: Observations, errors: Errors, course: int) -> Floats:
    """Weight of each candidate by what is no feature, (n,): life until the last lab, and labs beyond a limit.

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
    """
    log = np.zeros(candidates.n)
    for s in observations.series:
        beyond = s.signs != 0
        if errors[s.lab].weighs and beyond.any():
            labs = at_times(candidates.labs[course, :, :, LABS.index(s.lab)], s.days[beyond], 1)
            log += errors[s.lab].log_likelihood(s.values[beyond] - labs, s.days[beyond], s.signs[beyond])
    alive = at_times(candidates.free[course], [observations.last_day], 1)[:, 0].astype(float)
    return np.asarray(alive * np.exp(log - log.max()))


def matching_noise(patient: Ints, lab: str, error: LabError, days: Floats, seed: int) -> Floats:
    """Errors of a lab that candidates of some identities (n,) are matched with on some days, (n, m)."""
    if not len(days):
        return np.zeros((len(patient), 0))
    white = normals(seed, patient, f"person:match:{lab}", len(days))
    return np.asarray(white @ cholesky(error.covariance(days), lower=True).T)


def noisy_features(
    candidates: Candidates,
    observations: Observations,
    errors: Errors,
    kernels: Kernels,
    *,
    course: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Standardised measurements of candidates with errors of their own, (n, k), and those of the person, (k,)."""
    columns, point = [], []
    for s in observations.series:
        exact, error = s.signs == 0, errors[s.lab]
        if not (error.weighs and exact.any()):
            continue
        labs = at_times(candidates.labs[course, :, :, LABS.index(s.lab)], s.days[exact], 1)
        factor = cholesky(error.covariance(s.days[exact]), lower=True)
        noise = matching_noise(candidates.patient, s.lab, error, s.days[exact], seed)
        columns.append(solve_triangular(factor, (labs + noise).T, lower=True).T)
        point.append(solve_triangular(factor, s.values[exact], lower=True))
    for name in ("age", "encephalopathy", "ascites"):
        value, sd = getattr(observations, name), getattr(kernels, name)
        if np.isfinite(value) and np.isfinite(sd):
            columns.append(getattr(candidates, name)[:, None] / sd)
            point.append(np.array([value / sd]))
    if not columns:
        return np.zeros((candidates.n, 0)), np.zeros(0)
    return np.concatenate(columns, axis=1), np.concatenate(point)
