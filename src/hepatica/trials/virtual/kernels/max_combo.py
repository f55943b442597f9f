"""Max-combo test of two arms in many trials at once: the largest of four weighted log-rank statistics.

Weights are Fleming and Harrington's for proportional, late, early and middle differences (Karrison 2016, Stata J
16:678). The first statistic is the sum of the second and the third before they are standardised, so that their joint
normal distribution has three dimensions: two are integrated by Gauss-Legendre nodes, the last in closed form.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hepatica.trials.virtual.kernels.survival import RiskSets, first_of_tied, tie_factor

Floats = NDArray[np.float64]
FAMILY = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
"""Fleming-Harrington weights (rho, gamma)."""
FARTHEST = 8.0  # standard deviations beyond which nothing is integrated
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(40)
LEAST_SD = 1e-9


class MaxCombo(NamedTuple):
    """Largest statistic of each trial, positive where the treated have fewer events, and its one-sided p, (trial,)."""

    z: Floats
    p: Floats


def max_combo(r: RiskSets, *, sign: float = 1.0) -> MaxCombo:
    """Max-combo test of each trial.

    Parameters
    ----------
    r : RiskSets
        Of the trials.
    sign : float
        -1 where more events are better.

    Returns
    -------
    MaxCombo
        z is 0 and p is 1 in a trial where no event tells the arms apart.

    Examples
    --------
    >>> from hepatica.trials.virtual.kernels.survival import risk_sets
    >>> event, arm = np.array([[1, 1, 1, 1, 0, 0]]) > 0, np.array([[0, 0, 1, 0, 1, 1]]) > 0
    >>> max_combo(risk_sets(np.arange(1.0, 7.0)[None], event, arm)).z.round(3).tolist()
    [1.599]
    """
    total = r.control_at_risk + r.treated_at_risk
    share = r.treated_at_risk / total
    alive = np.cumprod(1 - r.event / np.arange(total.shape[1], 0, -1.0), axis=1)  # one by one: ties multiply out
    before = first_of_tied(r.time, np.concatenate([np.ones((len(total), 1)), alive[:, :-1]], axis=1))
    weights = np.stack([before**rho * (1 - before) ** gamma for rho, gamma in FAMILY])
    score = -sign * np.einsum("ktp,tp->tk", weights, r.event * (r.treated - share), optimize=True)
    spread = r.event * share * (1 - share) * tie_factor(r)
    covariance = np.einsum("ktp,ltp->tkl", weights * spread, weights, optimize=True)
    sd = np.sqrt(np.maximum(np.einsum("tkk->tk", covariance), 0.0))
    live = sd > LEAST_SD
    z = np.where(live, score / np.where(live, sd, 1.0), -np.inf).max(axis=1)
    known = live.any(axis=1)
    z = np.where(known, z, 0.0)
    return MaxCombo(z, np.where(known, largest_beyond(z, covariance), 1.0))


def largest_beyond(z: Floats, covariance: Floats) -> Floats:
    """Probability that the largest of the four standardised statistics is z or more, (trial,).

    Parameters
    ----------
    z : (trial,)
        Finite.
    covariance : (trial, 4, 4)
        Of the statistics in the order of `FAMILY`, before they are standardised; 0 for one that never varies.

    Notes
    -----
    With late, early and middle statistics L, E and M, P = integral over e < z of phi(e) times the integral over l given
    e, with l < z and sd_L l + sd_E e < sd_all z, of phi(l | e) times Phi((z - E[M | e, l]) / SD[M | e, l]). The outer
    integral is parted where the second bound on l takes over from the first.
    """
    sd = np.sqrt(np.maximum(np.einsum("tkk->tk", covariance), 0.0))
    size = np.where(sd > LEAST_SD, sd, 1.0)
    r = covariance / (size[:, :, None] * size[:, None, :])
    every, late, early = sd[:, 0], sd[:, 1], sd[:, 2]
    start = np.minimum(-FARTHEST, z - 1.0)
    parting = np.clip(z * (every - late) / np.where(early > LEAST_SD, early, 1.0), start, z)
    inside = np.zeros(len(z))
    for low, high in ((start, parting), (parting, z)):
        half = 0.5 * (high - low)
        e = 0.5 * (high + low)[:, None] + half[:, None] * NODES
        density = np.exp(-0.5 * e**2) / np.sqrt(2 * np.pi)
        inside += half * ((density * _given_early(e, z, r, sd)) @ NODE_WEIGHTS)
    return np.asarray(np.clip(1 - inside, 0.0, 1.0))


def _given_early(e: Floats, z: Floats, r: Floats, sd: Floats) -> Floats:
    """Probability (trial, node) that all statistics are below z, given the early one."""
    rho = r[:, 1, 2, None]
    own = np.sqrt(np.maximum(1 - rho**2, 0.0))
    is_late = sd[:, 1, None] > LEAST_SD
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = np.minimum(z[:, None], (sd[:, 0, None] * z[:, None] - sd[:, 2, None] * e) / sd[:, 1, None])
        top = (limit - rho * e) / own
    top = np.where(is_late & (own > 1e-6), top, np.where(is_late & (limit < rho * e), -np.inf, np.inf))
    top = np.clip(top, -FARTHEST, FARTHEST)
    half = 0.5 * (top + FARTHEST)
    y = 0.5 * (top - FARTHEST)[..., None] + half[..., None] * NODES
    on_early, on_late = r[:, 3, 2, None], np.where(own > 1e-6, (r[:, 3, 1, None] - rho * r[:, 3, 2, None]) / own, 0.0)
    left = np.sqrt(np.maximum(1 - on_early**2 - on_late**2, 1e-12))
    middle = ndtr(((z[:, None] - on_early * e)[..., None] - on_late[..., None] * y) / left[..., None])
    middle = np.where((sd[:, 3] > LEAST_SD)[:, None, None], middle, 1.0)
    return np.asarray(half * ((np.exp(-0.5 * y**2) * middle) @ NODE_WEIGHTS) / np.sqrt(2 * np.pi))
