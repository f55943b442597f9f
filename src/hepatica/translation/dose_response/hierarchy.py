"""Hierarchy of half-effects over species, diseases and studies: exact by quadrature on one grid.

    half of the liver of man         theta ~ prior of the model
    half of a species                a_s   ~ N(theta, tau_species),  that of man is theta
    half of other diseases           b_s   ~ N(a_s, tau_disease),    the liver's is a_s
    half of an end point             h_j   ~ N(b_s, tau_study)
    what was printed                 y_j   ~ p(y | h_j, size, steepness, fall)

All halves are log10 of exposure. The three tau have half-normal priors, the share of end points with a fall a uniform
one; all four are integrated out. Each end point's marginal likelihood is raised to its weight (power prior, Ibrahim and
Chen 2000): at weight 0 it says nothing, and the prior comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtri

from hepatica.translation.dose_response.reach import MAN

Floats = NDArray[np.float64]
LEVELS = 7  # nodes of each standard deviation
FALL_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True, kw_only=True)
class Scales:
    """Half-normal scales of the standard deviations, decades.

    Attributes
    ----------
    species : float
        Tenfold between a species and man; 0 takes all species for alike.
    disease : float
        Threefold between diseases of the liver and others.
    study : float
        Threefold between end points.
    """

    species: float = 1.0
    disease: float = 0.5
    study: float = 0.5


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """An end point on the grid.

    Attributes
    ----------
    species : str
    liver : bool
    without, with_fall : (n_grid,)
        Marginal log likelihoods.
    weight : float
        0 to 1.
    """

    species: str
    liver: bool
    without: Floats
    with_fall: Floats
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Posterior of the half-effect on the grid.

    Attributes
    ----------
    grid : (n_grid,)
        log10 of exposure.
    probability : (n_grid,)
        Of the liver of man.
    by_species : mapping of str to (n_grid,)
        Of each species' own half-effect.
    tau_species, tau_disease, tau_study, fall_share : float
        Posterior means.
    log_evidence : float
        Log marginal likelihood; only differences on the same end points mean anything.
    """

    grid: Floats
    probability: Floats
    by_species: Mapping[str, Floats] = field(default_factory=dict)
    tau_species: float
    tau_disease: float
    tau_study: float
    fall_share: float
    log_evidence: float

    @property
    def mean(self) -> float:
        """Posterior mean of the log10 half-effect."""
        return float(self.probability @ self.grid)

    @property
    def sd(self) -> float:
        """Posterior standard deviation, decades."""
        return float(np.sqrt(self.probability @ (self.grid - self.mean) ** 2))

    def quantile(self, q: float, probability: Floats | None = None) -> float:
        """Quantile of the log10 half-effect of man, or of another distribution on the grid."""
        p = self.probability if probability is None else probability
        return float(np.interp(q, np.cumsum(p) - p / 2.0, self.grid))


def half_normal(scale: float, levels: int = LEVELS) -> Floats:
    """Nodes of equal probability of a half-normal distribution, (levels,); one node where its scale is 0.

    Examples
    --------
    >>> half_normal(1.0, 1).round(4).tolist()
    [0.6745]
    """
    if scale == 0:
        return np.zeros(1)
    nodes: Floats = scale * ndtri(0.5 + (np.arange(levels) + 0.5) / (2.0 * levels))
    return nodes


def kernel(grid: Floats, sd: float) -> Floats:
    """Normal transition on the grid, (n_grid, n_grid), every row summing to 1."""
    step = grid[1] - grid[0]
    if sd < step / 4.0:
        return np.eye(len(grid))
    k = np.exp(-0.5 * ((grid[None, :] - grid[:, None]) / sd) ** 2)
    rows: Floats = k / k.sum(axis=1, keepdims=True)
    return rows


def fit(evidence: Sequence[Evidence], grid: Floats, prior: Floats, scales: Scales | None = None) -> Posterior:
    """Posterior of the half-effect of exposure.

    Parameters
    ----------
    evidence : sequence of Evidence
        End points; those of weight 0 are left out.
    grid : (n_grid,)
        log10 of exposure, evenly spaced.
    prior : (n_grid,)
        Of the liver of man; sums to 1.
    scales : Scales, optional
        Of the priors of the standard deviations.

    Returns
    -------
    Posterior
        Exactly the prior where no end point has weight.
    """
    scales, used = scales or Scales(), [e for e in evidence if e.weight > 0]
    if not used:
        return _unmoved(grid, prior, scales)
    taus = [half_normal(s) for s in (scales.species, scales.disease, scales.study)]
    steps = [{tau: kernel(grid, tau) for tau in level} for level in taus]
    species = sorted({e.species for e in used})
    joints, nodes = [], []
    own: dict[str, list[Floats]] = {s: [] for s in species}
    for study, share in product(taus[2], FALL_SHARES):
        upward = _messages(used, steps[2][study], share)
        for between, disease in product(taus[0], taus[1]):
            message = {s: _species_message(s, upward, steps[1][disease]) for s in species}
            sent = {s: m if s == MAN else _smear(steps[0][between], m) for s, m in message.items()}
            joint = _log(prior) + sum(sent.values(), np.zeros(len(grid)))
            joints.append(joint)
            nodes.append((between, disease, study, share))
            for s in species:
                rest = joint - sent[s]
                own[s].append(message[s] + (rest if s == MAN else _smear(steps[0][between].T, rest)))
    return _collect(grid, np.array(joints), np.array(nodes), {s: np.array(m) for s, m in own.items()})


def _unmoved(grid: Floats, prior: Floats, scales: Scales) -> Posterior:
    """The prior itself."""
    means = [float(half_normal(s).mean()) for s in (scales.species, scales.disease, scales.study)]
    return Posterior(
        grid=grid,
        probability=prior.copy(),
        tau_species=means[0],
        tau_disease=means[1],
        tau_study=means[2],
        fall_share=float(np.mean(FALL_SHARES)),
        log_evidence=0.0,
    )


def _collect(grid: Floats, joints: Floats, nodes: Floats, own: Mapping[str, Floats]) -> Posterior:
    """Posterior from the log joint of every node of the hyper-parameters, (n_nodes, n_grid)."""
    evidence = logsumexp(joints)
    means = np.exp(logsumexp(joints, axis=1) - evidence) @ nodes
    return Posterior(
        grid=grid,
        probability=np.exp(logsumexp(joints, axis=0) - evidence),
        by_species={s: np.exp(logsumexp(m, axis=0) - logsumexp(m)) for s, m in own.items()},
        tau_species=float(means[0]),
        tau_disease=float(means[1]),
        tau_study=float(means[2]),
        fall_share=float(means[3]),
        log_evidence=float(evidence - np.log(len(joints))),
    )


def _log(x: Floats) -> Floats:
    out: Floats = np.log(np.maximum(x, 1e-300))
    return out


def _smear(step: Floats, message: Floats) -> Floats:
    """Log of a message in logs, carried over a normal step."""
    highest = message.max()
    out: Floats = _log(step @ np.exp(message - highest)) + highest
    return out


def _messages(used: Sequence[Evidence], step: Floats, share: float) -> dict[tuple[str, bool], Floats]:
    """Log likelihood of each group's half-effect: the product of its end points, each smeared by the study's spread."""
    out: dict[tuple[str, bool], Floats] = {}
    for e in used:
        mixed = np.logaddexp(np.log1p(-share) + e.without, np.log(share) + e.with_fall)
        key = (e.species, e.liver)
        out[key] = out.get(key, np.zeros(len(step))) + e.weight * _smear(step, mixed)
    return out


def _species_message(s: str, upward: Mapping[tuple[str, bool], Floats], step: Floats) -> Floats:
    """Log likelihood of a species' half-effect: its liver's directly, other diseases' smeared by theirs."""
    out = upward.get((s, True), np.zeros(len(step)))
    other = upward.get((s, False))
    both: Floats = out if other is None else out + _smear(step, other)
    return both
