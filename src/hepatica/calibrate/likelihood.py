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
from scipy.special import expit, logit

from hepatica.calibrate.bank import Bank
from hepatica.calibrate.endpoints import DIRECTION
from hepatica.calibrate.error_model.sampling import WITHIN_PERSON_CORRELATION, Sample
from hepatica.calibrate.error_model.statements import Statement
from hepatica.calibrate.inference.random_effects import RandomEffects
from hepatica.patients.draws import between_study_sd

Floats = NDArray[np.float64]
MIN_SHARE = 2e-3  # where logarithms of odds are cut off
MAX_LOG_ODDS = float(logit(1 - MIN_SHARE))
NODES, WEIGHTS = np.polynomial.hermite.hermgauss(9)  # of what one arm deviates by
FEW_NODES, FEW_WEIGHTS = np.polynomial.hermite.hermgauss(5)  # of what several arms deviate by, together and apart


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
    x = [s * DIRECTION[t.variable].value for s, t in zip(simulated, terms, strict=True)]  # log odds of the event
    counts, apart = [np.array(t.value) for t in terms], [u + own**2 for u in unknown]
    if len(terms) == 1:
        return _one_arm(x[0], counts[0], apart[0] + common**2, NODES, WEIGHTS)
    away, precision = np.zeros_like(common), 1 / common**2
    for y, n, v in zip(x, counts, apart, strict=True):
        k, seen, sampling = best_visit(n)
        away += (logit(seen) - y[:, k]) / (v + sampling)
        precision = precision + 1 / (v + sampling)
    centre, width = away / precision, np.sqrt(2 / precision)
    fits = []
    for node, weight in zip(FEW_NODES, FEW_WEIGHTS, strict=True):
        move = centre + width * node
        arms = [
            _one_arm(y + move[:, None], n, v, FEW_NODES, FEW_WEIGHTS) for y, n, v in zip(x, counts, apart, strict=True)
        ]
        fits.append(np.sum(arms, axis=0) + node**2 + np.log(weight) - move**2 / (2 * common**2))
    return _log_sum(np.stack(fits), axis=0) + np.log(width) - 0.5 * np.log(2 * np.pi * common**2)


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
    return np.asarray(_log_sum(np.stack(each), axis=0) - np.log(len(each)))


def statement_gradient(term: LikelihoodTerm, simulated: Floats, unknown: float, common: Floats, own: Floats) -> Floats:
    """Gradient of `statement_log_likelihood` by the simulated statistics, (n, days), by central differences."""
    slope = np.empty_like(simulated)
    for k in range(simulated.shape[1]):
        step = np.zeros_like(simulated)
        step[:, k] = 1e-4
        up, down = (statement_log_likelihood(term, simulated + s, unknown, common, own) for s in (step, -step))
        slope[:, k] = (up - down) / 2e-4
    return slope


def best_visit(counts: Floats) -> tuple[int, float, float]:
    """Visit at which the odds are known best, the share with the event by then, and the variance of its log odds."""
    n = counts.sum()
    seen = (np.cumsum(counts)[:-1] + 0.5) / (n + 1)
    k = int(np.argmax(seen * (1 - seen)))
    return k, float(seen[k]), float(1 / (n * seen[k] * (1 - seen[k])))


def _one_arm(x: Floats, counts: Floats, variance: Floats, nodes: Floats, weights: Floats) -> Floats:
    """Multinomial log likelihood of counts between visits, integrated over a normal shift of the log odds."""
    k, seen, sampling = best_visit(counts)
    centre = (logit(seen) - x[:, k]) * variance / (variance + sampling)
    width = np.sqrt(2 * variance * sampling / (variance + sampling))
    move = centre[:, None] + width[:, None] * nodes
    fit = counted(x[:, None, :] + move[:, :, None], counts) + nodes**2 + np.log(weights)
    fit -= move**2 / (2 * variance[:, None])
    return _log_sum(fit, axis=1) + np.log(width) - 0.5 * np.log(2 * np.pi * variance)


def counted(odds: Floats, counts: Floats) -> Floats:
    """Multinomial log likelihood (...) of counts between visits, of log odds (..., visits) of the event by then."""
    odds = np.clip(odds, -MAX_LOG_ODDS, MAX_LOG_ODDS)
    if len(counts) == 2:
        return np.asarray(counts[0] * odds[..., 0] - counts.sum() * np.logaddexp(0.0, odds[..., 0]))
    p = np.maximum.accumulate(expit(odds), axis=-1)
    fit = counts[0] * np.log(p[..., 0]) + counts[-1] * np.log1p(-p[..., -1])
    for k in range(1, len(counts) - 1):
        fit += counts[k] * np.log(np.maximum(p[..., k] - p[..., k - 1], 1e-4))
    return np.asarray(fit)


def _log_sum(x: Floats, axis: int) -> Floats:
    """Logarithm of the sum of exponentials."""
    top = x.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis))
