"""Conformalised local regression: a person's quantities where too few candidates match for weights alone.

Candidates are given errors of their own, as the person's labs have them; the nearest are kept with Epanechnikov weights
(approximate Bayesian computation with local-linear adjustment, Beaumont, Zhang & Balding 2002, Genetics 162:2025), and
the distribution of a quantity is its prediction plus the leave-one-out residuals of the neighbours (jackknife+,
Barber, Candes, Ramdas & Tibshirani 2021, Ann Stat 49:486), so that intervals cover whatever the model's shape. A
residual is brought from the spread at the neighbour to that at the person by a regression of the log squares (Blum &
Francois 2010, Stat Comput 20:63).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEIGHBOURS = 400
MIN_SQUARE, MAX_LOG_RATIO = 1e-4, 1.5
"""Floor of a squared residual among their mean, and bound on the log ratio of two spreads."""
PENALTY = 1.0
"""Ridge penalty on slopes of standardised features, in units of one neighbour."""


@dataclass(frozen=True)
class LocalRegression:
    """Weighted ridge regression about one point.

    Attributes
    ----------
    neighbours : (m,) of int
        Positions of the candidates in use.
    weight : (m,)
        Normalised.
    leverage : (m,)
        Of each neighbour on its own prediction.
    smoother : (m,)
        Prediction at the point is `smoother` @ quantity.
    hat : (m, m)
        Predictions of the neighbours themselves.
    """

    neighbours: Ints
    weight: Floats
    leverage: Floats
    smoother: Floats
    hat: Floats

    @classmethod
    def fit(
        cls, features: Floats, point: Floats, neighbours: int = NEIGHBOURS, *, prior: Floats | None = None
    ) -> LocalRegression:
        """Neighbours and smoother about a point.

        Parameters
        ----------
        features : (n, k)
            Standardised, with errors.
        point : (k,)
            The person.
        neighbours : int
            Candidates kept.
        prior : (n,), optional
            Weight of each candidate beside its distance, such as the probability of living to the last lab.

        Examples
        --------
        >>> x = np.linspace(-1, 1, 101)[:, None]
        >>> fit = LocalRegression.fit(x, np.array([0.3]), 50)
        >>> round(float(np.average(fit.sample(2 * x[:, 0]), weights=fit.weight)), 2)
        0.6
        """
        squared = ((features - point) ** 2).sum(axis=1)
        m = min(neighbours, len(features))
        near = np.argpartition(squared, m - 1)[:m]
        near = near[np.argsort(squared[near], kind="stable")]
        reach = squared[near[-1]] * (1 + 1e-9) + 1e-12
        weight = np.maximum(1 - squared[near] / reach, 1e-6)
        if prior is not None:
            weight = weight * np.maximum(prior[near], 1e-6)
        weight = weight / weight.sum()
        z = features[near] - point
        design = np.column_stack([np.ones(m), z])
        root = weight[:, None] * design
        held = np.diag(np.r_[0.0, np.full(z.shape[1], PENALTY / m)])
        inverse = np.linalg.pinv(design.T @ root + held)
        hat = design @ inverse @ root.T
        return cls(near, weight, np.clip(np.diag(hat), 0.0, 0.95), (inverse @ root.T)[0], hat)

    def sample(self, quantity: Floats) -> Floats:
        """Weighted sample of a quantity at the point, (m, ...) of the quantity (n, ...): prediction plus residuals."""
        return self.adjust(np.asarray(quantity, float)[self.neighbours])

    def adjust(self, own: Floats) -> Floats:
        """The same of the quantity of the neighbours alone, (m, ...)."""
        flat = own.reshape(len(own), -1)
        residual = (flat - self.hat @ flat) / (1 - self.leverage)[:, None]
        square = residual**2
        spread = 0.5 * np.log(np.maximum(square, MIN_SQUARE * (self.weight @ square) + 1e-300))
        ratio = np.exp(np.clip(self.smoother @ spread - self.hat @ spread, -MAX_LOG_RATIO, MAX_LOG_RATIO))
        return np.asarray((self.smoother @ flat + ratio * residual).reshape(own.shape))
