"""Proper scoring rules of a predictive distribution (CRPS, logarithmic score) and its coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scoringrules
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import binom, norm

from hepatica.validation.batches import batch_errors, batch_scores

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STRATA = (np.arange(40) + 0.5) / 40
"""Quantile levels at which each component of a mixture is sampled, so that no Monte Carlo error is added."""
MIN_LOG_SCORE = -50.0


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

    @property
    def median(self) -> float:
        """Predictive median."""
        return float(np.median(self.samples))

    def probability(self, low: float, high: float) -> Floats:
        """Probability, by each component, that the number lies from `low` to `high`, ends included; (k,).

        Examples
        --------
        >>> Predictive.share(np.array([0.5]), 2).probability(50.0, 100.0)
        array([0.75])
        """
        if self.people:
            least, most = np.ceil(low * self.people / 100 - 1e-9), np.floor(high * self.people / 100 + 1e-9)
            return np.asarray(binom.cdf(most, self.people, self.mean) - binom.cdf(least - 1, self.people, self.mean))
        a, b = ((end - self.mean) / self.sd for end in (low, high))
        return np.asarray(np.where(a > 0, norm.sf(a) - norm.sf(b), norm.cdf(b) - norm.cdf(a)))

    def negated(self) -> Predictive:
        """Predictive distribution of the number with the other sign; not of a proportion."""
        return replace(self, samples=-self.samples, mean=-self.mean)

    def folded(self) -> FoldedPredictive:
        """Predictive distribution of the size of the number, whatever its sign."""
        return FoldedPredictive(np.abs(self.samples), self.mean, self.sd, self.people)

    def batches(self, observed: float) -> Floats:
        """CRPS and logarithmic score of `BATCHES` batches of the components, (2, batches); NaN where there is one.

        Parameters
        ----------
        observed : float
            The published value.
        """
        each = self.samples.reshape(len(self.mean), -1)
        return batch_scores(
            len(self.mean),
            lambda k: replace(self, samples=each[k].ravel(), mean=self.mean[k], sd=self.sd[k]),
            observed,
        )

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
        return batch_errors(self.batches(observed))


@dataclass(frozen=True)
class FoldedPredictive(Predictive):
    """Predictive distribution of the size of a number: a mixture of folded normal distributions."""

    def log_score(self, observed: float) -> float:
        """Logarithm of the density at a size.

        Parameters
        ----------
        observed : float
            The published size.
        """
        each = [-0.5 * ((sign * observed - self.mean) / self.sd) ** 2 for sign in (1.0, -1.0)]
        both = np.logaddexp(*each) - np.log(self.sd * np.sqrt(2 * np.pi))
        return float(max(logsumexp(both) - np.log(len(both)), MIN_LOG_SCORE))


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
