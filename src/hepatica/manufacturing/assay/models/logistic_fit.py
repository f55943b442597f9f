"""Four- and five-parameter logistic curves fitted to many assays of one design at once, by Levenberg-Marquardt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hepatica.manufacturing.assay.models.regression import indicators

Floats = NDArray[np.float64]
ROUNDS, TOLERANCE, MOST_DAMPING = 300, 1e-10, 1e12


@dataclass(frozen=True)
class Structure:
    """Parameters of logistic curves and the responses that each belongs to.

    A response is lower + (upper - lower) (1 + exp(slope x + a))^-asymmetry plus its blocks, with x the log dose less
    its mean; a falling curve has a positive slope. The parameters follow each other: lower, upper, slope, logarithm of
    the asymmetry (five-parameter curves), a of each sample, blocks.

    Attributes
    ----------
    x : ndarray
        (responses,), minus infinity for a dose of zero.
    shape : ndarray
        (responses, curves), which curve's lower, upper, slope and asymmetry a response has.
    position : ndarray
        (responses, samples).
    blocks : ndarray
        (responses, any).
    is_asymmetric : bool
        Five parameters instead of four.
    """

    x: Floats
    shape: Floats
    position: Floats
    blocks: Floats
    is_asymmetric: bool

    @property
    def shapes(self) -> int:
        """Number of parameters of shape: before those of position."""
        return int(self.shape.shape[1]) * (4 if self.is_asymmetric else 3)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.shapes + int(self.position.shape[1] + self.blocks.shape[1])

    def named(self, theta: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Lower, upper, slope, log asymmetry (assays, curves) and positions (assays, samples)."""
        k = self.shape.shape[1]
        log_g = theta[:, 3 * k : 4 * k] if self.is_asymmetric else np.zeros((len(theta), k))
        positions = theta[:, self.shapes : self.shapes + self.position.shape[1]]
        return theta[:, :k], theta[:, k : 2 * k], theta[:, 2 * k : 3 * k], log_g, positions

    def evaluate(self, theta: Floats) -> tuple[Floats, Floats]:
        """Responses (assays, responses) and their derivatives (assays, responses, parameters)."""
        lower, upper, slope, log_g, positions = self.named(theta)
        c, d, b, g = (p @ self.shape.T for p in (lower, upper, slope, np.exp(np.clip(log_g, -8, 8))))
        zero = np.isneginf(self.x)
        x = np.where(zero, 0.0, self.x)
        eta = b * x + positions @ self.position.T
        soft, sigma = np.logaddexp(0.0, eta), expit(eta)
        h = np.where(zero, np.where(b > 0, 1.0, 0.0), np.exp(-g * soft))
        by_eta = np.where(zero, 0.0, -(d - c) * g * h * sigma)
        parts = [(1 - h)[..., None] * self.shape, h[..., None] * self.shape, (by_eta * x)[..., None] * self.shape]
        if self.is_asymmetric:
            parts.append(np.where(zero, 0.0, -(d - c) * g * soft * h)[..., None] * self.shape)
        parts.append(by_eta[..., None] * self.position)
        parts.append(np.broadcast_to(self.blocks, (len(theta), *self.blocks.shape)))
        offset = theta[:, self.shapes + self.position.shape[1] :] @ self.blocks.T
        return c + (d - c) * h + offset, np.concatenate(parts, axis=2)


class CurveFit(NamedTuple):
    """Least-squares curves.

    Attributes
    ----------
    theta : ndarray
        (assays, parameters), NaN where the search did not converge.
    ss : ndarray
        (assays,) residual sum of squares.
    unscaled : ndarray
        (assays, parameters, parameters), inverse of the cross product of the derivatives.
    fitted : ndarray
        (assays, responses).
    converged : ndarray
        (assays,).
    """

    theta: Floats
    ss: Floats
    unscaled: Floats
    fitted: Floats
    converged: NDArray[np.bool_]


def start(y: Floats, s: Structure, sample: NDArray[np.int64]) -> Floats:
    """Starting parameters: asymptotes beyond the extreme responses, a line through the logits between them."""
    low, high = y.min(axis=1, keepdims=True), y.max(axis=1, keepdims=True)
    span = np.maximum(high - low, 1e-12)
    c, d = low - 0.05 * span, high + 0.05 * span
    finite = np.isfinite(s.x)
    logits = np.log((d - y) / (y - c))[:, finite]
    columns = np.hstack([s.x[finite, None], indicators(sample)[finite]])
    line = logits @ np.linalg.pinv(columns).T
    k = s.shape.shape[1]
    slope = np.where(np.abs(line[:, :1]) < 1e-3, 1e-3, line[:, :1])
    parts = [np.repeat(p, k, axis=1) for p in (c, d, slope, *([0 * slope] if s.is_asymmetric else []))]
    return np.hstack([*parts, line[:, 1:], np.zeros((len(y), s.blocks.shape[1]))])


def search(y: Floats, s: Structure, theta: Floats) -> CurveFit:
    """Least squares by Levenberg-Marquardt (Marquardt 1963), each assay with its own damping.

    Parameters
    ----------
    y : ndarray
        (assays, responses).
    s : Structure
        Parameters of the curves.
    theta : ndarray
        (assays, parameters), where the search starts.
    """
    m, diagonal = len(y), np.arange(s.size)
    theta, damping, done = theta.copy(), np.full(m, 1e-2), np.zeros(m, bool)
    fitted, jacobian = s.evaluate(theta)
    ss = np.sum((y - fitted) ** 2, axis=1)
    total = np.sum((y - y.mean(axis=1, keepdims=True)) ** 2, axis=1)
    for _ in range(ROUNDS):
        on = np.flatnonzero(~done)
        if not len(on):
            break
        j = jacobian[on]
        normal, gradient = j.swapaxes(1, 2) @ j, np.einsum("anp,an->ap", j, y[on] - fitted[on])
        normal[:, diagonal, diagonal] *= 1 + damping[on, None]
        normal[:, diagonal, diagonal] += 1e-14 * np.trace(normal, axis1=1, axis2=2)[:, None]
        step = np.linalg.solve(normal, gradient[..., None])[..., 0]
        new_fitted, new_jacobian = s.evaluate(theta[on] + step)
        new_ss = np.sum((y[on] - new_fitted) ** 2, axis=1)
        better = new_ss <= ss[on]
        # the decrease that the linear model promises, which is zero at a stationary point
        promised = np.abs(np.einsum("ap,ap->a", step, gradient)) / np.maximum(ss[on], 1e-14 * total[on] + 1e-300)
        done[on] = (better & (promised < TOLERANCE)) | (damping[on] > MOST_DAMPING)
        up = on[better]
        theta[up], ss[up] = theta[up] + step[better], new_ss[better]
        fitted[up], jacobian[up] = new_fitted[better], new_jacobian[better]
        damping[on] = np.where(better, np.maximum(damping[on] / 5, 1e-12), damping[on] * 4)
    return _close(y, s, theta, fitted, jacobian, ss, done)


def _close(
    y: Floats, s: Structure, theta: Floats, fitted: Floats, jacobian: Floats, ss: Floats, done: NDArray[np.bool_]
) -> CurveFit:
    """Curves with the inverse of their normal matrix; those whose parameters the data do not determine are NaN."""
    scale = np.sqrt(np.sum(jacobian**2, axis=1))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = jacobian / scale[:, None, :]
    normal = scaled.swapaxes(1, 2) @ scaled
    smallest = np.linalg.eigvalsh(normal)[:, 0]
    converged = done & (smallest > 1e-10) & np.isfinite(ss)
    normal[~converged] = np.eye(s.size)
    unscaled = np.linalg.inv(normal) / (scale[:, :, None] * scale[:, None, :])
    theta = np.where(converged[:, None], theta, np.nan)
    unscaled = np.where(converged[:, None, None], unscaled, np.nan)
    return CurveFit(theta, np.where(converged, ss, np.nan), unscaled, fitted, converged)
