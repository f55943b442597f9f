"""Posterior of one person over a library: one weighted sample of any quantity, by weights or by local regression."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit, logit

from hepatica.individual.library.candidates import LABS, Candidates, at_times
from hepatica.individual.posterior.distance import Distance, distance
from hepatica.individual.posterior.features import featureless_weight, matching_noise, noisy_features
from hepatica.individual.posterior.importance import (
    MIN_EFFECTIVE,
    Kernels,
    effective_size,
    log_likelihood,
    normalise,
    weighted_quantile,
)
from hepatica.individual.posterior.lab_error import Errors, exact_residual
from hepatica.individual.posterior.local_regression import LocalRegression
from hepatica.individual.posterior.observations import Observations
from hepatica.patients.streams import normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEGLIGIBLE = 1e-5
"""Total weight of the candidates that are left out of quantities."""
MIN_PROBABILITY = 1e-5


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Posterior of one person.

    Attributes
    ----------
    candidates : Candidates
    observations : Observations
    errors : mapping of str to LabError
    weight : (n,)
        Importance weights, normalised.
    effective : float
        Effective sample size of the weights.
    distance : Distance
    course : int
        Course that the person has been on.
    seed : int
        Of the errors that forecasts add.
    features : (n, k)
        Measurements of candidates with errors of their own, standardised.
    point : (k,)
        Those of the person.
    prior : (n,)
        Weight of each candidate beside its features: chance of living to the last lab, and of what was measured only
        as below or above a limit.
    regression : LocalRegression or None
        In use where the effective sample size is under `MIN_EFFECTIVE`.
    """

    candidates: Candidates
    observations: Observations
    errors: Errors
    weight: Floats
    effective: float
    distance: Distance
    course: int = 0
    seed: int = 1
    features: Floats = field(repr=False)
    point: Floats = field(repr=False)
    prior: Floats = field(repr=False)
    regression: LocalRegression | None = None
    _chosen: tuple[Ints, Floats] = field(repr=False)

    @property
    def is_regression(self) -> bool:
        """True where the forecast is by local regression, since too few candidates match."""
        return self.regression is not None

    @property
    def sample_weight(self) -> Floats:
        """Weights of the samples that `sample` gives, (m,)."""
        return self._chosen[1]

    @property
    def members(self) -> Ints:
        """Candidates of the samples, (m,)."""
        return self._chosen[0]

    def sample(self, quantity: Floats) -> Floats:
        """Weighted sample of a quantity of candidates, (m, ...) of (n, ...)."""
        if self.regression is not None:
            return self.regression.sample(quantity)
        return np.asarray(quantity, float)[self.members]

    def probability(self, quantity: Floats) -> Floats:
        """Weighted sample of a probability of candidates, adjusted on the scale of log odds."""
        if self.regression is None:
            return self.sample(quantity)
        odds = logit(np.clip(np.asarray(quantity, float), MIN_PROBABILITY, 1 - MIN_PROBABILITY))
        value, limit = self.regression.sample(odds), logit(1 - 2 * MIN_PROBABILITY)
        return np.asarray(np.select([value > limit, value < -limit], [1.0, 0.0], expit(value)))

    def mean(self, sample: Floats) -> Floats:
        """Mean of a weighted sample."""
        return np.tensordot(self.sample_weight, sample, axes=1)

    def quantile(self, sample: Floats, levels: tuple[float, ...]) -> Floats:
        """Quantiles of a weighted sample."""
        return weighted_quantile(sample, self.sample_weight, np.array(levels))

    def labs(self, lab: str, days: Floats, course: int, *, assay: bool = True, drawn: bool = True) -> Floats:
        """Weighted sample of a log lab on some days, (m, days), with discrepancy and, for the next sample, assay error.

        The errors of one member are the same number of SDs on all days: each day's distribution is right by itself.

        Parameters
        ----------
        lab : str
            Of the library.
        days : (k,)
            Days.
        course : int
            Course to forecast.
        assay : bool
            With the error of measurement; without it the band is that of the true value.
        drawn : bool
            With errors drawn; without them each candidate's expected value.
        """
        k, error = LABS.index(lab), self.errors[lab]
        own, series = self.members, self.observations.get(lab)
        patient = self.candidates.patient[own]
        ahead = at_times(self.candidates.labs[course, own, :, k], days, 1).astype(float)
        mean, variance = np.zeros((len(own), len(days))), np.full(len(days), error.discrepancy**2)
        if series is not None:
            so_far = at_times(self.candidates.labs[self.course, own, :, k], series.days, 1)
            residual, when = exact_residual(series, so_far)
            if self.regression is not None:  # each candidate carries on its own error
                residual = matching_noise(patient, lab, error, when, self.seed)
            mean, variance = error.carry(residual, when, days)
        noise = normals(self.seed, patient, f"person:lab:{lab}")
        sd = np.sqrt(variance + (error.assay**2 if assay else 0.0))
        values = ahead + mean + (sd * noise if drawn else 0.0)
        result = values if self.regression is None else self.regression.adjust(values)
        centre = self.mean(result)
        return np.asarray(centre + self.distance.widening * (result - centre))

    def to_xarray(self) -> xr.Dataset:
        """Posterior as a Dataset over candidates: weights, covariates, draw, component and initial labs."""
        c = self.candidates
        return xr.Dataset(
            {
                "weight": ("candidate", self.weight),
                "age": ("candidate", c.age, {"units": "year"}),
                "body_weight": ("candidate", c.weight, {"units": "kg"}),
                "log_lab": (("candidate", "lab"), c.labs[self.course, :, 0]),
                "died": (("course", "candidate", "time"), c.died),
                "transplanted": (("course", "candidate", "time"), c.grafted),
            },
            coords={
                "lab": list(LABS),
                "draw": ("candidate", c.draw),
                "component": ("candidate", np.array(c.components)[c.component]),
                "course": [f"{r}:{h}" if r else "0" for r, h in c.courses],
            },
            attrs={
                "effective_sample_size": self.effective,
                "distance_share": self.distance.share,
                "purpose": "for research use",
            },
        )


def make_posterior(
    candidates: Candidates,
    observations: Observations,
    errors: Errors,
    kernels: Kernels,
    *,
    course: int = 0,
    seed: int = 1,
    prior: Floats | None = None,
) -> Posterior:
    """Posterior of one person over the candidates of a library.

    Parameters
    ----------
    candidates : Candidates
        The library.
    observations : Observations
        What is known of the person.
    errors : mapping of str to LabError
        Error of each lab.
    kernels : Kernels
        Kernels of covariates.
    course : int
        Course that the person has been on.
    seed : int
        Of the errors that forecasts add.
    prior : (n,), optional
        Weight of each candidate before the labs; alike unless given.

    Returns
    -------
    Posterior
    """
    before = np.ones(candidates.n) if prior is None else prior
    log_weight = log_likelihood(candidates, observations, errors, kernels, course)
    weight = normalise(log_weight + np.log(np.maximum(before, 1e-300)))
    effective = effective_size(weight)
    away = distance(candidates, observations, errors, course=course, seed=seed)
    features, point = noisy_features(candidates, observations, errors, kernels, course=course, seed=seed)
    beside = before * featureless_weight(candidates, observations, errors, course)
    regression = None
    if effective < MIN_EFFECTIVE and features.shape[1]:
        regression = LocalRegression.fit(features, point, prior=beside)
    if regression is not None:
        chosen = regression.neighbours, regression.weight
    else:
        order = np.argsort(-weight)
        kept = order[: int(np.searchsorted(np.cumsum(weight[order]), 1 - NEGLIGIBLE)) + 1]
        chosen = kept, weight[kept] / weight[kept].sum()
    return Posterior(
        candidates=candidates,
        observations=observations,
        errors=errors,
        weight=weight,
        effective=effective,
        distance=away,
        course=course,
        seed=seed,
        features=features,
        point=point,
        prior=beside,
        regression=regression,
        _chosen=chosen,
    )
