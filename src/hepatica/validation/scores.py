"""Proper scoring rules of a predictive distribution (CRPS, logarithmic score) and its coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scoringrules
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import binom, norm

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STRATA = (np.arange(40) + 0.5) / 40
"""Quantile levels at which each component of a mixture is sampled, so that no Monte Carlo error is added."""
MIN_LOG_SCORE = -50.0
BATCHES = 10  # of draws, for Monte Carlo errors


@dataclass(frozen=True)
class Predictive:
    """Predictive distribution of one published number: a mixture of normal or of binomial components.

    Attributes
    ----------
    samples : (j,)
        Of the number as published, sampling error included; of each component at `STRATA`.
    mean, sd : (k,)
        Of each component, for its density; of a proportion of ``people``, `mean` is the probability.
    people : int
        0 where it is no proportion of people.
    """

    samples: Floats
    mean: Floats
    sd: Floats
    people: int = 0

    @classmethod
    def normal(cls, mean: Floats, sd: Floats) -> Predictive:
        """Mixture of normal distributions with equal weights.

        Parameters
        ----------
        mean, sd : (k,)
            Of the components.

        Examples
        --------
        >>> Predictive.normal(np.array([5.0, 5.0]), np.array([1.0, 1.0])).quantiles().round(2).tolist()
        [3.34, 4.32, 5.0, 5.68, 6.66]
        """
        mean, sd = np.broadcast_arrays(np.asarray(mean, float), np.asarray(sd, float))
        return cls((mean[:, None] + sd[:, None] * norm.ppf(STRATA)).ravel(), mean, sd)

    @classmethod
    def share(cls, p: Floats, people: int) -> Predictive:
        """Mixture of binomial distributions of a proportion, in percent.

        Parameters
        ----------
        p : (k,)
            Probabilities.
        people : int
            Number of people.
        """
        p = np.clip(p, 1e-6, 1 - 1e-6)
        counted = binom.ppf(STRATA, people, p[:, None]).ravel()
        return cls(100.0 * counted / people, p, np.zeros_like(p), people)

    @classmethod
    def mixture(cls, parts: Sequence[Predictive]) -> Predictive:
        """Mixture of predictive distributions of as many components each.

        Parameters
        ----------
        parts : sequence of Predictive
            At least one.
        """
        samples, mean, sd = (np.concatenate([getattr(x, name) for x in parts]) for name in ("samples", "mean", "sd"))
        return cls(samples, mean, sd, parts[0].people)

    def quantiles(self) -> Floats:
        """Quantiles at `QUANTILES`."""
        return np.quantile(self.samples, QUANTILES, method="hazen")

    def crps(self, observed: float) -> float:
        """Continuous ranked probability score, in the unit of the number; 0 is perfect (Gneiting & Raftery 2007).

        Parameters
        ----------
        observed : float
            The published value.

        Examples
        --------
        >>> p = Predictive.normal(np.array([1.0]), np.array([0.0]))
        >>> p.crps(3.0)
        2.0
        """
        return float(scoringrules.crps_ensemble(observed, self.samples, estimator="qd"))

    def log_score(self, observed: float) -> float:
        """Logarithm of the density, or of the probability of a count; higher is better, bounded below.

        Parameters
        ----------
        observed : float
            The published value.
        """
        if self.people:
            each = binom.logpmf(round(observed / 100 * self.people), self.people, self.mean)
        else:
            each = -0.5 * ((observed - self.mean) / self.sd) ** 2 - np.log(self.sd * np.sqrt(2 * np.pi))
        return float(max(logsumexp(each) - np.log(len(each)), MIN_LOG_SCORE))

    def monte_carlo_errors(self, observed: float) -> tuple[float, float]:
        """Monte Carlo standard errors of CRPS and logarithmic score, by `BATCHES` batches of the components.

        Parameters
        ----------
        observed : float
            The published value.

        Examples
        --------
        >>> p = Predictive.normal(np.zeros(100), np.ones(100))  # all components alike: no error
        >>> [round(e, 6) for e in p.monte_carlo_errors(1.0)]
        [0.0, 0.0]
        """
        batches = min(BATCHES, len(self.mean))
        if batches < 2:
            return float("nan"), float("nan")
        each = self.samples.reshape(len(self.mean), -1)
        parts = [
            Predictive(each[k::batches].ravel(), self.mean[k::batches], self.sd[k::batches], self.people)
            for k in range(batches)
        ]
        scores = np.array([(p.crps(observed), p.log_score(observed)) for p in parts])
        errors = scores.std(axis=0, ddof=1) / np.sqrt(batches)
        return float(errors[0]), float(errors[1])


def covered(observed: float, quantiles: Floats) -> tuple[bool, bool]:
    """Coverage of a value by the central 50 % and 90 % intervals.

    Parameters
    ----------
    observed : float
        The value.
    quantiles : (5,)
        At `QUANTILES`.

    Examples
    --------
    >>> covered(3.5, np.arange(5.0))
    (False, True)
    """
    return bool(quantiles[1] <= observed <= quantiles[3]), bool(quantiles[0] <= observed <= quantiles[4])
