"""Penalised regressions without physiology, and the dispersion of a forecast estimated by minimum CRPS.

The baseline of each lab and day is ridge regression of the log value on all log labs so far, age, encephalopathy,
plasma exchange and corticosteroid; its penalty minimises the leave-one-out error. The linear mixed model is
`hepatica.individual.mixed_model`.
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
MAX_NEWTON_STEPS = 50
STEP_LENGTHS = (1.0, 0.5, 0.25, 0.1, 0.01)
MIN_SD = 0.01
"""Of a forecast, log scale; no lab is measured better."""


@dataclass(frozen=True)
class Ridge:
    """Ridge regression with the penalty of least leave-one-out error; a missing feature is imputed by its mean.

    Attributes
    ----------
    centre, scale, slope : (k,)
        Mean and SD of each feature, and its coefficient once standardised.
    intercept : float
    residual : (n,)
        Leave-one-out residuals of the people of the fit.
    """

    centre: Floats
    scale: Floats
    slope: Floats
    intercept: float
    residual: Floats

    @classmethod
    def fit(cls, features: Floats, target: Floats) -> Ridge:
        """Fit by least squares with a penalty on the squared coefficients.

        Parameters
        ----------
        features : (n, k)
            NaN where missing.
        target : (n,)
            Values of the response.

        Examples
        --------
        >>> x = np.linspace(0, 1, 40)[:, None]
        >>> bool(np.allclose(Ridge.fit(x, 2 * x[:, 0]).predict(x), 2 * x[:, 0], atol=0.01))
        True
        """
        centre, scale = standardisation(features)
        z = standardise(features, centre, scale)
        left, singular, right = np.linalg.svd(z, full_matrices=False)
        middle, n = float(target.mean()), len(target)
        along = left.T @ (target - middle)
        fits = []
        for penalty in PENALTIES:
            kept = singular**2 / (singular**2 + penalty)
            leverage = (left**2) @ kept + 1.0 / n
            residual = (target - middle - left @ (kept * along)) / np.maximum(1.0 - leverage, 1e-6)
            fits.append((float((residual**2).mean()), residual, singular / (singular**2 + penalty) * along))
        _, residual, coefficients = min(fits, key=lambda fit: fit[0])
        return cls(centre, scale, right.T @ coefficients, middle, residual)

    def predict(self, features: Floats) -> Floats:
        """Predicted values, (n,).

        Parameters
        ----------
        features : (n, k)
            NaN where missing.
        """
        return np.asarray(self.intercept + standardise(features, self.centre, self.scale) @ self.slope, float)


@dataclass(frozen=True)
class Logistic:
    """Ridge logistic regression with a free intercept.

    Attributes
    ----------
    centre, scale : (k,)
        Mean and SD of each feature.
    weights : (k + 1,)
        Intercept and coefficients of the standardised features.
    """

    centre: Floats
    scale: Floats
    weights: Floats

    @classmethod
    def fit(cls, features: Floats, event: Floats, penalty: float = LOGISTIC_PENALTY) -> Logistic:
        """Fit by penalised maximum likelihood: Newton steps, shortened until they improve.

        Parameters
        ----------
        features : (n, k)
            NaN where missing.
        event : (n,)
            0 or 1.
        penalty : float
            On the squared coefficients of standardised features.

        Examples
        --------
        >>> x = np.linspace(-2, 2, 200)[:, None]
        >>> risk = Logistic.fit(x, (x[:, 0] > 0) * 1.0).predict(np.array([[-1.0], [1.0]]))
        >>> bool(risk[0] < 0.1), bool(risk[1] > 0.9)
        (True, True)
        """
        centre, scale = standardisation(features)
        z = np.column_stack([np.ones(len(event)), standardise(features, centre, scale)])
        held = np.r_[1e-9, np.full(z.shape[1] - 1, penalty)]
        weights = np.zeros(z.shape[1])

        def loss(w: Floats) -> float:
            linear = z @ w
            return float(np.logaddexp(0.0, linear).sum() - event @ linear + 0.5 * held @ w**2)

        best = loss(weights)
        for _ in range(MAX_NEWTON_STEPS):
            p = expit(z @ weights)
            slope = z.T @ (p - event) + held * weights
            step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + np.diag(held), slope)
            length = next((s for s in STEP_LENGTHS if loss(weights - s * step) < best), 0.0)
            if not length:
                break
            weights = weights - length * step
            best = loss(weights)
        return cls(centre, scale, weights)

    def predict(self, features: Floats) -> Floats:
        """Predicted probabilities, (n,).

        Parameters
        ----------
        features : (n, k)
            NaN where missing.
        """
        return np.asarray(
            expit(self.weights[0] + standardise(features, self.centre, self.scale) @ self.weights[1:]), float
        )


def fit_dispersion(residual: Floats, variance: Floats | None = None) -> tuple[float, float]:
    """Dispersion of a normal forecast by minimum CRPS estimation: a factor on its own variance, and an additional SD.

    Parameters
    ----------
    residual : (n,)
        Observed less forecast mean.
    variance : (n,), optional
        Of the forecast; without it the factor is 0.

    Returns
    -------
    factor, sd : float
        The forecast variance becomes ``factor * variance + sd**2``.

    Examples
    --------
    >>> factor, sd = fit_dispersion(np.array([-0.3, 0.1, 0.2, -0.1, 0.3]))
    >>> factor, bool(0.15 < sd < 0.35)
    (0.0, True)
    """
    usual = max(float(np.sqrt(np.mean(residual**2))), MIN_SD)
    own = np.zeros_like(residual) if variance is None else variance

    def loss(log: Floats) -> float:
        factor = np.exp(log[1]) if len(log) > 1 else 0.0
        sd = np.sqrt(np.exp(2 * log[0]) + factor * own + MIN_SD**2)
        # a weak penalty towards the root mean square, for small samples
        return float(crps_normal(residual, 0.0, sd).sum() / usual + 0.05 * np.sum((log - start) ** 2))

    start = np.array([np.log(usual)] if variance is None else [np.log(0.8 * usual), np.log(0.3)])
    best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-5}).x
    return (0.0 if variance is None else float(np.exp(best[1]))), float(np.hypot(np.exp(best[0]), MIN_SD))


def standardisation(features: Floats) -> tuple[Floats, Floats]:
    """Mean and SD of each feature, (k,) each; an infinite SD removes a feature that does not vary.

    Parameters
    ----------
    features : (n, k)
        NaN where missing.

    Examples
    --------
    >>> standardisation(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]]))
    (array([2., 5.]), array([ 1., inf]))
    """
    some = np.isfinite(features).any(axis=0)
    centre, scale = np.zeros(features.shape[1]), np.zeros(features.shape[1])
    centre[some], scale[some] = np.nanmean(features[:, some], axis=0), np.nanstd(features[:, some], axis=0)
    return centre, np.where(scale > 1e-9, scale, np.inf)


def standardise(features: Floats, centre: Floats, scale: Floats) -> Floats:
    """Standardised features, (n, k), a missing one imputed by its mean.

    Parameters
    ----------
    features : (n, k)
        NaN where missing.
    centre, scale : (k,)
        Mean and SD of the training people.
    """
    return np.nan_to_num((features - centre) / scale, nan=0.0)
