"""T test and interval of a linear combination of the coefficients of a linear model, such as an adjusted mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

from numpy.typing import ArrayLike
from scipy.stats import t as t_distribution

from hepatica.trials.analysis.design_matrix import Design


class Contrast(NamedTuple):
    """Estimate of a linear combination of coefficients with its t test and interval."""

    estimate: float
    std_error: float
    df: float
    t: float
    p: float
    lower: float
    upper: float


class FTest(NamedTuple):
    """F test of several contrasts: statistic, degrees of freedom and p value."""

    f: float
    numerator: int
    denominator: float
    p: float


def t_test(estimate: float, std_error: float, df: float, *, null: float = 0.0, confidence: float = 0.95) -> Contrast:
    """Two-sided t test and interval of an estimate.

    Parameters
    ----------
    estimate, std_error, df : float
        Of the linear combination.
    null : float
        Value under the hypothesis.
    confidence : float
        Coverage of the interval, two-sided.

    Examples
    --------
    >>> found = t_test(2.0, 1.0, 10.0)
    >>> round(found.p, 4), round(found.lower, 3), round(found.upper, 3)
    (0.0734, -0.228, 4.228)
    """
    t = (estimate - null) / std_error
    reach = float(t_distribution.ppf(0.5 + confidence / 2, df)) * std_error
    return Contrast(
        estimate, std_error, df, t, float(2 * t_distribution.sf(abs(t), df)), estimate - reach, estimate + reach
    )


class LinearFit(ABC):
    """Fitted linear model, whose adjusted means and differences are contrasts of its coefficients.

    Attributes
    ----------
    design : Design
    """

    design: Design

    @abstractmethod
    def contrast(self, weights: ArrayLike, *, null: float = 0.0, confidence: float = 0.95) -> Contrast:
        """T test of a linear combination of the coefficients.

        Parameters
        ----------
        weights : (effect,)
            In the order of the columns of the design.
        null : float
            Value under the hypothesis.
        confidence : float
            Coverage of the interval, two-sided.
        """

    def least_squares_mean(self, at: Mapping[str, object], *, confidence: float = 0.95) -> Contrast:
        """Adjusted mean: other factors averaged with equal weights, covariates at their means.

        Parameters
        ----------
        at : mapping of str to value
            Variables held, such as arm and visit.
        confidence : float
            Coverage of the interval, two-sided.
        """
        return self.contrast(self.design.marginal_rows(at), confidence=confidence)

    def difference(
        self, one: Mapping[str, object], other: Mapping[str, object], *, null: float = 0.0, confidence: float = 0.95
    ) -> Contrast:
        """Difference of two adjusted means.

        Parameters
        ----------
        one, other : mapping of str to value
            Variables held for each.
        null : float
            Difference under the hypothesis, for non-inferiority.
        confidence : float
            Coverage of the interval, two-sided.
        """
        row = self.design.marginal_rows(one) - self.design.marginal_rows(other)
        return self.contrast(row, null=null, confidence=confidence)
