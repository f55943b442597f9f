"""Suitability of an assay: regression, linearity and parallelism, by significance and by equivalence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError


class CheckKey(Enum):
    """A requirement of suitability."""

    REGRESSION = "regression"
    NON_LINEARITY = "non_linearity"
    NON_PARALLELISM = "non_parallelism"
    BLANKS = "blanks"
    INTERSECTION = "intersection"
    PERIODS_PREPARATIONS = "periods_preparations"
    PERIODS_REGRESSION = "periods_regression"
    PERIODS_NON_PARALLELISM = "periods_non_parallelism"
    EQUAL_SLOPE = "slope"
    EQUAL_LOWER = "lower"
    EQUAL_UPPER = "upper"
    EQUAL_INTERCEPT = "intercept"
    EQUAL_VARIANCE = "equal_variance"
    CONVERGENCE = "convergence"
    LIMITS = "limits"


class Parallelism(Enum):
    """Rule by which similar shape is judged: by significance as the pharmacopoeia prints it, or by equivalence."""

    SIGNIFICANCE = "significance"
    EQUIVALENCE = "equivalence"
    BOTH = "both"


@dataclass(frozen=True)
class Criteria:
    """Criteria of suitability.

    Attributes
    ----------
    alpha : float
        Significance: regression below it, departures at or above it.
    parallelism : Parallelism
        Rule that decides; the other is shown.
    slope_margin : tuple of float
        Equivalence margins of the ratio of slopes. Assumed, not of a pharmacopoeia: margins belong to an assay.
    asymptote_margin : float
        Equivalence margin of differences of asymptotes or intercepts, over the span of the standard. Assumed.
    level : float
        Confidence of the intervals held against the margins: 0.9 for two one-sided tests at 0.05.
    """

    alpha: float = 0.05
    parallelism: Parallelism = Parallelism.SIGNIFICANCE
    slope_margin: tuple[float, float] = (0.8, 1.25)
    asymptote_margin: float = 0.1
    level: float = 0.9

    def __post_init__(self) -> None:
        """Check levels and margins."""
        if not 0 < self.alpha < 1 or not 0 < self.level < 1:
            raise InputError("alpha", self.alpha, "between 0 and 1, as the level of the intervals")
        low, high = self.slope_margin
        if not 0 < low < 1 < high < np.inf:
            raise InputError("margin", list(self.slope_margin), "a ratio below 1 and one above 1, such as 0.8 and 1.25")
        if not 0 < self.asymptote_margin < 1:
            raise InputError("margin", self.asymptote_margin, "a share of the span between 0 and 1, such as 0.1")


class Check(NamedTuple):
    """One requirement and its result.

    Attributes
    ----------
    key : CheckKey
    sample : int
        Number of the sample, -1 for the whole assay.
    passed : bool
    decides : bool
        False where it is shown only.
    statistic, p : float
        F or chi-squared, NaN for equivalence.
    low, high : float
        Interval held against the margins, NaN for significance.
    margin_low, margin_high : float
    """

    key: CheckKey
    sample: int
    passed: bool
    decides: bool
    statistic: float = np.nan
    p: float = np.nan
    low: float = np.nan
    high: float = np.nan
    margin_low: float = np.nan
    margin_high: float = np.nan


SIGNIFICANCE = {
    "regression": CheckKey.REGRESSION,
    "non_linearity": CheckKey.NON_LINEARITY,
    "non_parallelism": CheckKey.NON_PARALLELISM,
    "blanks": CheckKey.BLANKS,
    "intersection": CheckKey.INTERSECTION,
    "periods_preparations": CheckKey.PERIODS_PREPARATIONS,
    "periods_regression": CheckKey.PERIODS_REGRESSION,
    "periods_non_parallelism": CheckKey.PERIODS_NON_PARALLELISM,
}
CARRY_OVER = (CheckKey.PERIODS_PREPARATIONS, CheckKey.PERIODS_REGRESSION, CheckKey.PERIODS_NON_PARALLELISM)
"""Interactions with periods, which a dose that acts on into the next period brings about; they are shown, and do not
decide: a test for carry-over is too weak to clear an assay, and choosing by it is biased (Freeman PR, Stat
Med 1989;8:1421)."""
SHAPE = (CheckKey.NON_PARALLELISM, CheckKey.INTERSECTION)


def by_significance(tests: Mapping[str, tuple[float, float]], criteria: Criteria) -> list[Check]:
    """Checks by significance from statistics and p values by term.

    A regression has to be significant; departures must not be. A test that could not be made (NaN) fails.

    Examples
    --------
    >>> made = by_significance({"regression": (83.4, 1e-12), "non_parallelism": (5.37, 0.007)}, Criteria())
    >>> [(c.key.value, c.passed) for c in made]
    [('regression', True), ('non_parallelism', False)]
    """
    made = []
    for name, (statistic, p) in tests.items():
        if name not in SIGNIFICANCE:
            continue
        key = SIGNIFICANCE[name]
        passed = p < criteria.alpha if key is CheckKey.REGRESSION else p >= criteria.alpha
        by_equivalence_alone = key in SHAPE and criteria.parallelism is Parallelism.EQUIVALENCE
        decides = key not in CARRY_OVER and not by_equivalence_alone
        made.append(Check(key, -1, bool(passed), decides, statistic, p))
    return made


def by_equivalence(key: CheckKey, low: float, high: float, sample: int, criteria: Criteria) -> Check:
    """Check that an interval lies within its margins; an interval without limits does not.

    Examples
    --------
    >>> by_equivalence(CheckKey.EQUAL_SLOPE, 0.9, 1.1, 1, Criteria()).passed
    True
    """
    margin = (
        criteria.slope_margin
        if key is CheckKey.EQUAL_SLOPE
        else (-criteria.asymptote_margin, criteria.asymptote_margin)
    )
    passed = bool(low >= margin[0] and high <= margin[1])
    decides = criteria.parallelism is not Parallelism.SIGNIFICANCE
    return Check(key, sample, passed, decides, low=low, high=high, margin_low=margin[0], margin_high=margin[1])
