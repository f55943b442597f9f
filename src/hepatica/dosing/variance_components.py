"""Variance components of an outcome: between patients, and by parameter uncertainty; patients are nested in draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VarianceComponents:
    """Mean of an outcome with its variance components.

    Attributes
    ----------
    mean : float
    between_patients_sd : float
        SD between patients who share a draw.
    parameter_uncertainty_sd : float
        SD of the population mean over draws, the noise of few patients per draw removed; never 0 by luck of a sample.
    low, high : float
        5 and 95 % points of the population mean under parameter uncertainty.
    above_zero : float
        Share of that distribution above zero.
    error : float
        Monte-Carlo standard error of the mean, by the numbers of draws and of patients.
    """

    mean: float
    between_patients_sd: float
    parameter_uncertainty_sd: float
    low: float
    high: float
    above_zero: float
    error: float = float("nan")


def variance_ratio(ratio: ArrayLike, draws: int) -> Floats:
    """Posterior mean of the variance ratio 1 + n * between / within, given the ratio of mean squares (F).

    The moment estimate is the ratio itself, cut off at one; where it is cut off, no parameter uncertainty would be
    left. Under a prior that is uniform on the shrinkage 1 / (1 + n * between / within), the posterior mean is
    F * P(a, aF) / P(a + 1, aF) with a = (draws - 1) / 2 and P the regularised incomplete gamma function: it tends to F
    where F is large, and stays above one where F is small.

    References
    ----------
    Morris CN, 1983, J Am Stat Assoc 78:47, section 1 (uniform prior on the shrinkage).

    Examples
    --------
    >>> variance_ratio([0.0, 1.0, 9.0], 101).round(2).tolist()
    [1.02, 1.12, 9.0]
    """
    a, f = (draws - 1) / 2, np.maximum(np.asarray(ratio, float), 1e-9)
    least = gammainc(a + 1, a * f)
    return np.where(least > 0, f * gammainc(a, a * f) / np.where(least > 0, least, 1.0), 1 + 1 / a)


@dataclass(frozen=True)
class ShapedDraws:
    """Means of draws with the scatter that parameter uncertainty alone has.

    Attributes
    ----------
    means : (draw,)
    centre, within, uncertainty : float
        Mean over draws, variance between patients who share a draw, variance of the population mean over draws.
    error : float
        Monte-Carlo standard error of the centre.
    """

    means: Floats
    centre: float
    within: float
    uncertainty: float
    error: float


def shape_draws(values: Floats, draw: NDArray[np.int64], *, event: bool | None = None) -> ShapedDraws:
    """Means of draws by one-way random effects (Searle's unbalanced moments), noise of few patients shrunk away.

    The means of draws scatter by ignorance and by having few patients each: each is shrunk towards the centre as far
    as its own standard error says (on the log scale, moderated by that of all draws); a draw under which cells do
    nothing has none, and stays at zero. Of an event that happens or not (differences -1, 0, 1) the pooled variance
    counts: two patients who agree are no proof of none. The between-draw variance is that of `variance_ratio`, which
    luck cannot make zero.

    Parameters
    ----------
    values : (n,)
        One finite value a patient, one patient at least.
    draw : (n,)
        Draw that each carries.
    event : bool, optional
        True for events; by the values unless given.
    """
    _, where, count = np.unique(draw, return_inverse=True, return_counts=True)
    means = np.bincount(where, values) / count
    n, k = len(values), len(count)
    within = float(((values - means[where]) ** 2).sum() / max(n - k, 1))
    total = float((count * (means - values.mean()) ** 2).sum() / max(k - 1, 1))
    size = (n - (count**2).sum() / n) / max(k - 1, 1)
    if k < 2:
        uncertainty = 0.0
    elif within <= 0:
        uncertainty = total / size
    else:
        uncertainty = within * float(variance_ratio(total / within, k) - 1) / size
    centre = float(means.mean())
    own = np.bincount(where, (values - means[where]) ** 2) / np.maximum(count - 1, 1)
    trust = (count - 1) / (count + 1)
    moderated = np.maximum(own, 1e-300) ** trust * max(within, 1e-300) ** (1 - trust)
    pooled = bool(np.isin(values, (-1.0, 0.0, 1.0)).all()) if event is None else event
    error = (np.full(k, within) if pooled else np.where(own > 0, moderated, within * (count < 2))) / count
    shrink = np.sqrt(uncertainty / np.maximum(uncertainty + error, 1e-300))
    simulated = float(np.sqrt((uncertainty + within * np.mean(1 / count)) / k))
    return ShapedDraws(centre + shrink * (means - centre), centre, within, uncertainty, simulated)


def decompose_variance(
    values: Floats, draw: NDArray[np.int64], *, level: float = 0.9, event: bool | None = None
) -> VarianceComponents:
    """Variance components of an outcome, with the interval of its population mean (`shape_draws`).

    Parameters
    ----------
    values : (n,)
        One value a patient; NaN (failed) are left out.
    draw : (n,)
        Draw that each carries.
    level : float
        Probability of the intervals.
    event : bool, optional
        True for events that happen or not; by the values unless given.

    Examples
    --------
    >>> decompose_variance(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1])).between_patients_sd
    0.0
    """
    kept = np.isfinite(values)
    if not kept.any():
        return VarianceComponents(*[float("nan")] * 7)
    s = shape_draws(values[kept], draw[kept], event=event)
    return _components(s.means, np.ones(len(s.means)), s, level)


def decompose_mixture(
    effect: Floats, null: Floats, draw: NDArray[np.int64], null_probability: float, *, level: float = 0.9
) -> VarianceComponents:
    """Variance components of an outcome that is `null` instead of `effect` with some probability.

    Parameters
    ----------
    effect, null : (n,)
        One value a patient, where cells act and where they do nothing; NaN in either is left out.
    draw : (n,)
        Draw that each carries.
    null_probability : float
        Of no effect.
    level : float
        Probability of the intervals.

    Examples
    --------
    >>> half = decompose_mixture(np.array([1.0, 1.0, 3.0, 3.0]), np.zeros(4), np.array([0, 0, 1, 1]), 0.5)
    >>> half.mean, half.above_zero
    (1.0, 0.5)
    """
    kept = np.isfinite(effect) & np.isfinite(null)
    if not kept.any():
        return VarianceComponents(*[float("nan")] * 7)
    acts, none = (shape_draws(v[kept], draw[kept]) for v in (effect, null))
    p = null_probability
    mixed = ShapedDraws(
        means=np.concatenate([acts.means, none.means]),
        centre=(1 - p) * acts.centre + p * none.centre,
        within=(1 - p) * acts.within + p * none.within,
        uncertainty=(1 - p) * acts.uncertainty + p * none.uncertainty + p * (1 - p) * (acts.centre - none.centre) ** 2,
        error=float(np.hypot((1 - p) * acts.error, p * none.error)),
    )
    weight = np.repeat([1 - p, p], len(acts.means))
    return _components(mixed.means, weight, mixed, level)


def _components(means: Floats, weight: Floats, s: ShapedDraws, level: float) -> VarianceComponents:
    ends = np.array([(1 - level) / 2, (1 + level) / 2])
    if np.ptp(weight):
        order = np.argsort(means, kind="stable")
        low, high = np.interp(ends, (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum(), means[order])
    else:
        low, high = np.quantile(means, ends)
    noise = 1.645 * s.error  # the centre itself is known only to its Monte-Carlo error
    return VarianceComponents(
        mean=s.centre,
        between_patients_sd=float(np.sqrt(s.within)),
        parameter_uncertainty_sd=float(np.sqrt(s.uncertainty)),
        low=float(min(low, s.centre - noise)),
        high=float(max(high, s.centre + noise)),
        above_zero=float(weight @ (means > 0) / weight.sum()),
        error=s.error,
    )
