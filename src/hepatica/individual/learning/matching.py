"""Importance weights of a cohort of people over libraries, and the moments of its labs, for any errors.

The same likelihood as `hepatica.individual.posterior.importance`, for everybody at once on the days of a cohort.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from hepatica.individual.library.candidates import LABS, Candidates, at_times
from hepatica.individual.people import TREATMENT_ARMS, People
from hepatica.individual.posterior.importance import MAX_ENCEPHALOPATHY, Kernels
from hepatica.individual.posterior.lab_error import MAX_SQUARED_DISTANCE, Errors, LabError

Floats = NDArray[np.float64]
Small = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Forecasts:
    """Normal forecasts of log labs by the model, given the labs of the known days.

    Attributes
    ----------
    mean, variance : (n, days, labs)
        Of a measurement: discrepancy, carried over from the known days, and assay error are in it.
    at_known : (n, known, labs)
        Posterior mean of the model itself on the known days.
    """

    mean: Floats
    variance: Floats
    at_known: Floats


class Matching:
    """Cohort beside the libraries of its combinations of treatments.

    Parameters
    ----------
    libraries : mapping of int to Candidates
        By position in `TREATMENT_ARMS`.
    people : People
        The cohort.
    known, later : sequence of float
        Days whose labs are used, and days to forecast.
    """

    def __init__(
        self, libraries: Mapping[int, Candidates], people: People, known: Sequence[float], later: Sequence[float]
    ) -> None:
        self.people, self.known, self.later = people, tuple(known), tuple(later)
        self.values = np.stack([np.stack([people.log_lab(lab, d) for d in self.known], axis=1) for lab in LABS], axis=2)
        arms = [(arm, np.flatnonzero(people.arm == arm)) for arm in range(len(TREATMENT_ARMS))]
        self.groups = [(libraries[arm], who) for arm, who in arms if len(who)]
        days = (*self.known, *self.later)
        self.courses = [at_times(library.labs[0], days, 1).astype(np.float32) for library, _ in self.groups]
        rows, columns = np.triu_indices(len(days))
        self.products = [[c[:, rows, j] * c[:, columns, j] for j in range(len(LABS))] for c in self.courses]
        self._terms: dict[tuple[int, str, LabError], Small] = {}

    def weights(self, errors: Errors, kernels: Kernels) -> list[Small]:
        """Normalised weights of each group, (people, candidates)."""
        result = []
        for g, (library, who) in enumerate(self.groups):
            log = self._covariates(library, who, kernels)
            for lab in LABS:
                if errors[lab].weighs:
                    log += self._term(g, lab, errors[lab])
            log -= log.max(axis=1, keepdims=True)
            weight = np.exp(log.astype(np.float32))
            result.append(weight / weight.sum(axis=1, keepdims=True))
        return result

    def forecasts(self, errors: Errors, kernels: Kernels) -> Forecasts:
        """Normal forecasts of everybody's labs on the later days."""
        n, k, t = self.people.n, len(self.known), len(self.later)
        mean, variance = np.full((n, t, len(LABS)), np.nan), np.full((n, t, len(LABS)), np.nan)
        at_known = np.full((n, k, len(LABS)), np.nan)
        rows, columns = np.triu_indices(k + t)
        place = np.zeros((k + t, k + t), np.int64)
        place[rows, columns] = place[columns, rows] = np.arange(len(rows))
        flat = place.ravel()
        for g, (weight, (_, who)) in enumerate(zip(self.weights(errors, kernels), self.groups, strict=True)):
            course = self.courses[g]
            for j, lab in enumerate(LABS):
                first = np.asarray(weight @ course[:, :, j], float)
                second = np.asarray(weight @ self.products[g][j], float) - first[:, rows] * first[:, columns]
                second = second[:, flat].reshape(len(who), k + t, k + t)
                at_known[who, :, j] = first[:, :k]
                mean[who, :, j], variance[who, :, j] = self._carried(self.values[who, :, j], first, second, errors[lab])
        return Forecasts(mean, variance, at_known)

    def event(self, errors: Errors, kernels: Kernels, horizon: float) -> Floats:
        """Posterior predictive probability of death or transplant by a day, (n,)."""
        probability = np.full(self.people.n, np.nan)
        for weight, (library, who) in zip(self.weights(errors, kernels), self.groups, strict=True):
            alive = at_times(library.free[0], [max(self.known), horizon], 1).astype(float)
            living = weight * alive[:, 0]
            probability[who] = 1 - (weight @ alive[:, 1]) / living.sum(axis=1)
        return probability

    def _term(self, g: int, lab: str, error: LabError) -> Small:
        """Log likelihood of one lab, (people, candidates), kept."""
        key = (g, lab, error)
        if key not in self._terms:
            _, who = self.groups[g]
            j = LABS.index(lab)
            course, values = self.courses[g][:, : len(self.known), j], self.values[who, :, j]
            term = np.zeros((len(who), len(course)), np.float32)
            for mask in np.unique(np.isfinite(values), axis=0):
                rows = np.flatnonzero((np.isfinite(values) == mask).all(axis=1))
                if mask.any():
                    days = np.array(self.known)[mask]
                    factor = cholesky(error.covariance(days), lower=True)
                    own = solve_triangular(factor, values[rows][:, mask].T, lower=True).T
                    other = solve_triangular(factor, course[:, mask].T.astype(float), lower=True).T
                    square = ((own[:, None] - other[None]) ** 2).sum(axis=2)
                    term[rows] = -0.5 * np.minimum(square, MAX_SQUARED_DISTANCE + mask.sum() - 1)
            if len(self._terms) > 2000:
                self._terms.clear()
            self._terms[key] = term
        return self._terms[key]

    def _covariates(self, library: Candidates, who: Ints, kernels: Kernels) -> Floats:
        """Log weight by age and encephalopathy, (people, candidates)."""
        total = np.zeros((len(who), library.n))
        grade = np.minimum(self.people.encephalopathy[who], MAX_ENCEPHALOPATHY)
        for own, other, sd in (
            (self.people.age[who], library.age, kernels.age),
            (grade, np.minimum(library.encephalopathy, MAX_ENCEPHALOPATHY), kernels.encephalopathy),
        ):
            if math.isfinite(sd):
                square = np.nan_to_num((own[:, None] - other[None]) / sd, nan=0.0) ** 2
                total -= 0.5 * np.minimum(square, MAX_SQUARED_DISTANCE)
        return total

    def _carried(self, values: Floats, first: Floats, second: Floats, error: LabError) -> tuple[Floats, Floats]:
        """Mean and variance on the later days with the discrepancy carried over, (people, later)."""
        k = len(self.known)
        days, later = np.array(self.known), np.array(self.later)
        base = np.diagonal(second[:, k:, k:], axis1=1, axis2=2)
        mean, variance = first[:, k:].copy(), base + error.discrepancy**2 + error.assay**2
        for mask in np.unique(np.isfinite(values), axis=0):
            rows = np.flatnonzero((np.isfinite(values) == mask).all(axis=1))
            if not mask.any():
                continue
            cross = error.covariance(days[mask], later)
            gain = np.linalg.solve(error.covariance(days[mask]), cross)
            mean[rows] += (values[rows][:, mask] - first[rows][:, :k][:, mask]) @ gain
            inside = second[rows][:, :k][:, mask][:, :, :k][:, :, mask]
            between = second[rows][:, :k][:, mask][:, :, k:]
            variance[rows] += (
                np.einsum("mt,pml,lt->pt", gain, inside, gain)
                - 2 * np.einsum("mt,pmt->pt", gain, between)
                - (cross * gain).sum(axis=0)
            )
        return mean, np.maximum(variance, error.assay**2)


def learnable(matchings: Sequence[Matching]) -> tuple[str, ...]:
    """Labs that the people have on known and on later days."""
    people = matchings[0].people
    return tuple(lab for lab in LABS if lab in people.labs)


def observed_later(matching: Matching) -> Floats:
    """Log labs of the later days, (n, days, labs); NaN where not measured."""
    people = matching.people
    return np.stack([np.stack([people.log_lab(lab, d) for d in matching.later], axis=1) for lab in LABS], axis=2)
