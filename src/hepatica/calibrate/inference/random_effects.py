"""Multivariate normal likelihood with random effects: sampling covariance, a part common to a variable, residuals.

Of the values of a block the covariance is::

    S = C + own^2 diag(g)^2 + sum over variables v of common_v^2 g_v g_v'

C holds sampling (and emulator) error, g is the size of one SD of heterogeneity on the scale of each value, g_v the same
within variable v and 0 elsewhere. C and diag(g)^2 are diagonalised together once, so that each evaluation costs one
product with a fixed matrix and a small Woodbury correction.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RandomEffects:
    """Values of one block, compared together.

    Attributes
    ----------
    value : (m,)
    whiten : (m, m)
        Turns the sampling covariance into the identity and that of the residuals into a diagonal matrix.
    residual : (m,)
        That diagonal, for an SD of the residuals of 1.
    common : (m, variables)
        Loadings on the common part of each variable, for an SD of 1.
    log_determinant : float
        Of the sampling covariance.
    """

    value: Floats
    whiten: Floats
    residual: Floats
    common: Floats
    log_determinant: float

    @classmethod
    def of(cls, value: Floats, covariance: Floats, size: Floats, variables: Sequence[Hashable]) -> RandomEffects:
        """Block of values (m,) with their sampling covariance (m, m), sizes of heterogeneity (m,) and variables (m)."""
        names = list(dict.fromkeys(variables))
        each = np.stack([np.where([v == name for v in variables], size, 0.0) for name in names], axis=1)
        residual, vectors = eigh(np.diag(size**2), covariance)
        determinant = np.linalg.slogdet(covariance)[1]
        whiten = np.asarray(vectors.T)
        return cls(np.asarray(value, float), whiten, np.maximum(residual, 0.0), whiten @ each, float(determinant))

    def log_likelihood(self, simulated: Floats, common: Floats, own: Floats) -> Floats:
        """Log likelihood (n,) of simulated values (n, m), but for a constant, given SDs of both random effects.

        `own` is (n,), `common` as well or (n, variables).

        Examples
        --------
        >>> block = RandomEffects.of(np.zeros(2), np.eye(2), np.ones(2), ["a", "a"])
        >>> x, zero = np.array([[1.0, 1.0], [1.0, -1.0]]), np.zeros(2)
        >>> [block.log_likelihood(x, sd, zero).round(3).tolist() for sd in (zero, zero + 1)]
        [[-1.0, -1.0], [-0.883, -1.549]]
        """
        z, inverse, along, corrected, inner = self._parts(simulated, common, own)
        square = (z**2 * inverse).sum(axis=1) - (along * corrected).sum(axis=1)
        determinant = np.linalg.slogdet(inner)[1] - np.log(inverse).sum(axis=1) + self.log_determinant
        return np.asarray(-0.5 * (square + determinant))

    def gradient(self, simulated: Floats, common: Floats, own: Floats) -> Floats:
        """Gradient of the log likelihood by the simulated values, (n, m)."""
        z, inverse, _, corrected, _ = self._parts(simulated, common, own)
        sd = common[:, None] if common.ndim == 1 else common
        return np.asarray(-(inverse * (z - (sd * corrected) @ self.common.T)) @ self.whiten)

    def _parts(self, simulated: Floats, common: Floats, own: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Whitened residuals, inverse variances, common parts' projections, solutions for these, capacitance matrix."""
        z = (simulated - self.value) @ self.whiten.T
        inverse = 1.0 / (1.0 + own[:, None] ** 2 * self.residual)
        m, k = self.common.shape
        sd = common[:, None] if common.ndim == 1 else common
        inner = inverse @ (self.common[:, :, None] * self.common[:, None, :]).reshape(m, k * k)
        inner = np.eye(k) + sd[:, :, None] * sd[:, None, :] * inner.reshape(-1, k, k)
        along = sd * ((z * inverse) @ self.common)
        corrected = along / inner[..., 0] if k == 1 else np.linalg.solve(inner, along[..., None])[..., 0]
        return z, inverse, along, np.asarray(corrected, np.float64), inner
