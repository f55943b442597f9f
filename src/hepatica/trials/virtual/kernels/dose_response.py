"""Dose-response models fitted to the arms of many trials at once, and their target doses, as shares of the largest.

A model is a level, which the precision of the arms has lost, and a slope times a shape; both are at their best for the
shape's own parameters, which are sought on a grid that closes in on the best point of each trial.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hepatica.trials.virtual.kernels.arm_estimates import ArmEstimates

Floats = NDArray[np.float64]
Curve = Callable[[Floats, Floats], Floats]
ZOOMS, NARROWER, STEPS, FIRST = 30, 0.8, 5, {1: 61, 2: 33}  # closing in; points of an axis then, and at first
DOSES = 401  # points on which target doses are sought


@dataclass(frozen=True)
class Family:
    """Shape with its own parameters.

    Attributes
    ----------
    curve : callable
        Shape (...) at doses (...) with parameters (..., k), broadcast against each other.
    low, high : tuple of float
        Bounds of the parameters, all positive; doses among them as shares of the largest.
    """

    curve: Curve
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    @property
    def parameters(self) -> int:
        """Parameters of a fit, level and slope among them."""
        return 2 + len(self.low)


def emax(dose: Floats, own: Floats) -> Floats:
    """Emax shape of doses with ed50."""
    return np.asarray(dose / (own[..., 0] + dose))


def sigmoid_emax(dose: Floats, own: Floats) -> Floats:
    """Sigmoid Emax shape of doses with ed50 and the Hill coefficient."""
    power = (dose / own[..., 0]) ** own[..., 1]
    return np.asarray(power / (1 + power))


def logistic(dose: Floats, own: Floats) -> Floats:
    """Logistic shape of doses with ed50 and width."""
    return np.asarray(expit((dose - own[..., 0]) / own[..., 1]))


def exponential(dose: Floats, own: Floats) -> Floats:
    """Exponential shape of doses with its scale."""
    return np.asarray(np.expm1(dose / own[..., 0]))


def beta_of(scale: float) -> Family:
    """Beta family that is back at the level of the control at a dose.

    Parameters
    ----------
    scale : float
        That dose, above 1.
    """

    def curve(dose: Floats, own: Floats) -> Floats:
        a, b, x = own[..., 0], own[..., 1], dose / scale
        size = np.exp((a + b) * np.log(a + b) - a * np.log(a) - b * np.log(b))
        return np.asarray(size * x**a * (1 - x) ** b)

    return Family(curve, (0.05, 0.05), (4.0, 4.0))


def linear_in_log(offset: float) -> Family:
    """Family linear in log(dose + offset)."""
    return Family(lambda dose, own: np.log(dose + offset) + 0 * own.sum(axis=-1))


LINEAR = Family(lambda dose, own: dose + 0 * own.sum(axis=-1))
QUADRATIC = Family(lambda dose, own: dose + 0 * own.sum(axis=-1), (), ())  # dose squared is its second slope
EMAX = Family(emax, (0.001,), (1.5,))
SIGMOID_EMAX = Family(sigmoid_emax, (0.001, 0.5), (1.5, 10.0))
LOGISTIC = Family(logistic, (0.001, 0.01), (1.5, 0.5))
EXPONENTIAL = Family(exponential, (0.1,), (2.0,))


class Fits(NamedTuple):
    """Fits of one family.

    Attributes
    ----------
    effect : (trial, dose)
        Difference to the control over `DOSES` doses from 0 to the largest.
    misfit : (trial,)
        Weighted squares between estimates and fit.
    criterion : (trial,)
        Misfit and twice the number of parameters (generalised AIC, Pinheiro 2014).
    """

    effect: Floats
    misfit: Floats
    criterion: Floats


def fit_family(family: Family, doses: Floats, arms: ArmEstimates) -> Fits:
    """Generalised least-squares fit of a family to each trial.

    Parameters
    ----------
    family : Family
        One of this file.
    doses : (arm,)
        As shares of the largest, the control's 0 first.
    arms : ArmEstimates
        Of the trials.
    """
    grid = np.linspace(0.0, 1.0, DOSES)
    if family is QUADRATIC:
        columns = np.stack([doses, doses**2], axis=-1)
        weighted = arms.precision @ columns
        slopes = np.linalg.solve(
            np.einsum("ak,tal->tkl", columns, weighted), np.einsum("tak,ta->tk", weighted, arms.estimate)[..., None]
        )[..., 0]
        effect = slopes @ np.stack([grid, grid**2])
        rest = arms.estimate - slopes @ columns.T
        return _judged(effect, np.einsum("ta,tab,tb->t", rest, arms.precision, rest), 4 - 1)
    own = _best_parameters(family, doses, arms)
    shape = family.curve(doses, own[:, None, :])
    slope, misfit = _slope(shape[:, None, :], arms)
    curve = family.curve(grid, own[:, None, :])
    return _judged(slope * (curve - curve[:, :1]), misfit[:, 0], family.parameters)


def _judged(effect: Floats, misfit: Floats, parameters: int) -> Fits:
    return Fits(effect, misfit, misfit + 2 * parameters)


def _best_parameters(family: Family, doses: Floats, arms: ArmEstimates) -> Floats:
    """Own parameters (trial, k) of the best fit."""
    trials, k = len(arms.estimate), len(family.low)
    low, high = np.log(np.array(family.low)), np.log(np.array(family.high))
    if not k:
        return np.zeros((trials, 0))
    axes = [np.linspace(a, b, FIRST[k]) for a, b in zip(low, high, strict=True)]
    points = np.array(list(product(*axes)))
    misfit = _slope(family.curve(doses, np.exp(points)[:, None, :])[None], arms)[1]
    best = points[misfit.argmin(axis=1)]
    width = np.array([axis[1] - axis[0] for axis in axes])
    steps = np.array(list(product(np.linspace(-1, 1, STEPS), repeat=k)))
    for _ in range(ZOOMS):
        near = np.clip(best[:, None, :] + steps * width, low, high)
        misfit = _slope(family.curve(doses, np.exp(near)[:, :, None, :]), arms)[1]
        best = near[np.arange(trials), misfit.argmin(axis=1)]
        width = width * NARROWER
    return np.asarray(np.exp(best))


def _slope(shape: Floats, arms: ArmEstimates) -> tuple[Floats, Floats]:
    """Slope and misfit (trial, point) of shapes (trial or 1, point, arm)."""
    wide = np.broadcast_to(shape, (len(arms.estimate), *shape.shape[1:]))
    weighted = wide @ arms.precision
    size = np.maximum(np.einsum("tga,tga->tg", weighted, wide), 1e-12)
    along = np.einsum("tga,ta->tg", weighted, arms.estimate)
    total = np.einsum("ta,tab,tb->t", arms.estimate, arms.precision, arms.estimate)
    return along / size, total[:, None] - along**2 / size


def first_doses(effect: Floats, wanted: Floats | float) -> Floats:
    """Smallest dose with an effect, by straight lines between points; NaN where none has it, (trial,).

    Parameters
    ----------
    effect : (trial, dose)
        Of `Fits`, positive in favour of the cells.
    wanted : float or (trial,)
        Positive.

    Examples
    --------
    >>> first_doses(np.linspace(0, 2, DOSES)[None], 0.5).round(6).tolist()
    [0.25]
    """
    level = np.broadcast_to(np.asarray(wanted, float), len(effect))
    reached = effect >= level[:, None]
    at, row = np.maximum(reached.argmax(axis=1), 1), np.arange(len(effect))
    before, after = effect[row, at - 1], effect[row, at]
    step = np.where(after > before, (level - before) / np.where(after > before, after - before, 1.0), 1.0)
    return np.where(reached.any(axis=1), (at - 1 + step) / (effect.shape[1] - 1), np.nan)
