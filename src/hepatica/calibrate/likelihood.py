"""Likelihood of published numbers given simulated ones, each kind of number by its sampling distribution.

Deaths between visits are multinomial counts, other shares binomial, means of survivors normal, and the SD between
people informs that of the model. Numbers of one variable of one publication deviate together (a random effect of
publication x variable) and each by itself; both SDs are unknowns among the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, logsumexp

from hepatica.calibrate.bank import Bank
from hepatica.calibrate.endpoints import DIRECTION
from hepatica.calibrate.error_model.sampling import WITHIN_PERSON_CORRELATION, Sample
from hepatica.calibrate.error_model.statements import Statement
from hepatica.calibrate.inference import counts
from hepatica.calibrate.inference.counts import MIN_SHARE
from hepatica.calibrate.inference.random_effects import RandomEffects
from hepatica.patients.draws import between_study_sd

Floats = NDArray[np.float64]


class Scale(StrEnum):
    """Scale on which a summary statistic or a contrast is compared."""

    SHARE = "share"
    REST = "rest"
    PART = "part"
    LEVEL = "level"
    LOG = "log"
    RATIO = "ratio"
    RISE = "rise"
    LOG_SD = "log_sd"


class Law(StrEnum):
    """Sampling distribution of published numbers."""

    COUNTS = "counts"
    NORMAL = "normal"
    STATEMENT = "statement"


@dataclass(frozen=True)
class SummaryStatistic:
    """Summary statistic of simulated lines of a plan, on the scale on which it is compared with a published number.

    ``share`` is the logarithm of the odds, ``rest`` that of a share among those who were not of another and ``part``
    among those who were (transplanted among those not dead, or alive: so a trinomial is two binomials), ``level`` and
    ``log`` a mean, ``ratio`` the logarithm of a mean over that at day 0, ``rise`` a difference from day 0, and
    ``log_sd`` the logarithm of the SD between people.
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
            if self.kind in (Scale.REST, Scale.PART):
                among = 1 - first if self.kind is Scale.REST else first
                p = np.clip(mean / np.maximum(among, 1e-9), MIN_SHARE, 1 - MIN_SHARE)
                return logit(p), noise / np.maximum(among * p * (1 - p), 1e-6) ** 2
            if self.kind is Scale.RISE:
                return mean - first, noise + more - 2 * WITHIN_PERSON_CORRELATION * np.sqrt(noise * more)
            a, b = noise / mean**2, more / first**2
            return np.log(mean / first), a + b - 2 * WITHIN_PERSON_CORRELATION * np.sqrt(a * b)


@dataclass(frozen=True)
class LikelihoodTerm:
    """Likelihood term: published numbers of one arm that are compared together.

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
    law : Law
    between : float
        SD between people of a normal mean, on the statistic's scale: what cohorts differ by is in units of it.
    sample : Sample or None
        Sampling error of a normal one, for its covariance with others; None where it has none.
    cohort : str
        Publications whose people deviate together.
    statement : Statement or None
        What is less than a number (``statement``): its `statistics` are of the days that it may be of.
    """

    publication: str
    arm: str
    variable: str
    label: str
    statistics: tuple[SummaryStatistic, ...]
    value: tuple[float, ...]
    error: float
    law: Law
    between: float = 0.0
    sample: Sample | None = None
    cohort: str = ""
    statement: Statement | None = None

    @property
    def typical(self) -> float:
        """SD of a normal term, between-cohort variability at its prior median included."""
        differs = np.hypot(between_study_sd("mean"), between_study_sd("mean_visit"))
        return float(np.hypot(self.error, self.between * differs))

    @property
    def block(self) -> tuple[str, str, str]:
        """Key of the numbers that deviate together: cohort, variable and law; a spread stands by itself."""
        alone = "" if self.sample is not None or self.law is Law.COUNTS else f"{self.arm} {self.label}"
        return self.cohort or self.publication, f"{self.variable} {alone}", self.law.value

    def covariance(self, other: LikelihoodTerm) -> float:
        """Sampling covariance of two normal terms of one block."""
        if self.sample is None or other.sample is None or self.publication != other.publication:
            return self.error**2 if self is other else 0.0
        return self.sample.covariance(other.sample)


def blocks(terms: Sequence[LikelihoodTerm]) -> list[list[LikelihoodTerm]]:
    """Terms that deviate together."""
    return [list(rows) for _, rows in groupby(sorted(terms, key=lambda t: t.block), key=lambda t: t.block)]


def normal_block(terms: Sequence[LikelihoodTerm], unknown: Floats) -> RandomEffects:
    """Normal likelihood of the terms of a block, with the variances (terms,) that an emulator leaves unexplained."""
    covariance = np.array([[a.covariance(b) for b in terms] for a in terms]) + np.diag(unknown)
    value, size = (np.array(x, float) for x in ([t.value[0] for t in terms], [t.between for t in terms]))
    return RandomEffects.of(value, covariance, size, [t.variable for t in terms])


def counts_log_likelihood(
    terms: Sequence[LikelihoodTerm],
    simulated: Sequence[Floats],
    unknown: Sequence[float],
    common: Floats,
    own: Floats,
) -> Floats:
    """Log likelihood (n,) of the counts of all arms of a block, integrated over what they deviate by.

    Parameters
    ----------
    terms : sequence of LikelihoodTerm
        One an arm.
    simulated : sequence of (n, visits)
        Log odds.
    unknown : sequence of float
        Variance that the emulator leaves unexplained.
    common, own : (n,)
        SDs of the deviations that the arms share, and of each by itself.
    """
    if terms[0].statement is not None:
        return statement_log_likelihood(terms[0], simulated[0], unknown[0], common, own)
    return counts.integrated(*_of_events(terms, simulated, unknown, own), common).value


def counts_gradient(
    terms: Sequence[LikelihoodTerm],
    simulated: Sequence[Floats],
    unknown: Sequence[float],
    common: Floats,
    own: Floats,
) -> list[Floats]:
    """Gradient of `counts_log_likelihood` by the simulated log odds, one (n, visits) for each term."""
    if terms[0].statement is not None:
        return [statement_gradient(terms[0], simulated[0], unknown[0], common, own)]
    made = counts.integrated(*_of_events(terms, simulated, unknown, own), common, slope=True)
    return [DIRECTION[t.variable].value * slope for t, slope in zip(terms, made.slopes, strict=True)]


def _of_events(
    terms: Sequence[LikelihoodTerm], simulated: Sequence[Floats], unknown: Sequence[float], own: Floats
) -> tuple[list[Floats], list[Floats], list[Floats]]:
    """Log odds of the event, counts, and variance of what each arm deviates by itself."""
    odds = [x * DIRECTION[t.variable].value for x, t in zip(simulated, terms, strict=True)]
    return odds, [np.array(t.value) for t in terms], [u + own**2 for u in unknown]


def statement_log_likelihood(
    term: LikelihoodTerm, simulated: Floats, unknown: float, common: Floats, own: Floats
) -> Floats:
    """Log likelihood (n,) of a statement on one arm, averaged over the days (n, days) that it may be of.

    Parameters
    ----------
    term : LikelihoodTerm
        With a statement.
    simulated : (n, days)
        On its scale.
    unknown : float
        Variance that the emulator leaves unexplained.
    common, own : (n,)
        SDs of both deviations of a share; of a mean, which is in units of the SD between people, their medians count.
    """
    assert term.statement is not None
    of_share = term.statistics[0].kind is Scale.SHARE
    a, b = (common, own) if of_share else (between_study_sd("mean"), between_study_sd("mean_visit"))
    sd = np.sqrt(unknown + term.error**2 + term.between**2 * (np.square(a) + np.square(b)))
    each = [term.statement.log_likelihood(x, np.broadcast_to(sd, x.shape)) for x in simulated.T]
    return np.asarray(logsumexp(np.stack(each), axis=0) - np.log(len(each)))


def statement_gradient(term: LikelihoodTerm, simulated: Floats, unknown: float, common: Floats, own: Floats) -> Floats:
    """Gradient of `statement_log_likelihood` by the simulated statistics, (n, days), by central differences."""
    slope = np.empty_like(simulated)
    for k in range(simulated.shape[1]):
        step = np.zeros_like(simulated)
        step[:, k] = 1e-4
        up, down = (statement_log_likelihood(term, simulated + s, unknown, common, own) for s in (step, -step))
        slope[:, k] = (up - down) / 2e-4
    return slope
