"""Log likelihood of points through the emulator, its gradient, and how points move by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hepatica.calibrate import likelihood
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
            slopes = likelihood.counts_gradient(
                block, [simulated[:, k] for k in at], unknown, sd["share"], sd["share_visit"]
            )
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
