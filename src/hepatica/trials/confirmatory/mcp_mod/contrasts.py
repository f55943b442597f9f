"""Optimal contrasts of MCP-Mod: for each candidate shape the contrast with the largest noncentrality.

With covariance S of the arms' estimates it is proportional to S^-1 (mu - mean of mu weighted by S^-1) (Bretz,
Pinheiro and Branson 2005, Biometrics 61:738; Pinheiro et al. 2014, Stat Med 33:1646).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod.models import DoseResponse

Floats = NDArray[np.float64]


def checked_doses(doses: ArrayLike) -> Floats:
    """Doses of the arms: at least two, not negative, rising."""
    d = np.asarray(doses, float)
    if d.ndim != 1 or len(d) < 2 or not np.isfinite(d).all() or d[0] < 0 or (np.diff(d) <= 0).any():
        raise InputError(
            "doses", np.asarray(doses).tolist(), "give at least two doses, not negative, each above the one before"
        )
    return d


def optimal_contrast(mean: ArrayLike, covariance: ArrayLike) -> Floats:
    """Optimal contrast (arms,) for means (arms,), of length 1, positive for these means.

    Parameters
    ----------
    mean : (arms,)
        Arms' means.
    covariance : (arms, arms)
        Of the arms' estimates, up to a factor.

    Raises
    ------
    InputError
        If the means do not differ.

    Examples
    --------
    >>> optimal_contrast([0, 1, 2], np.eye(3)).round(4).tolist()
    [-0.7071, 0.0, 0.7071]
    """
    mu, s = np.asarray(mean, float), np.asarray(covariance, float)
    if np.ptp(mu) <= 1e-12 * max(1.0, np.abs(mu).max()):
        raise InputError("model", mu.tolist(), "its response is the same at all doses, so that no contrast shows it")
    inverse = np.linalg.inv(s)
    weight = inverse.sum(axis=0)
    c = inverse @ (mu - weight @ mu / weight.sum())
    c -= c.mean()  # zero but for rounding
    return np.asarray(c / np.linalg.norm(c))


def optimal_contrasts(models: Sequence[DoseResponse], doses: ArrayLike, covariance: ArrayLike) -> Floats:
    """Optimal contrasts (models, arms) of candidate shapes.

    Parameters
    ----------
    models : sequence of DoseResponse
        Candidate shapes.
    doses : (arms,)
        Doses of the arms.
    covariance : (arms, arms), or (arms,)
        Of the arms' estimates, up to a factor; or patients of the arms.
    """
    d, s = checked_doses(doses), np.asarray(covariance, float)
    if s.ndim == 1:
        if not (s > 0).all():
            raise InputError("patients", s.tolist(), "give a positive number for each dose")
        s = np.diag(1 / s)
    if s.shape != (len(d), len(d)):
        raise InputError("covariance", s.shape, f"give one of {len(d)} doses")
    if not models:
        raise InputError("models", [], "give at least one candidate")
    return np.stack([optimal_contrast(m.shape(d), s) for m in models])


def contrast_correlation(contrasts: Floats, covariance: Floats) -> Floats:
    """Correlation (models, models) of contrast statistics."""
    c = contrasts @ covariance @ contrasts.T
    sd = np.sqrt(np.diag(c))
    r = c / np.outer(sd, sd)
    np.fill_diagonal(r, 1.0)
    return np.asarray(r)
