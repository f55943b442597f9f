"""Gaussian-process regression of gains on parameters, for value of information with many parameters and few draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform

Floats = NDArray[np.float64]
LENGTHS = (0.5, 1.0, 2.0)  # of the smooth part, in median distances between inputs
LINEAR = (0.0, 0.5, 1.0)  # share of the linear part
MAX_SMOOTH = 0.1  # inputs per point above which all points lie equally far apart: a smooth part would fit noise
NOISE = np.logspace(-3, 3, 25)  # variance of the noise over that of the signal


@dataclass(frozen=True)
class Fitted:
    """Posterior of a regression function at its inputs.

    Attributes
    ----------
    mean : (n, output)
    factor : tuple of (n, n + 1)
        One an output: draws of the function are mean + factor @ z with standard normal z.
    """

    mean: Floats
    factor: tuple[Floats, ...]


def standardise(x: Floats) -> Floats:
    """Columns of mean 0 and SD 1; those that do not vary are left out.

    Examples
    --------
    >>> standardise(np.array([[1.0, 5.0], [3.0, 5.0]])).tolist()
    [[-1.0], [1.0]]
    """
    spread = x.std(axis=0)
    kept = spread > 1e-12 * np.maximum(np.abs(x).max(axis=0), 1e-300)
    return np.asarray((x[:, kept] - x[:, kept].mean(axis=0)) / spread[kept])


def fit(x: Floats, y: Floats) -> Fitted:
    """Regression of each output on the inputs, its kernel chosen by the marginal likelihood.

    The kernel is a mixture of a linear and a squared-exponential one over all inputs together, the linear one alone
    where inputs are many; kernel, length and noise are the best of a grid, the scale is profiled out. One
    eigendecomposition serves all outputs and noises.

    Parameters
    ----------
    x : (n, input)
        Parameters of each draw.
    y : (n, output)
        Gains, with noise.

    References
    ----------
    Strong M, Oakley JE, Brennan A, 2014, Med Decis Making 34:311, section on Gaussian processes.
    Rasmussen CE, Williams CKI, Gaussian Processes for Machine Learning, 2006, equation 5.8.
    """
    n, z = len(y), standardise(x)
    centred = y - y.mean(axis=0)
    none = Fitted(np.broadcast_to(y.mean(axis=0), y.shape), tuple(np.zeros((n, n + 1)) for _ in y.T))
    if z.shape[1] == 0 or n < 5:
        return none
    best: list[tuple[float, Floats, Floats, float]] = [(-np.inf, np.zeros(n), np.eye(n), 1.0)] * y.shape[1]
    for kernel in _kernels(z):
        values, vectors = np.linalg.eigh(kernel)
        values = np.maximum(values, 0.0)
        turned = vectors.T @ centred
        total = values[:, None] + NOISE
        log_det = np.log(total).sum(axis=0)
        for k in range(y.shape[1]):
            scale = (turned[:, k, None] ** 2 / total).mean(axis=0)
            likelihood = -0.5 * (n * np.log(np.maximum(scale, 1e-300)) + log_det)
            top = int(np.argmax(likelihood))
            if likelihood[top] > best[k][0]:
                best[k] = (float(likelihood[top]), values, vectors, float(NOISE[top]))
    mean, factor = np.empty_like(y), []
    for k, (_, values, vectors, noise) in enumerate(best):
        shrink, turned = values / (values + noise), vectors.T @ centred[:, k]
        scale = float((turned**2 / (values + noise)).mean())
        mean[:, k] = y[:, k].mean() + vectors @ (shrink * turned)
        level = np.full((n, 1), np.sqrt(scale * noise / n))  # of the mean itself
        factor.append(np.hstack([vectors * np.sqrt(scale * noise * shrink), level]))
    return Fitted(mean, tuple(factor))


def _kernels(z: Floats) -> list[Floats]:
    linear = z @ z.T / z.shape[1]
    if z.shape[1] > MAX_SMOOTH * len(z):
        return [linear]
    distance = squareform(pdist(z, "sqeuclidean"))
    typical = float(np.median(distance[distance > 0])) if (distance > 0).any() else 1.0
    smooth = [np.exp(-0.5 * distance / (typical * length**2)) for length in LENGTHS]
    return [share * linear + (1 - share) * one for one in smooth for share in LINEAR if share < 1] + [linear]
