"""Scores of a statement that is true with a predicted probability: quadratic (Brier 1950) and logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.validation.batches import batch_errors, batch_scores
from hepatica.validation.scores import MIN_LOG_SCORE, Predictive

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StatementPredictive:
    """Prediction of a statement: the probability that it is true, and the number of which it speaks.

    Attributes
    ----------
    probability : (k,)
        Of each component.
    number : Predictive
    """

    probability: Floats
    number: Predictive

    @classmethod
    def mixture(cls, parts: Sequence[StatementPredictive]) -> StatementPredictive:
        """Mixture of predictions of a statement, of as many components each.

        Parameters
        ----------
        parts : sequence of StatementPredictive
            At least one.
        """
        joined = np.concatenate([p.probability for p in parts])
        return cls(joined, Predictive.mixture([p.number for p in parts]))

    @property
    def true(self) -> float:
        """Probability that the statement is true."""
        return float(np.mean(self.probability))

    @property
    def median(self) -> float:
        """Predictive median of the number."""
        return self.number.median

    def quantiles(self) -> Floats:
        """Quantiles of the number at `QUANTILES`."""
        return self.number.quantiles()

    def crps(self, observed: float) -> float:
        """Quadratic score of a true statement (Brier 1950), the CRPS of an event; `observed` is not read.

        Examples
        --------
        >>> StatementPredictive(np.array([0.5, 0.5]), Predictive.normal(np.zeros(2), np.ones(2))).crps(np.nan)
        0.25
        """
        return float((1.0 - self.true) ** 2)

    def log_score(self, observed: float) -> float:
        """Logarithm of the probability of a statement that is true; `observed` is not read."""
        return float(max(np.log(max(self.true, 1e-300)), MIN_LOG_SCORE))

    def batches(self, observed: float) -> Floats:
        """Scores of batches of the components, (2, batches)."""
        return batch_scores(
            len(self.probability), lambda k: StatementPredictive(self.probability[k], self.number), observed
        )

    def monte_carlo_errors(self, observed: float) -> tuple[float, float]:
        """Monte Carlo standard errors of both scores."""
        return batch_errors(self.batches(observed))
