"""Emulator of a bank: each summary statistic as a quadratic of the parameters, with its residual variance.

Ridge regression on all linear terms and on the products of the leading ones; its penalty and its error come from
leaving out each draw in turn (Allen's PRESS), in closed form.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from hepatica.model.structure import Model
from hepatica.patients import DrawKey, DrawKind, Draws

Floats = NDArray[np.float64]
LEADING = 28  # features whose products are used
PENALTIES = np.logspace(-1, 4, 16)


@dataclass(frozen=True)
class Space:
    """Space of independent standard normal coordinates of all uncertain parameters, and the features made of them.

    Attributes
    ----------
    names : tuple of DrawKey
        Whether a spike is hit (`DrawKind.SPIKE`) stands here as a normal number.
    weights : tuple of float
        Of the spike of each `DrawKind.SPIKE`, NaN elsewhere.
    """

    names: tuple[DrawKey, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, model: Model, draws: Draws) -> Space:
        """Space of the columns of some draws."""
        names = tuple(k for k in draws.columns if not k.hypothesis)
        weight = {n: p.entry.prior.weight for n, p in model.parameters.items() if p.entry.prior.kind == "spike"}
        return cls(names, tuple(weight.get(n.name, np.nan) if n.kind is DrawKind.SPIKE else np.nan for n in names))

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    def points(self, draws: Draws) -> Floats:
        """Coordinates of draws, (draws, dimension)."""
        return np.stack(
            [
                ndtri(np.clip(draws.columns[n], 1e-12, 1 - 1e-12)) if n.kind is DrawKind.SPIKE else draws.columns[n]
                for n in self.names
            ],
            axis=1,
        )

    def draws(self, points: Floats) -> Draws:
        """Draws of coordinates (points, dimension)."""
        return Draws(
            {
                n: ndtr(points[:, k]) if n.kind is DrawKind.SPIKE else points[:, k].copy()
                for k, n in enumerate(self.names)
            }
        )

    def features(self, points: Floats) -> Floats:
        """Regression features of points, (draws, dimension), centred: a spike by being hit, a coordinate elsewhere.

        What differs between cohorts is no feature: it stays at 0.
        """
        features = points.copy()
        place = {n: k for k, n in enumerate(self.names)}
        for k, (name, weight) in enumerate(zip(self.names, self.weights, strict=True)):
            if name.kind is DrawKind.BETWEEN_STUDY:
                features[:, k] = 0.0
            elif name.kind is DrawKind.SPIKE:
                there = (ndtr(points[:, k]) >= weight).astype(float)
                features[:, k] = (there - (1 - weight)) / np.sqrt(max(weight * (1 - weight), 1e-3))
                features[:, place[DrawKey.coordinate(name.name)]] *= there
        return features


@dataclass(frozen=True)
class Emulator:
    """Quadratic ridge regression of outputs on the features of points.

    Attributes
    ----------
    leading : (m,) int
        Features whose products are used.
    coefficients : (terms, outputs)
    centre : (outputs,)
    unknown : (outputs,)
        Variance that it leaves unexplained, the chance of few people apart.
    explained : (outputs,)
        Share of the variance that it predicts in draws left out, the chance of few people apart.
    """

    space: Space
    leading: NDArray[np.int64]
    coefficients: Floats
    centre: Floats
    unknown: Floats
    explained: Floats

    @classmethod
    def fit(cls, space: Space, points: Floats, outputs: Floats, noise: Floats) -> Emulator:
        """Fit to outputs (draws, outputs), given the sampling variance of each by the few people of a draw.

        An output that is NaN under some draws (no patient arose) is fitted to the others.
        """
        base, known = space.features(points), np.isfinite(outputs)
        groups = [np.flatnonzero((row == known.T).all(axis=1)) for row in np.unique(known.T, axis=0)]
        centre, scale = np.nanmean(outputs, axis=0), np.maximum(np.nanstd(outputs, axis=0), 1e-12)
        standard = (outputs - centre) / scale

        def ridge(x: Floats) -> tuple[Floats, Floats]:
            coefficients, error = np.zeros((x.shape[1], outputs.shape[1])), np.zeros(outputs.shape[1])
            for columns in groups:
                rows = known[:, columns[0]]
                coefficients[:, columns], left = _ridge(x[rows], standard[np.ix_(rows, columns)])
                error[columns] = (left**2).mean(0)
            return coefficients, error

        first = ridge(base)[0]
        strength = np.sort(np.abs(first), axis=1)[:, -3:].mean(axis=1) + np.sqrt((first**2).mean(axis=1))
        leading = np.sort(np.argsort(-strength, kind="stable")[:LEADING])
        coefficients, error = ridge(_terms(base, leading))
        chance = np.array(
            [
                np.nan_to_num(np.nanmean(noise[known[:, k], k])) if np.isfinite(noise[known[:, k], k]).any() else 0.0
                for k in range(outputs.shape[1])
            ]
        )
        error = error * scale**2
        unknown = np.maximum(error - chance, 0.02 * error)
        real = np.maximum(scale**2 - chance, 0.02 * scale**2)
        return cls(space, leading, coefficients * scale, centre, unknown, 1 - unknown / real)

    def centred(self, points: Floats, outputs: Floats, noise: Floats) -> Emulator:
        """The same without its mean error at some points, and at least as uncertain as it errs there.

        A fit to all waves need not be right on average where the posterior is; its last wave says by how much.
        """
        error = outputs - self(points)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "(Mean of empty slice|Degrees of freedom)", RuntimeWarning)
            spread = np.nan_to_num(np.nanvar(error, axis=0) - np.nanmean(noise, axis=0))
            centre = self.centre + np.nan_to_num(np.nanmean(error, axis=0))
        return replace(self, centre=centre, unknown=np.maximum(self.unknown, spread))

    def __call__(self, points: Floats) -> Floats:
        """Emulated outputs at points, (points, outputs)."""
        return self.centre + _terms(self.space.features(points), self.leading) @ self.coefficients


def _terms(base: Floats, leading: NDArray[np.int64]) -> Floats:
    a, b = np.triu_indices(len(leading))
    lead = base[:, leading]
    return np.concatenate([base, lead[:, a] * lead[:, b] - (a == b)], axis=1)


def _ridge(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Coefficients (terms, outputs) at each output's best penalty, and errors of draws left out (draws, outputs)."""
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    uy = u.T @ y
    best = np.full(y.shape[1], np.inf)
    coefficients, left = np.zeros((x.shape[1], y.shape[1])), np.zeros_like(y)
    for penalty in PENALTIES:
        shrink = s**2 / (s**2 + penalty)
        leverage = (u**2 * shrink).sum(axis=1)  # below 1, as no penalty is 0
        error = (y - u @ (shrink[:, None] * uy)) / (1 - leverage)[:, None]
        press = (error**2).mean(axis=0)
        better = press < best
        best[better], left[:, better] = press[better], error[:, better]
        coefficients[:, better] = (vt.T @ ((s / (s**2 + penalty))[:, None] * uy))[:, better]
    return coefficients, left
