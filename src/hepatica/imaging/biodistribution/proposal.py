"""Proposal of importance sampling: a Student t in the directions that data inform, the standard normal prior elsewhere.

Of some forty coordinates a handful of scans inform a few directions (likelihood-informed subspace, Cui et al. 2014);
weights then vary with these alone. A share of the points is the prior itself, so that weights are bounded (Hesterberg
1995), and points of all rounds are weighed by the mixture of their proposals (Cornuet et al. 2012).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp
from scipy.stats import chi2

from hepatica.patients.streams import normals, uniforms

Floats = NDArray[np.float64]
DEGREES = 6.0
PRIOR_SHARE = 0.1
LEAST_INFORMATION = 0.05
"""Fisher information in units of the prior's precision, below which a direction is left to the prior."""


class Proposal(NamedTuple):
    """Mixture of the prior and of a distribution that is a Student t within a subspace and the prior outside it.

    Attributes
    ----------
    basis : (dimension, k) array
        Orthonormal.
    centre : (k,) array
    factor : (k, k) array
        Lower Cholesky factor of the scale.
    """

    basis: Floats
    centre: Floats
    factor: Floats

    def draw(self, n: int, seed: int, purpose: str) -> Floats:
        """Points (n, dimension).

        Examples
        --------
        >>> one = Proposal(np.eye(2)[:, :1], np.array([9.0]), np.array([[0.1]]))
        >>> points = one.draw(1000, 1, "doc")
        >>> np.median(points, axis=0).round().tolist()
        [9.0, 0.0]
        """
        who = np.arange(n)
        z = normals(seed, who, purpose, len(self.basis))
        other = uniforms(seed, who, f"{purpose}:mixture", 2)
        scale = np.sqrt(DEGREES / chi2.ppf(other[:, 0], DEGREES))
        standard = z @ self.basis
        moved = self.centre + scale[:, None] * (standard @ self.factor.T) - standard
        return np.asarray(z + np.where(other[:, 1:] < PRIOR_SHARE, 0.0, moved @ self.basis.T))

    def log_ratio(self, z: Floats) -> Floats:
        """Log density of points (n, dimension) over that of the prior, (n,)."""
        k, y = len(self.centre), z @ self.basis
        inside = np.linalg.solve(self.factor, (y - self.centre).T)
        log_t = (
            gammaln((DEGREES + k) / 2)
            - gammaln(DEGREES / 2)
            - 0.5 * k * np.log(DEGREES / 2)
            - np.log(np.diag(self.factor)).sum()
            - 0.5 * (DEGREES + k) * np.log1p((inside**2).sum(axis=0) / DEGREES)
        )
        log_t += 0.5 * (y**2).sum(axis=1)
        return np.asarray(np.logaddexp(np.log1p(-PRIOR_SHARE) + log_t, np.log(PRIOR_SHARE)))


def informed(information: Floats, mode: Floats) -> Floats:
    """Basis (dimension, k) of the directions in which information (dimension, dimension) adds to the prior.

    Parameters
    ----------
    information : (dimension, dimension) array
        Fisher information of the data, J'J.
    mode : (dimension,) array
        Its direction belongs to the subspace, too.

    Examples
    --------
    >>> informed(np.diag([4.0, 0.0, 0.0]), np.zeros(3)).round(6).tolist()
    [[1.0], [0.0], [0.0]]
    """
    value, vector = np.linalg.eigh(information)
    basis = vector[:, value > LEAST_INFORMATION]
    rest = mode - basis @ (basis.T @ mode)
    if np.linalg.norm(rest) > np.sqrt(LEAST_INFORMATION) or not basis.shape[1]:
        rest = rest if np.linalg.norm(rest) > 0 else np.eye(len(mode))[0]
        basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return basis * np.where(basis[np.abs(basis).argmax(axis=0), np.arange(basis.shape[1])] < 0, -1.0, 1.0)


def at_mode(mode: Floats, information: Floats) -> Proposal:
    """Proposal at a mode, its scale the inverse of the curvature I + J'J.

    Examples
    --------
    >>> made = at_mode(np.array([1.5, 0.0]), np.diag([3.0, 0.0]))
    >>> made.centre.tolist(), made.factor.tolist()
    ([1.5], [[0.5]])
    """
    basis = informed(information, mode)
    curvature = np.eye(basis.shape[1]) + basis.T @ information @ basis
    return Proposal(basis, basis.T @ mode, np.linalg.cholesky(np.linalg.inv(curvature)))


def adapted(z: Floats, weight: Floats, information: Floats) -> Proposal:
    """Proposal at weighted moments, its scale drawn to the inverse curvature where few points carry the weight.

    Parameters
    ----------
    z : (n, dimension) array
        Points.
    weight : (n,) array
        That adds up to 1.
    information : (dimension, dimension) array
        Mean Fisher information over the posterior.
    """
    mean = weight @ z
    basis = informed(information, mean)
    y, k = z @ basis, basis.shape[1]
    trust = 1.0 / (1.0 + 2.0 * k * float(weight @ weight))
    away = y - basis.T @ mean
    moment = np.einsum("ni,nj->ij", away * weight[:, None], away)  # too small for the threads of a matrix product
    curvature = np.eye(k) + basis.T @ information @ basis
    covariance = trust * moment + (1.0 - trust) * np.linalg.inv(curvature)
    return Proposal(basis, basis.T @ mean, np.linalg.cholesky(covariance + 1e-10 * np.eye(k)))


class Rounds:
    """Points of rounds of importance sampling, each weighed by the mixture of the proposals of all.

    Parameters
    ----------
    dimension : int
        Of the points.

    Examples
    --------
    >>> one, rounds = at_mode(np.zeros(2), np.zeros((2, 2))), Rounds(2)
    >>> for value in (0.0, 1.0):
    ...     rounds.add(one, np.full((1, 2), value), np.zeros(1))
    >>> rounds.points.tolist(), bool(np.isclose(rounds.log_weights(), -one.log_ratio(rounds.points)).all())
    ([[0.0, 0.0], [1.0, 1.0]], True)
    """

    def __init__(self, dimension: int) -> None:
        self.points = np.empty((0, dimension))
        self._fit = np.empty(0)
        self._proposals: list[Proposal] = []
        self._counts: list[int] = []
        self._ratios = np.empty((0, 0))  # (proposal, point): each pair is computed once

    def add(self, proposal: Proposal, points: Floats, log_likelihood: Floats) -> None:
        """Add a round: its proposal, its points (n, dimension) and their log likelihood (n,)."""
        old = np.concatenate([self._ratios, proposal.log_ratio(self.points)[None]], axis=0)
        self._proposals.append(proposal)
        self._counts.append(len(points))
        new = np.stack([p.log_ratio(points) for p in self._proposals])
        self._ratios = np.concatenate([old, new], axis=1)
        self.points = np.concatenate([self.points, points])
        self._fit = np.concatenate([self._fit, np.nan_to_num(log_likelihood, nan=-np.inf)])

    def log_weights(self) -> Floats:
        """Log importance weights (point,); the logarithm of their mean is the log evidence."""
        share = np.log(np.array(self._counts) / len(self.points))
        return np.asarray(self._fit - logsumexp(self._ratios + share[:, None], axis=0))
