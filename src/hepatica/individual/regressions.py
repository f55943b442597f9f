"""What forecasts of people's labs are set beside: the last value, and regressions that know no physiology.

The regression is, per lab and day, ridge least squares of the log value on all log labs seen so far, age, coma grade,
plasma exchange and steroid; how much it is shrunk is chosen by leaving one out. The linear mixed model stands in
`people_mixed`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from hepatica.individual.scores import crps_normal

Floats = NDArray[np.float64]
PENALTIES = (0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
LOGISTIC_PENALTY = 1.0  # on coefficients of standardised features
NEWTON = 50  # most steps of a logistic fit
LEAST_SD = 0.01  # on the log scale; no lab is measured better


@dataclass(frozen=True)
class Ridge:
    """Least squares with shrunk slopes; what is missing counts as the mean of those learnt from.

    Attributes
    ----------
    centre, scale, slope : (k,)
    intercept : float
    residual : (n,)
        Of each person learnt from, when left out.
    """

    centre: Floats
    scale: Floats
    slope: Floats
    intercept: float
    residual: Floats

    @classmethod
    def fit(cls, features: Floats, target: Floats) -> Ridge:
        """Fit features (n, k) to targets (n,).

        Examples
        --------
        >>> x = np.linspace(0, 1, 40)[:, None]
        >>> bool(np.allclose(Ridge.fit(x, 2 * x[:, 0]).predict(x), 2 * x[:, 0], atol=0.01))
        True
        """
        centre, scale = _standard(features)
        z = _filled(features, centre, scale)
        left, singular, right = np.linalg.svd(z, full_matrices=False)
        middle, n = float(target.mean()), len(target)
        along = left.T @ (target - middle)
        best: tuple[float, Floats, Floats] | None = None
        for penalty in PENALTIES:
            kept = singular**2 / (singular**2 + penalty)
            leverage = (left**2) @ kept + 1.0 / n
            residual = (target - middle - left @ (kept * along)) / np.maximum(1.0 - leverage, 1e-6)
            error = float((residual**2).mean())
            if best is None or error < best[0]:
                best = error, residual, right.T @ (singular / (singular**2 + penalty) * along)
        assert best is not None
        return cls(centre, scale, best[2], middle, best[1])

    def predict(self, features: Floats) -> Floats:
        """Values (n,) for features (n, k)."""
        return np.asarray(self.intercept + _filled(features, self.centre, self.scale) @ self.slope, float)


@dataclass(frozen=True)
class Logistic:
    """Logistic regression with shrunk slopes; the intercept is free."""

    centre: Floats
    scale: Floats
    weights: Floats

    @classmethod
    def fit(cls, features: Floats, event: Floats, penalty: float = LOGISTIC_PENALTY) -> Logistic:
        """Fit features (n, k) to outcomes of 0 and 1 (n,)."""
        centre, scale = _standard(features)
        z = np.column_stack([np.ones(len(event)), _filled(features, centre, scale)])
        held = np.r_[1e-9, np.full(z.shape[1] - 1, penalty)]
        weights = np.zeros(z.shape[1])

        def loss(w: Floats) -> float:
            linear = z @ w
            return float(np.logaddexp(0.0, linear).sum() - event @ linear + 0.5 * held @ w**2)

        best = loss(weights)
        for _ in range(NEWTON):
            p = expit(z @ weights)
            slope = z.T @ (p - event) + held * weights
            step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + np.diag(held), slope)
            length = next((s for s in (1.0, 0.5, 0.25, 0.1, 0.01) if loss(weights - s * step) < best), 0.0)
            if not length:
                break
            weights = weights - length * step
            best = loss(weights)
        return cls(centre, scale, weights)

    def predict(self, features: Floats) -> Floats:
        """Probabilities (n,)."""
        return np.asarray(expit(self.weights[0] + _filled(features, self.centre, self.scale) @ self.weights[1:]), float)


def spread(residual: Floats, variance: Floats | None = None) -> tuple[float, float]:
    """What makes residuals' forecasts sharpest by CRPS: factor on the forecast's own variance, and an SD besides.

    Examples
    --------
    >>> factor, sd = spread(np.array([-0.3, 0.1, 0.2, -0.1, 0.3]))
    >>> factor, bool(0.15 < sd < 0.35)
    (0.0, True)
    """
    usual = max(float(np.sqrt(np.mean(residual**2))), LEAST_SD)
    own = np.zeros_like(residual) if variance is None else variance

    def loss(log: Floats) -> float:
        factor = np.exp(log[1]) if len(log) > 1 else 0.0
        sd = np.sqrt(np.exp(2 * log[0]) + factor * own + LEAST_SD**2)
        # weakly held to the plain answer, for when few people are learnt from
        return float(crps_normal(residual, 0.0, sd).sum() / usual + 0.05 * np.sum((log - start) ** 2))

    start = np.array([np.log(usual)] if variance is None else [np.log(0.8 * usual), np.log(0.3)])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-5}).x
    return (0.0 if variance is None else float(np.exp(found[1]))), float(np.hypot(np.exp(found[0]), LEAST_SD))


def _standard(features: Floats) -> tuple[Floats, Floats]:
    some = np.isfinite(features).any(axis=0)
    centre, scale = np.zeros(features.shape[1]), np.zeros(features.shape[1])
    centre[some], scale[some] = np.nanmean(features[:, some], axis=0), np.nanstd(features[:, some], axis=0)
    return centre, np.where(scale > 1e-9, scale, np.inf)  # what never varies tells nothing


def _filled(features: Floats, centre: Floats, scale: Floats) -> Floats:
    return np.nan_to_num((features - centre) / scale, nan=0.0)
