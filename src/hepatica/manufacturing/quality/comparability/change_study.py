"""Comparability of one attribute after a change: equivalence, what so few lots can show, and a margin from loss."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats
from hepatica.manufacturing.quality.comparability.change_file import Change, Side
from hepatica.manufacturing.quality.equivalence import (
    Equivalence,
    Summary,
    one_sample,
    rank_equivalence,
    two_samples,
)
from hepatica.manufacturing.quality.equivalence_power import fewest_lots
from hepatica.manufacturing.quality.margins import (
    Comparability,
    LossSlope,
    compare_pairs_within_loss,
    compare_within_loss,
    margin_of_loss,
    probability_within,
)

POWER = 0.8
FEWEST_FOR_LOSS = 3  # lots a side, below which the posterior of the difference has no mean


class Conclusion(StrEnum):
    """Conclusion about a change, by the interval of the difference and the margin."""

    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, kw_only=True)
class ChangeStudy:
    """Comparability of one attribute; differences are after less before, of logarithms on a log scale.

    Attributes
    ----------
    change : Change
    before, after : Summary
        Of lots, on the scale of the difference.
    test : Equivalence
        Two one-sided tests.
    conclusion : Conclusion
        Equivalent where the interval of 1 - 2 alpha lies inside the margin, different where it lies outside.
    is_margin_of_loss : bool
        The margin is the tolerable loss over the loss per unit.
    ranks : tuple of float or None
        One-sided p-values of the rank-sum test against each bound; None for pairs and summaries.
    probability : float
        Posterior probability that the true difference lies within the margin.
    lots_needed : int or None
        Fewest lots a side, or pairs, for a power of 80 % if nothing changed; None where more than 2,000 were needed.
    loss : Comparability or None
        With a stated loss and three lots a side at least.
    """

    change: Change
    before: Summary
    after: Summary
    test: Equivalence
    conclusion: Conclusion
    is_margin_of_loss: bool
    ranks: tuple[float, float] | None
    probability: float
    lots_needed: int | None
    loss: Comparability | None

    def shown(self, difference: float) -> float:
        """Difference as people read it: a ratio on a log scale."""
        return float(np.exp(difference)) if self.change.scale == "log" else float(difference)


def study_change(change: Change, *, seed: int = 1) -> ChangeStudy:
    """Study the comparability of one attribute after a change.

    Parameters
    ----------
    change : Change
        Lots before and after, with a margin, a loss, or both.
    seed : int
        Of the draws behind the loss.

    Raises
    ------
    InputError
        If lots do not vary.

    Examples
    --------
    >>> from hepatica.manufacturing.quality.comparability.change_file import check_change
    >>> before, after = ({"values": [x, x + 1, x + 2, x + 3]} for x in (90, 90.2))
    >>> margin = {"lower": -5, "upper": 5, "source": "made up"}
    >>> given = {"title": "t", "attribute": "viability", "before": before, "after": after, "margin": margin}
    >>> study_change(check_change(given)).conclusion.value
    'equivalent'
    """
    before, after = (_values(change, side) for side in (change.before, change.after))
    sides = _summary(change, change.before, before), _summary(change, change.after, after)
    bounds = _bounds(change)
    pairs = Summary.of(after - before, "differences") if change.paired else None
    if pairs is None:
        test = two_samples(sides[1], sides[0], bounds, equal_variance=change.equal_variance, alpha=change.alpha)
    else:
        test = one_sample(pairs, bounds, alpha=change.alpha)
    ranked = pairs is None and before.size > 0 and after.size > 0
    return ChangeStudy(
        change=change,
        before=sides[0],
        after=sides[1],
        test=test,
        conclusion=_conclude(test),
        is_margin_of_loss=change.margin is None,
        ranks=rank_equivalence(after, before, bounds) if ranked else None,
        probability=_within(sides, pairs, bounds),
        lots_needed=_lots_needed(sides, pairs, bounds, change.alpha),
        loss=_loss(change, sides, pairs, seed),
    )


def _values(change: Change, side: Side) -> Floats:
    """Values of lots, (n,), on the scale of the difference; none where a summary is given."""
    values = np.asarray(side.values, float)
    return np.log(values) if change.scale == "log" else values


def _summary(change: Change, side: Side, values: Floats) -> Summary:
    if side.mean is None or side.sd is None or side.n is None:
        return Summary.of(values)
    return Summary(float(np.log(side.mean)) if change.scale == "log" else side.mean, side.sd, side.n)


def _bounds(change: Change) -> tuple[float, float]:
    """Margin on the scale of the difference: as stated, or the difference whose loss is just tolerable."""
    if change.margin is not None:
        ends = np.array([change.margin.lower, change.margin.upper])
        low, high = np.log(ends) if change.scale == "log" else ends
        return float(low), float(high)
    assert change.loss is not None  # the file has one of both
    half = margin_of_loss(change.loss.days, change.loss.tolerable)
    return -half, half


def _conclude(test: Equivalence) -> Conclusion:
    if test.is_equivalent:
        return Conclusion.EQUIVALENT
    low, high = test.interval
    return Conclusion.DIFFERENT if low > test.bounds[1] or high < test.bounds[0] else Conclusion.NOT_SHOWN


def _within(sides: tuple[Summary, Summary], pairs: Summary | None, bounds: tuple[float, float]) -> float:
    """Posterior probability that the difference lies within the margin, under the reference prior."""
    middle, half = 0.5 * (bounds[0] + bounds[1]), 0.5 * (bounds[1] - bounds[0])
    if pairs is None:
        return probability_within(sides[1]._replace(mean=sides[1].mean - middle), sides[0], half)
    z = (np.array(bounds) - pairs.mean) / (pairs.sd / np.sqrt(pairs.n))
    low, high = student.cdf(z, pairs.n - 1)
    return float(high - low)


def _lots_needed(
    sides: tuple[Summary, Summary], pairs: Summary | None, bounds: tuple[float, float], alpha: float
) -> int | None:
    sd = np.sqrt(0.5 * (sides[0].sd ** 2 + sides[1].sd ** 2)) if pairs is None else pairs.sd
    try:
        return fewest_lots(
            float(sd), min(-bounds[0], bounds[1]), power_asked=POWER, alpha=alpha, paired=pairs is not None
        )
    except InputError:  # more than the bound of that search
        return None


def _loss(change: Change, sides: tuple[Summary, Summary], pairs: Summary | None, seed: int) -> Comparability | None:
    if change.loss is None or min(s.n for s in sides) < FEWEST_FOR_LOSS:
        return None
    slope = LossSlope(change.loss.days, change.loss.low, change.loss.high, change.loss.linked)
    if pairs is not None:
        return compare_pairs_within_loss(pairs, slope, change.loss.tolerable, seed=seed)
    return compare_within_loss(sides[1], sides[0], slope, change.loss.tolerable, seed=seed)
