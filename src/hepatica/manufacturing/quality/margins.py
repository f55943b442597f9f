"""Bayesian equivalence within a margin that comes from clinical loss.

The margin of an attribute is the difference at which the expected loss, in quality-adjusted days, reaches what is
tolerable; the loss per unit has an interval, and the margin therefore a distribution. The difference of two means has
the reference posterior of Behrens and Fisher: two shifted, scaled t distributions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, positive, whole
from hepatica.manufacturing.quality.equivalence import Summary
from hepatica.patients.streams import uniforms


class LossSlope(NamedTuple):
    """Clinical loss per unit of an attribute, with what is not known of it.

    Attributes
    ----------
    days : float
        Quality-adjusted days lost per unit, if the attribute acts.
    low, high : float
        95 % interval of `days`, taken as normal.
    linked : float
        Probability that the attribute acts at all, above 0 and at most 1.
    """

    days: float
    low: float
    high: float
    linked: float = 1.0

    def check(self) -> LossSlope:
        """Itself, if it makes sense.

        Raises
        ------
        InputError
            If the interval does not hold the value, or the probability is outside [0, 1].
        """
        if not (np.isfinite([self.days, self.low, self.high]).all() and self.low <= self.days <= self.high):
            raise InputError("loss", self[:3], "low <= days <= high, finite")
        if not 0.0 <= self.linked <= 1.0:
            raise InputError("linked", self.linked, "a probability from 0 to 1")
        return self

    def draws(self, n: int, seed: int) -> Floats:
        """Draws of the loss per unit, (n,): 0 where the attribute does not act, never below 0."""
        u = uniforms(seed, np.arange(n), "quality:loss", 2)
        sd = (self.high - self.low) / (2.0 * float(norm.isf(0.025)))
        return np.where(u[:, 0] < self.linked, np.maximum(self.days + sd * norm.ppf(u[:, 1]), 0.0), 0.0)


class Comparability(NamedTuple):
    """Bayesian comparability of a product before and after a change.

    Attributes
    ----------
    probability : float
        That the true difference lies within the margin, over both the lots' and the loss's uncertainty.
    margin : tuple of float
        Median and 95 % interval of the margin; infinite where the attribute may not act.
    difference : tuple of float
        Median and 95 % credible interval of the difference.
    expected_loss : float
        Expected quality-adjusted days lost by the change: loss per unit times the absolute difference.
    error : float
        Monte-Carlo standard error of the probability.
    n : tuple of int
        Lots before and after.
    """

    probability: float
    margin: tuple[float, float, float]
    difference: tuple[float, float, float]
    expected_loss: float
    error: float
    n: tuple[int, int]


def compare_within_loss(
    before: Summary, after: Summary, slope: LossSlope, tolerable: float, *, draws: int = 20_000, seed: int = 1
) -> Comparability:
    """Probability that a change costs no more than a tolerable loss.

    Parameters
    ----------
    before, after : Summary
        Of lots, at least three each: fewer leave a posterior without a mean.
    slope : LossSlope
        Quality-adjusted days per unit of the attribute.
    tolerable : float
        Quality-adjusted days.
    draws, seed : int
        Monte-Carlo draws, and seed of the random streams.

    Raises
    ------
    InputError
        If there are fewer than three lots on a side.

    Examples
    --------
    >>> found = compare_within_loss(Summary(1.0, 0.1, 6), Summary(0.98, 0.1, 6), LossSlope(4, 1, 7), 1.0)
    >>> found.probability > 0.8
    True
    """
    for name, sample in (("lots before", before), ("lots after", after)):
        whole(sample.n, name, least=3)
    count = whole(draws, "draws", least=1_000)
    u = uniforms(seed, np.arange(count), "quality:means", 2)
    means = [
        s.mean + positive(s.sd, "standard deviation") / np.sqrt(s.n) * student.ppf(u[:, i], s.n - 1)
        for i, s in enumerate((before, after))
    ]
    return _within_loss(means[0] - means[1], (before.n, after.n), slope, tolerable, seed)


def compare_pairs_within_loss(
    differences: Summary, slope: LossSlope, tolerable: float, *, draws: int = 20_000, seed: int = 1
) -> Comparability:
    """Probability that a change costs no more than a tolerable loss, from pairs such as split lots.

    Parameters
    ----------
    differences : Summary
        Of the pairs, at least three; their mean has a shifted, scaled t distribution.
    slope, tolerable, draws, seed
        As of `compare_within_loss`.

    Raises
    ------
    InputError
        If there are fewer than three pairs.

    Examples
    --------
    >>> compare_pairs_within_loss(Summary(0.02, 0.1, 6), LossSlope(4, 1, 7), 1.0).probability > 0.9
    True
    """
    whole(differences.n, "pairs", least=3)
    u = uniforms(seed, np.arange(whole(draws, "draws", least=1_000)), "quality:means", 2)[:, 0]
    se = positive(differences.sd, "standard deviation") / np.sqrt(differences.n)
    apart = differences.mean + se * student.ppf(u, differences.n - 1)
    return _within_loss(apart, (differences.n, differences.n), slope, tolerable, seed)


def _within_loss(
    difference: Floats, n: tuple[int, int], slope: LossSlope, tolerable: float, seed: int
) -> Comparability:
    """Comparability from draws of the difference, (draw,)."""
    most, count = positive(tolerable, "tolerable loss"), difference.size
    per_unit = slope.check().draws(count, seed)
    loss = per_unit * np.abs(difference)
    with np.errstate(divide="ignore"):
        margins = most / per_unit
    within = float(np.mean(loss <= most))
    ends = np.quantile(margins, [0.5, 0.025, 0.975], method="inverted_cdf")
    middle = np.quantile(difference, [0.5, 0.025, 0.975])
    return Comparability(
        within,
        (float(ends[0]), float(ends[1]), float(ends[2])),
        (float(middle[0]), float(middle[1]), float(middle[2])),
        float(loss.mean()),
        float(np.sqrt(within * (1.0 - within) / count)),
        n,
    )


def margin_of_loss(days_per_unit: float, tolerable: float) -> float:
    """Difference of an attribute at which the loss reaches what is tolerable.

    Examples
    --------
    >>> margin_of_loss(4.0, 1.0)
    0.25
    """
    return positive(tolerable, "tolerable loss") / positive(days_per_unit, "loss per unit")


def probability_within(before: Summary, after: Summary, margin: float) -> float:
    """Posterior probability that the difference of two means lies within a fixed margin, by quadrature.

    Examples
    --------
    >>> round(probability_within(Summary(1.0, 0.1, 6), Summary(1.0, 0.1, 6), 0.2), 3)
    0.985
    """
    m = positive(margin, "margin")
    nodes, weights = np.polynomial.legendre.leggauss(400)
    share, weight = 0.5 * (nodes + 1.0), 0.5 * weights
    first = before.mean + before.sd / np.sqrt(before.n) * student.ppf(share, before.n - 1)
    se = after.sd / np.sqrt(after.n)
    high, low = (student.cdf((first - after.mean + side * m) / se, after.n - 1) for side in (1.0, -1.0))
    return float(weight @ (high - low))
