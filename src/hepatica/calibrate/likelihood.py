"""Likelihood of published numbers given simulated ones, each kind of number by its sampling distribution.

Deaths between visits are multinomial counts, other shares binomial, means of survivors normal with their standard
error, and the SD between people informs that of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp

from hepatica.calibrate.bank import Bank
from hepatica.calibrate.endpoints import DIRECTION
from hepatica.patients.draws import between_study_sd
from hepatica.variables import Use, VariableKind, used_in

Floats = NDArray[np.float64]
WITHIN_PERSON_CORRELATION = 0.5  # correlation of a person's value with the one at day 0: assumed
MIN_SHARE = 2e-3  # where logarithms of odds are cut off
NODES, WEIGHTS = np.polynomial.hermite.hermgauss(9)
LEVELS = tuple(v.name for v in used_in(Use.LIKELIHOOD) if v.kind is VariableKind.SCORE)
"""Scores, compared as they are; all else that is measured through logarithms."""


class Scale(StrEnum):
    """Scale on which a summary statistic or a contrast is compared."""

    SHARE = "share"
    LEVEL = "level"
    LOG = "log"
    RATIO = "ratio"
    RISE = "rise"
    LOG_SD = "log_sd"


class Law(StrEnum):
    """Sampling distribution of published numbers."""

    COUNTS = "counts"
    NORMAL = "normal"


@dataclass(frozen=True)
class SummaryStatistic:
    """Summary statistic of simulated lines of a plan, on the scale on which it is compared with a published number.

    ``share`` is the logarithm of the odds, ``level`` and ``log`` a mean, ``ratio`` the logarithm of a mean over that at
    day 0, ``rise`` a difference from day 0, and ``log_sd`` the logarithm of the SD between people.
    """

    kind: Scale
    line: int
    baseline: int = -1

    def of(self, bank: Bank) -> tuple[Floats, Floats]:
        """Value of the statistic and its sampling variance by the few people of a draw, both (draws,)."""
        s = bank.summary
        mean, noise = s.mean[:, self.line], s.noise[:, self.line]
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.kind is Scale.SHARE:
                p = np.clip(mean, MIN_SHARE, 1 - MIN_SHARE)
                return logit(p), noise / (p * (1 - p)) ** 2
            if self.kind is Scale.LEVEL:
                return mean, noise
            if self.kind is Scale.LOG:
                return np.log(mean), noise / mean**2
            if self.kind is Scale.LOG_SD:
                return np.log(np.maximum(s.sd[:, self.line], 1e-9)), np.full(len(mean), np.nan)
            first, more = s.mean[:, self.baseline], s.noise[:, self.baseline]
            if self.kind is Scale.RISE:
                return mean - first, noise + more - 2 * WITHIN_PERSON_CORRELATION * np.sqrt(noise * more)
            a, b = noise / mean**2, more / first**2
            return np.log(mean / first), a + b - 2 * WITHIN_PERSON_CORRELATION * np.sqrt(a * b)


@dataclass(frozen=True)
class LikelihoodTerm:
    """Likelihood of published numbers that are compared together.

    Attributes
    ----------
    publication, arm, variable : str
    label : str
        For a reader: variable, days, and how it is compared.
    statistics : tuple of SummaryStatistic
    value : tuple of float
        Counts between visits and after the last (``counts``), or one value on the statistic's scale (``normal``).
    error : float
        Standard error of a normal one.
    between : float
        SD between people of a normal mean, on the statistic's scale: what cohorts differ by is in units of it.
    law : Law
    weight : float
        Power of its likelihood.
    """

    publication: str
    arm: str
    variable: str
    label: str
    statistics: tuple[SummaryStatistic, ...]
    value: tuple[float, ...]
    error: float
    law: Law
    weight: float = 1.0
    between: float = 0.0

    @property
    def typical(self) -> float:
        """SD of a normal term, between-cohort variability at its prior median included."""
        return float(np.hypot(self.error, self.between * between_study_sd("mean")))

    def log_likelihood(
        self, simulated: Floats, unknown: Floats, share: Floats | None = None, mean: Floats | None = None
    ) -> Floats:
        """Log likelihood (particles,) of simulated statistics (particles, statistics) with emulator variances.

        `share` and `mean`, (particles,) each, are the SDs by which cohorts differ: the prior
        medians of `BETWEEN_STUDY_SD` if not given.
        """
        share = between_study_sd("share") if share is None else share
        mean = between_study_sd("mean") if mean is None else mean
        if self.law is Law.NORMAL:
            variance = self.error**2 + unknown[0] + (self.between * mean) ** 2
            return np.asarray(
                -0.5 * self.weight * ((simulated[:, 0] - self.value[0]) ** 2 / variance + np.log(variance))
            )
        variance = np.broadcast_to(float(unknown.mean()) + share**2, len(simulated))
        return np.asarray(self.weight * self._counts(simulated, variance))

    def _counts(self, simulated: Floats, variance: Floats) -> Floats:
        """Multinomial log likelihood of counts between visits, integrated over a common shift of the log odds."""
        # counted are people with the event; an event-free proportion has the opposite log odds
        x, counts = simulated * DIRECTION[self.variable].value, np.array(self.value)
        n = counts.sum()
        seen = (np.cumsum(counts)[:-1] + 0.5) / (n + 1)
        k = int(np.argmax(seen * (1 - seen)))
        sampling = 1 / (n * seen[k] * (1 - seen[k]))
        centre = (logit(seen[k]) - x[:, k]) * variance / (variance + sampling)
        width = np.sqrt(2 * variance * sampling / (variance + sampling))
        move = centre[:, None] + width[:, None] * NODES
        p = np.clip(expit(x[:, None, :] + move[:, :, None]), MIN_SHARE, 1 - MIN_SHARE)
        p = np.maximum.accumulate(p, axis=2)
        end = np.ones((*p.shape[:2], 1))
        each = np.diff(np.concatenate([0 * end, p, end], axis=2), axis=2)
        fit = (counts * np.log(np.maximum(each, 1e-4))).sum(axis=2) + NODES**2 + np.log(WEIGHTS)
        fit = fit - move**2 / (2 * variance[:, None])
        return np.asarray(logsumexp(fit, axis=1) + np.log(width) - 0.5 * np.log(2 * np.pi * variance))
