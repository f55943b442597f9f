"""How good a prediction was: continuous ranked probability score, logarithmic score, and coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import binom, norm

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
WITHIN_PART = (
    np.arange(40) + 0.5
) / 40  # quantiles at which each part is asked: no chance of our own beside that of people


@dataclass(frozen=True)
class Predictive:
    """What was predicted of one published number.

    Attributes
    ----------
    samples : (j,)
        Of the number as it would be printed, sampling of its people included; of each part at `WITHIN_PART`.
    mean, sd : (k,)
        Of each part of the mixture, for its density; or for ``people``, of whom a share is counted, `mean` is that share.
    people : int
        0 where it is no share of counted people.
    """

    samples: Floats
    mean: Floats
    sd: Floats
    people: int = 0

    @classmethod
    def normal(cls, mean: Floats, sd: Floats) -> Predictive:
        """A mixture of normal distributions.

        Examples
        --------
        >>> Predictive.normal(np.array([5.0, 5.0]), np.array([1.0, 1.0])).quantiles().round(2).tolist()
        [3.34, 4.32, 5.0, 5.68, 6.66]
        """
        mean, sd = np.broadcast_arrays(np.asarray(mean, float), np.asarray(sd, float))
        return cls((mean[:, None] + sd[:, None] * norm.ppf(WITHIN_PART)).ravel(), mean, sd)

    @classmethod
    def share(cls, p: Floats, people: int) -> Predictive:
        """Percent of so many people."""
        p = np.clip(p, 1e-6, 1 - 1e-6)
        counted = binom.ppf(WITHIN_PART, people, p[:, None]).ravel()
        return cls(100.0 * counted / people, p, np.zeros_like(p), people)

    def quantiles(self) -> Floats:
        """At `QUANTILES`."""
        return np.quantile(self.samples, QUANTILES, method="hazen")

    def crps(self, observed: float) -> float:
        """Continuous ranked probability score, in the unit of the number; 0 is perfect (Gneiting & Raftery 2007).

        Examples
        --------
        >>> p = Predictive.normal(np.array([1.0]), np.array([0.0]))
        >>> p.crps(3.0)
        2.0
        """
        x = np.sort(self.samples)
        k = len(x)
        spread = 2.0 * np.sum((2 * np.arange(1, k + 1) - k - 1) * x) / k**2 / 2.0
        return float(np.abs(x - observed).mean() - spread)

    def log_score(self, observed: float) -> float:
        """Logarithm of the density, or of the probability of that count; higher is better."""
        if self.people:
            each = binom.logpmf(round(observed / 100 * self.people), self.people, self.mean)
        else:
            each = -0.5 * ((observed - self.mean) / self.sd) ** 2 - np.log(self.sd * np.sqrt(2 * np.pi))
        return float(max(logsumexp(each) - np.log(len(each)), -50.0))  # once is enough to be lost


def covered(observed: float, quantiles: Floats) -> tuple[bool, bool]:
    """Whether it lies in the 50 % and in the 90 % interval."""
    return bool(quantiles[1] <= observed <= quantiles[3]), bool(quantiles[0] <= observed <= quantiles[4])
