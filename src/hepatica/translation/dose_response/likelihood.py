"""Likelihood of an end point's half-effect, its size, steepness and fall integrated out by quadrature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from hepatica.translation.dose_response.curve import FALLS, HILL, falling
from hepatica.translation.dose_response.effects import EndPoint, Statement
from hepatica.translation.dose_response.measure import Measure, exposure

Floats = NDArray[np.float64]
SIZE_SD = 1.0  # of the standardised largest effect: normal about none, harm as possible as benefit
NODES = 41
Z_SIGNIFICANT = 1.959964
LN10 = np.log(10.0)


def exposures(e: EndPoint, measure: Measure) -> Floats | None:
    """Exposure of every arm, (n_arms,), 0 for a control; None where one cannot be had in this measure."""
    of_arms = [0.0 if d is None else exposure(d, measure) for d in e.doses]
    return None if None in of_arms else np.array(of_arms, float)


def log_likelihood(e: EndPoint, x: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """Marginal log likelihood of the half-effect without and with a fall at high exposure.

    Parameters
    ----------
    e : EndPoint
        What was printed.
    x : (n_arms,)
        Exposures.
    grid : (n_grid,)
        Half-effects, log10.

    Returns
    -------
    without, with_fall : (n_grid,)
        Up to a constant that is the same for both and for every exposure.
    """
    size, weight = np.polynomial.hermite_e.hermegauss(NODES)
    log_weight = np.log(weight / weight.sum())
    size = SIZE_SD * size
    half = 10.0 ** grid[:, None]
    out = []
    for falls in ((np.inf,), FALLS):
        parts = []
        for steepness, probability in HILL:
            for decades in falls:
                f = falling(x, half, steepness, decades)
                per_size = log_density(e, size[None, :, None] * f[:, None, :])
                parts.append(logsumexp(per_size + log_weight, axis=1) + np.log(probability / len(falls)))
        out.append(logsumexp(np.array(parts), axis=0))
    return out[0], out[1]


def log_density(e: EndPoint, effect: Floats) -> Floats:
    """Log density of what was printed, given the standardised effect of every arm over no cells.

    Parameters
    ----------
    e : EndPoint
        What was printed.
    effect : (..., n_arms)
        Standardised, over no cells.

    Returns
    -------
    (...,)
        The level without cells is integrated out under a flat prior.
    """
    if e.value is None or e.variance is None:
        out: Floats = np.sum([_log_probability(e, s, effect) for s in e.statements], axis=0)
        return out
    precision = 1.0 / e.variance
    residual = e.value - effect
    level = (precision * residual).sum(-1) / precision.sum()
    squares: Floats = (precision * (residual - level[..., None]) ** 2).sum(-1)
    return -0.5 * squares


def _log_probability(e: EndPoint, s: Statement, effect: Floats) -> Floats:
    """Log probability of a statement; with probability `error` it is a coin's."""
    other = 0.0 if s.worse < 0 else effect[..., s.worse]
    z = (effect[..., s.better] - other) / np.sqrt(2.0 / e.n)
    if s.significant is not None:
        z = z - Z_SIGNIFICANT
        z = z if s.significant else -z
    out: Floats = np.logaddexp(np.log1p(-e.error) + log_ndtr(z), np.log(e.error / 2.0))
    return out
