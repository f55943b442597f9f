"""Named priors of the whole effect of cells: sceptical, neutral and enthusiastic readers (Spiegelhalter et al. 1994).

The whole effect is the logarithm of the odds ratio of being alive at 24 weeks, cells against control, at the dose of
Lin et al. 2017: all mechanisms together, and what none explains. Priors of single mechanisms imply one prior of it,
which nobody chose. A reader's own prior takes its place by importance weights of the draws.

Spiegelhalter, Freedman & Parmar 1994 (J R Stat Soc A 157:357-416, doi 10.2307/2983527): the sceptic is centred on no
effect and gives 5 % to the effect that a trial is planned for or more; the enthusiast is centred on that effect and
gives 5 % to none or harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from hepatica.errors import InputError

Floats = NDArray[np.float64]
ReaderName = Literal["sceptical", "neutral", "enthusiastic"]
PLANNED_LOG_ODDS_RATIO = float(np.log(2.0))
"""Effect that a trial is planned for: odds of survival doubled, as from 56 to 72 % (assumed; Lin 2017 found 2.1)."""
ONE_SIDED_5_PERCENT = 1.6449  # SDs of a normal distribution beyond which lie 5 %


@dataclass(frozen=True)
class Reader:
    """Normal prior of the whole effect, as a log odds ratio of survival; above 0 is benefit.

    Examples
    --------
    >>> r = READERS["sceptical"]
    >>> r.mean, round(float(np.exp(r.mean + 1.6449 * r.sd)), 2)
    (0.0, 2.0)
    """

    name: ReaderName
    mean: float
    sd: float

    def log_density(self, effect: Floats) -> Floats:
        """Log density of log odds ratios."""
        return np.asarray(-0.5 * ((effect - self.mean) / self.sd) ** 2 - np.log(self.sd * np.sqrt(2 * np.pi)))


READERS: dict[ReaderName, Reader] = {
    "sceptical": Reader("sceptical", 0.0, PLANNED_LOG_ODDS_RATIO / ONE_SIDED_5_PERCENT),
    "neutral": Reader("neutral", 0.0, float(np.log(4.0)) / 1.96),
    "enthusiastic": Reader("enthusiastic", PLANNED_LOG_ODDS_RATIO, PLANNED_LOG_ODDS_RATIO / ONE_SIDED_5_PERCENT),
}
"""Readers by name. The neutral one is centred on no effect, 95 % from a quarter to four times the odds (assumed)."""


class ReaderWeights(NamedTuple):
    """Importance weights of draws under a reader's prior, (draws,), of sum 1; and how many are effective."""

    weights: Floats
    effective: float


def importance_weights(reader: Reader, effect: Floats, prior: Floats) -> ReaderWeights:
    """Importance weights of draws, learnt or not, under a reader's prior of the whole effect.

    Parameters
    ----------
    reader : Reader
        Whose prior takes the place of the implied one.
    effect : (draws,)
        Whole effect under each draw: its log odds ratio of survival at 24 weeks, cells against control.
    prior : (any,)
        The same under draws from the priors, before any person's outcome: the prior replaced, taken to be normal.

    Returns
    -------
    ReaderWeights
        Density of the reader over that of the implied prior; equal where `prior` does not vary.

    Raises
    ------
    InputError
        If an effect is not finite.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> implied = rng.normal(0.4, 0.6, 20_000)
    >>> weights, effective = importance_weights(READERS["sceptical"], implied, implied)
    >>> mean = float(weights @ implied)
    >>> abs(mean) < 0.02, abs(float(weights @ (implied - mean) ** 2) ** 0.5 - READERS["sceptical"].sd) < 0.02
    (True, True)
    """
    if not (np.isfinite(effect).all() and np.isfinite(prior).all() and len(effect) and len(prior)):
        raise InputError("effect", "an effect that is not a number", "finite log odds ratios of every draw")
    sd = float(np.std(prior))
    if sd == 0:
        return ReaderWeights(np.full(len(effect), 1 / len(effect)), float(len(effect)))
    implied = Reader("neutral", float(np.mean(prior)), sd)
    weights = softmax(reader.log_density(effect) - implied.log_density(effect))
    return ReaderWeights(weights, float(1 / (weights**2).sum()))


def convincing_trial(mean: float, sd: float, effect: float, survival: float) -> float:
    """People of each arm of a new trial after which a reader would expect to be 95 % sure of a benefit.

    Parameters
    ----------
    mean, sd : float
        Log odds ratio of survival as the reader holds it now.
    effect : float
        Log odds ratio that the trial is expected to show; above 0.
    survival : float
        Share alive in the control arm at the end.

    Returns
    -------
    float
        0 where the reader is convinced already; infinite where `effect` is no benefit.

    Examples
    --------
    >>> round(convincing_trial(0.0, 0.42, float(np.log(2.0)), 0.56))
    82
    """
    if mean >= ONE_SIDED_5_PERCENT * sd:
        return 0.0
    if effect <= 0:
        return float("inf")
    # (mean / sd^2 + effect I) / sqrt(1 / sd^2 + I) = 1.645, a quadratic equation in the information I
    start, z = 1 / sd**2, ONE_SIDED_5_PERCENT
    a, b, c = effect**2, 2 * effect * mean * start - z**2, (mean * start) ** 2 - z**2 * start
    information = float((-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a))
    treated = 1 / (1 + np.exp(-(np.log(survival / (1 - survival)) + effect)))
    variance = 1 / (survival * (1 - survival)) + 1 / (treated * (1 - treated))
    return information * float(variance)
