"""Ridge regression of repeated measurements: the penalty and the residuals by cross-validation over people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh, solve

from hepatica.individual.regressions import standardisation, standardise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
FOLDS = 5


@dataclass(frozen=True)
class GroupedRidge:
    """Ridge regression on standardised features.

    Attributes
    ----------
    centre, scale, slope : (k,)
        Mean and SD of each feature (infinite drops it), and the coefficient of the standardised feature.
    intercept : float
    residual : (n,)
        Of each row, by the regression on the people of the other folds.
    """

    centre: Floats
    scale: Floats
    slope: Floats
    intercept: float
    residual: Floats

    @classmethod
    def fit(cls, features: Floats, target: Floats, group: Ints, prior: Floats) -> GroupedRidge:
        """Fit with the penalty of least squared error on people of other folds.

        Parameters
        ----------
        features : (n, k)
            NaN where missing, imputed by the mean.
        target : (n,)
            Values of the response.
        group : (n,) of int
            Person of each row.
        prior : (k,)
            Relative SD of each coefficient before the data; 0 leaves a feature out.

        Examples
        --------
        >>> x = np.linspace(0, 1, 60)[:, None]
        >>> fit = GroupedRidge.fit(x, 2 * x[:, 0], np.arange(60), np.ones(1))
        >>> bool(np.allclose(fit.predict(x), 2 * x[:, 0], atol=0.1))
        True
        """
        centre, scale = standardisation(features)
        z = standardise(features, centre, scale) * prior
        _, place = np.unique(group, return_inverse=True)
        fold = place % FOLDS
        outside = np.zeros((len(PENALTIES), len(target)))
        grams = [z[fold == f].T @ z[fold == f] for f in range(FOLDS)]
        whole = np.sum(grams, axis=0)
        for f in range(FOLDS):
            rest, mine = fold != f, fold == f
            middle = target[rest].mean()
            values, vectors = eigh(whole - grams[f])  # once for all penalties
            along, turned = vectors.T @ (z[rest].T @ (target[rest] - middle)), z[mine] @ vectors
            for k, penalty in enumerate(PENALTIES):
                outside[k, mine] = middle + turned @ (along / (np.maximum(values, 0.0) + penalty))
        best = int(((target - outside) ** 2).mean(axis=1).argmin())
        middle = float(target.mean())
        slope = prior * solve(whole + PENALTIES[best] * np.eye(z.shape[1]), z.T @ (target - middle), assume_a="pos")
        return cls(centre, scale, slope, middle, target - outside[best])

    def predict(self, features: Floats) -> Floats:
        """Predicted values, (n,)."""
        return np.asarray(self.intercept + standardise(features, self.centre, self.scale) @ self.slope, float)
