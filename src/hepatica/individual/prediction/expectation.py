"""Expected outcome of one person: its interval by parameter uncertainty and by the size of the library.

A person's own risk is mostly near 0 or 1 and its distribution is wide, since labs leave much open. What a choice needs
is the expectation of it, which is known better: candidates that share a parameter draw deviate together by what is not
known of the model, and the share of the variance that they have in common (the intraclass correlation, by pairs of one
draw) is the variance of the expectation over draws. To it comes the Monte-Carlo error of a library that is finite.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, norm

from hepatica.individual.posterior.importance import effective_size
from hepatica.individual.posterior.posterior import Posterior
from hepatica.individual.posterior.score_neighbours import by_scores

Floats = NDArray[np.float64]
BROAD = 5
"""One candidate in so many counts where the share of draws is estimated: pairs are few, and draws differ by labs."""
LEVELS = np.array([0.05, 0.95])
NO_SPREAD, NO_PAIRS = 1e-9, 1e-12


class Expectation(NamedTuple):
    """Expectation of outcomes of one person, each (k,).

    Attributes
    ----------
    mean : (k,)
    draws : (k,)
        SD of the expectation by parameter uncertainty.
    simulated : (k,)
        Monte-Carlo standard error.
    """

    mean: Floats
    draws: Floats
    simulated: Floats

    @property
    def sd(self) -> Floats:
        """SD by both, (k,)."""
        return np.hypot(self.draws, self.simulated)

    def probability_interval(self) -> tuple[Floats, Floats]:
        """90 % interval of an expected probability, by a beta distribution of the mean and SD."""
        mean = np.clip(self.mean, 0.0, 1.0)
        spread = np.maximum(mean * (1 - mean), NO_SPREAD)
        size = np.maximum(spread / np.maximum(self.sd**2, NO_SPREAD) - 1, 1e-3)
        low, high = (beta.ppf(p, np.maximum(mean, NO_SPREAD) * size, np.maximum(1 - mean, NO_SPREAD) * size)
                     for p in LEVELS)  # fmt: skip
        return np.minimum(low, mean), np.maximum(high, mean)

    def points(self, levels: Floats) -> Floats:
        """Normal quantiles of the expectation, (levels, k)."""
        return np.asarray(self.mean + norm.ppf(levels)[:, None] * self.sd)


def expect(posterior: Posterior, sample: Floats, share: Floats) -> Expectation:
    """Expectation of outcomes from a weighted sample.

    Parameters
    ----------
    posterior : Posterior
        Of the person.
    sample : (m, k)
        Weighted sample of outcomes.
    share : (k,)
        Of the variance between draws (`draw_share`).
    """
    mean = posterior.mean(sample)
    variance = posterior.mean((sample - mean) ** 2)
    size = effective_size(posterior.sample_weight)
    return Expectation(mean, np.sqrt(share * variance), np.sqrt(variance / size))


def draw_share(posterior: Posterior, quantity: Floats, horizon: float) -> Floats:
    """Share of the variance of outcomes among people with such labs that lies between parameter draws, (k,).

    The outcomes of the nearest fifth of the candidates by predicted outcome are regressed on the labs. The covariance
    of the residuals of two candidates who share a draw, over all such pairs, has an error that the number of pairs
    tells; the share is the mean of a normal distribution about it between 0 and 1, which luck cannot make zero. It is 1
    where every candidate has parameters of its own and nothing can be told apart.

    Parameters
    ----------
    posterior : Posterior
        Over a library.
    quantity : (n, k)
        Outcomes of its candidates.
    horizon : float
        Day to which outcomes are forecast.
    """
    every = np.asarray(quantity, float)
    if not posterior.candidates.draws:
        return np.ones(every.shape[1])
    near = by_scores(posterior, horizon, part=BROAD)
    who, weight = near.members, near.sample_weight
    values, row = every[who], posterior.candidates.shared_draw[who]
    root = np.sqrt(weight)[:, None]
    design = np.column_stack([np.ones(len(who)), posterior.features[who] - posterior.features[who].mean(axis=0)])
    residual = values - design @ np.linalg.lstsq(root * design, root * values, rcond=1e-10)[0]
    variance = weight @ residual**2
    number = float((_over_draws(weight, row) ** 2 - _over_draws(weight**2, row)).sum())
    if number <= NO_PAIRS:
        return np.ones(values.shape[1])
    own = weight[:, None] * residual
    together = (_over_draws(own, row) ** 2 - _over_draws(own**2, row)).sum(axis=0)
    error = math.sqrt(2 * float((_over_draws(weight**2, row) ** 2 - _over_draws(weight**4, row)).sum())) / number
    correlation = together / (number * np.maximum(variance, NO_SPREAD))
    return np.where(variance > NO_SPREAD, truncated_mean(correlation, error), 0.0)


def truncated_mean(centre: Floats, sd: float) -> Floats:
    """Mean of a normal distribution between 0 and 1, (k,).

    Examples
    --------
    >>> truncated_mean(np.array([0.3, -0.02]), 0.01).round(3).tolist()
    [0.3, 0.004]
    """
    low, high = (0.0 - centre) / sd, (1.0 - centre) / sd
    mass = norm.cdf(high) - norm.cdf(low)
    tail = (norm.pdf(low) - norm.pdf(high)) / np.maximum(mass, 1e-300)
    return np.asarray(np.clip(np.where(mass > 1e-12, centre + sd * tail, 0.0), 0.0, 1.0))


def _over_draws(values: Floats, row: NDArray[np.int64]) -> Floats:
    """Sums over candidates of each draw, (draws, ...)."""
    order = np.argsort(row, kind="stable")
    start = np.flatnonzero(np.r_[True, np.diff(row[order]) > 0])
    return np.asarray(np.add.reduceat(values[order], start, axis=0))
