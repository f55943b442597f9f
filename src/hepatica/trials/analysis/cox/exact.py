"""Exact partial likelihood of tied events (discrete logistic), by recursion over the risk set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.likelihood import CoxData

Array = NDArray[np.float64]


def exact_likelihood(data: CoxData, beta: Array) -> tuple[float, Array, Array]:
    """Logarithm of the exact partial likelihood, its score (covariate,) and information (covariate, covariate).

    The denominator at a time with d events is the sum, over all sets of d patients at risk, of the product of their
    risks. The recursion B(m, k) = B(m - 1, k) + r_m B(m - 1, k - 1) gives it and its derivatives.

    Parameters
    ----------
    data : CoxData
        Ordered histories, without case weights.
    beta : (covariate,)
        Coefficients.

    References
    ----------
    Cox1972, Gail1981
    """
    if np.any(data.weight != 1):
        raise InputError("weights", "case weights", "no weights with exact ties; use Ties.EFRON")
    eta = data.x @ beta
    risk = np.exp(eta - eta.max())
    value = float(eta[data.event].sum())
    score = data.x[data.event].sum(axis=0)
    information = np.zeros((beta.size, beta.size))
    shift = float(eta.max())
    for k in range(data.set_time.size):
        at = data.set_time[k]
        here = (data.stratum == data.set_stratum[k]) & (data.time >= at) & (data.entry < at)
        if not data.entry.any():
            here = (data.stratum == data.set_stratum[k]) & (data.time >= at)
        d = int(data.deaths[k])
        log_sum, first, second = _denominator(risk[here], data.x[here], d)
        value -= log_sum + d * shift
        score = score - first
        information += second - np.outer(first, first)
    return value, score, information


def _denominator(risk: Array, x: Array, d: int) -> tuple[float, Array, Array]:
    """Logarithm of the denominator, and its first and second derivatives divided by it."""
    if d == 1:
        p = risk / risk.sum()
        return float(np.log(risk.sum())), p @ x, (x * p[:, None]).T @ x
    width = x.shape[1]
    b0, b1, b2 = np.zeros(d + 1), np.zeros((d + 1, width)), np.zeros((d + 1, width, width))
    b0[0], log_scale = 1.0, 0.0
    for r, row in zip(risk, x, strict=True):
        cross = b1[:-1, :, None] * row
        b2[1:] += r * (b2[:-1] + cross + cross.transpose(0, 2, 1) + b0[:-1, None, None] * np.outer(row, row))
        b1[1:] += r * (b1[:-1] + b0[:-1, None] * row)
        b0[1:] += r * b0[:-1]
        largest = b0.max()
        if largest > 1e100:
            b0, b1, b2, log_scale = b0 / largest, b1 / largest, b2 / largest, log_scale + float(np.log(largest))
    return log_scale + float(np.log(b0[d])), b1[d] / b0[d], b2[d] / b0[d]
