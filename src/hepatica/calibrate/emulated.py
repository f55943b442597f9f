"""Log likelihood of points through the emulator, its gradient, and how points move by it.

Deviations that arms share are integrated over by the nodes of the likelihood itself: the gradient of an integral is the
mean gradient over its nodes, each weighted by what it contributes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, softmax

from hepatica.calibrate import likelihood
from hepatica.calibrate.endpoints import DIRECTION
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.inference.hamiltonian import Hamiltonian
from hepatica.calibrate.inference.random_effects import RandomEffects
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, SummaryStatistic
from hepatica.patients import DrawKey, DrawKind
from hepatica.patients.draws import between_study_sd

Floats = NDArray[np.float64]
COHORTS = ("share", "mean", "share_visit", "mean_visit")  # what untreated cohorts differ by


def kernel(space: Space, gradient: Callable[[Floats, float], Floats]) -> Hamiltonian:
    """Moves of points of a space: spikes with what they switch are redrawn, SDs between cohorts sliced.

    Parameters
    ----------
    space : Space
        Of the points.
    gradient : callable
        Of points and a power, the gradient of the tempered log likelihood.
    """
    between = np.array([n.kind is DrawKind.BETWEEN_STUDY for n in space.names])
    groups = tuple(np.array([spike, own]) for spike, own, _ in _spikes(space))
    return Hamiltonian(gradient, smooth_coordinates(space), groups, between)


def smooth_coordinates(space: Space) -> NDArray[np.bool_]:
    """Coordinates along which the emulated likelihood is differentiated, (dimension,): neither spikes nor SDs."""
    jumps = (DrawKind.SPIKE, DrawKind.BETWEEN_STUDY)
    return np.array([n.kind not in jumps for n in space.names], bool)


def _spikes(space: Space) -> list[tuple[int, int, float]]:
    """Place of each spike, place of the coordinate that it switches, and its weight."""
    place = {n: k for k, n in enumerate(space.names)}
    return [
        (k, place[DrawKey.coordinate(n.name)], w)
        for k, (n, w) in enumerate(zip(space.names, space.weights, strict=True))
        if n.kind is DrawKind.SPIKE
    ]


@dataclass(frozen=True)
class _Blocks:
    """Terms that deviate together, with the places of their statistics among the emulator's outputs."""

    normal: tuple[tuple[NDArray[np.int64], RandomEffects], ...]
    counted: tuple[tuple[list[LikelihoodTerm], list[NDArray[np.int64]], list[float]], ...]
    between: Mapping[str, int]

    @classmethod
    def of(cls, terms: Sequence[LikelihoodTerm], statistics: Sequence[SummaryStatistic], emulator: Emulator) -> _Blocks:
        """Blocks of terms; `between` are the places of the between-cohort SDs among the coordinates."""
        normal, counted = [], []
        for block in likelihood.blocks(terms):
            at = [np.array([statistics.index(s) for s in t.statistics]) for t in block]
            if block[0].law is Law.NORMAL:
                rows = np.concatenate(at)
                normal.append((rows, likelihood.normal_block(block, emulator.unknown[rows])))
            else:
                counted.append((block, at, [float(emulator.unknown[k].mean()) for k in at]))
        names = emulator.space.names
        return cls(tuple(normal), tuple(counted), {w: names.index(DrawKey.between_study(w)) for w in COHORTS})

    def sds(self, points: Floats) -> dict[str, Floats]:
        """Between-cohort SDs of points."""
        return {w: between_study_sd(w, points[:, k]) for w, k in self.between.items()}


def log_likelihood(
    terms: Sequence[LikelihoodTerm], statistics: Sequence[SummaryStatistic], emulator: Emulator
) -> Callable[[Floats], Floats]:
    """Log likelihood of points through the emulator, between-cohort SDs included; a function of (points, dimension)."""
    blocks = _Blocks.of(terms, statistics, emulator)

    def of(points: Floats) -> Floats:
        simulated, sd, total = emulator(points), blocks.sds(points), np.zeros(len(points))
        for rows, effects in blocks.normal:
            total += effects.log_likelihood(simulated[:, rows], sd["mean"], sd["mean_visit"])
        for block, at, unknown in blocks.counted:
            x = [simulated[:, k] for k in at]
            total += likelihood.counts_log_likelihood(block, x, unknown, sd["share"], sd["share_visit"])
        return total

    return of


def gradient(
    terms: Sequence[LikelihoodTerm], statistics: Sequence[SummaryStatistic], emulator: Emulator
) -> Callable[[Floats], Floats]:
    """Gradient (points, dimension) of the log likelihood, 0 along coordinates that are not smooth."""
    blocks, jacobian = _Blocks.of(terms, statistics, emulator), emulator_gradient(emulator)

    def of(points: Floats) -> Floats:
        simulated, sd = emulator(points), blocks.sds(points)
        by_output = np.zeros_like(simulated)
        for rows, effects in blocks.normal:
            np.add.at(by_output.T, rows, effects.gradient(simulated[:, rows], sd["mean"], sd["mean_visit"]).T)
        for block, at, unknown in blocks.counted:
            slopes = counts_gradient(block, [simulated[:, k] for k in at], unknown, sd["share"], sd["share_visit"])
            for k, slope in zip(at, slopes, strict=True):
                np.add.at(by_output.T, k, slope.T)
        return jacobian(points, by_output)

    return of


def emulator_gradient(emulator: Emulator) -> Callable[[Floats, Floats], Floats]:
    """Gradient along points (n, dimension) of an emulator's outputs weighted by (n, outputs); 0 where they jump."""
    space, d, m = emulator.space, emulator.space.dimension, len(emulator.leading)
    linear, products = emulator.coefficients[:d].T, emulator.coefficients[d:].T
    a, b = np.triu_indices(m)
    smooth, spikes = smooth_coordinates(space), _spikes(space)

    def of(points: Floats, weights: Floats) -> Floats:
        slope = weights @ linear
        lead, bend = space.features(points)[:, emulator.leading], np.zeros((len(points), m, m))
        bend[:, a, b] = weights @ products
        slope[:, emulator.leading] += ((bend + np.swapaxes(bend, 1, 2)) @ lead[:, :, None])[..., 0]
        for spike, own, weight in spikes:
            slope[:, own] *= ndtr(points[:, spike]) >= weight
        return np.asarray(slope * smooth)

    return of


def counts_gradient(
    terms: Sequence[LikelihoodTerm],
    simulated: Sequence[Floats],
    unknown: Sequence[float],
    common: Floats,
    own: Floats,
) -> list[Floats]:
    """Gradient of `likelihood.counts_log_likelihood` by the simulated log odds, one (n, visits) for each term."""
    if terms[0].statement is not None:
        return [likelihood.statement_gradient(terms[0], simulated[0], unknown[0], common, own)]
    signs = [DIRECTION[t.variable].value for t in terms]
    x = [s * sign for s, sign in zip(simulated, signs, strict=True)]
    counts, apart = [np.array(t.value) for t in terms], [u + own**2 for u in unknown]
    if len(terms) == 1:
        nodes = likelihood.NODES, likelihood.WEIGHTS
        return [signs[0] * _one_arm(x[0], counts[0], apart[0] + common**2, *nodes)[1]]
    away, precision = np.zeros_like(common), 1 / common**2
    for y, n, v in zip(x, counts, apart, strict=True):
        k, seen, sampling = likelihood.best_visit(n)
        away += (logit(seen) - y[:, k]) / (v + sampling)
        precision = precision + 1 / (v + sampling)
    centre, width = away / precision, np.sqrt(2 / precision)
    few, fits, slopes = (likelihood.FEW_NODES, likelihood.FEW_WEIGHTS), [], []
    for node, weight in zip(*few, strict=True):
        move = centre + width * node
        arms = [_one_arm(y + move[:, None], n, v, *few) for y, n, v in zip(x, counts, apart, strict=True)]
        fits.append(np.sum([a[0] for a in arms], axis=0) + node**2 + np.log(weight) - move**2 / (2 * common**2))
        slopes.append([a[1] for a in arms])
    share = softmax(np.stack(fits), axis=0)
    return [
        sign * sum(s[:, None] * slope[k] for s, slope in zip(share, slopes, strict=True))
        for k, sign in enumerate(signs)
    ]


def _one_arm(x: Floats, counts: Floats, variance: Floats, nodes: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Log likelihood (n,) of one arm's counts but for a constant by n, and its gradient by log odds (n, visits)."""
    k, seen, sampling = likelihood.best_visit(counts)
    centre = (logit(seen) - x[:, k]) * variance / (variance + sampling)
    width = np.sqrt(2 * variance * sampling / (variance + sampling))
    move = centre[:, None] + width[:, None] * nodes
    odds = x[:, None, :] + move[:, :, None]
    fit = likelihood.counted(odds, counts) + nodes**2 + np.log(weights) - move**2 / (2 * variance[:, None])
    top = fit.max(axis=1)
    value = top + np.log(np.exp(fit - top[:, None]).sum(axis=1)) + np.log(width) - 0.5 * np.log(2 * np.pi * variance)
    return value, np.asarray((softmax(fit, axis=1)[:, :, None] * _counted_slope(odds, counts)).sum(axis=1))


def _counted_slope(odds: Floats, counts: Floats) -> Floats:
    """Gradient of `likelihood.counted` by log odds (..., visits)."""
    inside = np.abs(odds) < likelihood.MAX_LOG_ODDS
    odds = np.clip(odds, -likelihood.MAX_LOG_ODDS, likelihood.MAX_LOG_ODDS)
    if len(counts) == 2:
        return np.asarray((counts[0] - counts.sum() * expit(odds)) * inside)
    p = expit(odds)
    top = np.maximum.accumulate(p, axis=-1)
    slope = np.zeros_like(odds)
    slope[..., 0] += counts[0] / top[..., 0]
    slope[..., -1] -= counts[-1] / (1 - top[..., -1])
    for k in range(1, len(counts) - 1):
        step = top[..., k] - top[..., k - 1]
        rate = np.where(step > 1e-4, counts[k] / np.maximum(step, 1e-4), 0.0)
        slope[..., k] += rate
        slope[..., k - 1] -= rate
    return np.asarray(slope * (p >= top) * p * (1 - p) * inside)
