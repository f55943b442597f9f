"""Likelihood of contrasts between arms, those of one publication together, and the probability of no effect.

Contrasts of one publication share people, what their trial differs by, and bias.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, logsumexp

from hepatica.calibrate.endpoints import DEATHS, DIRECTION
from hepatica.calibrate.error_model.bias import BiasPrior
from hepatica.calibrate.error_model.sampling import Sample
from hepatica.calibrate.error_model.statements import Statement
from hepatica.calibrate.inference.counts import MIN_SHARE
from hepatica.calibrate.inference.random_effects import RandomEffects
from hepatica.calibrate.likelihood import Scale
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY, between_study_sd

Floats = NDArray[np.float64]
RESIDUAL_SHARE = 1.0  # SD of what each contrast differs by itself, over the median of that of its variable: assumed
BIAS_CORRELATION = 0.5  # of the bias of two contrasts of a publication: assumed


@dataclass(frozen=True)
class Contrast:
    """Contrast: published difference between a treated arm and its control.

    Attributes
    ----------
    publication, treated, control, variable : str
    label : str
        For a reader: variable and day.
    lines : tuple of int
        Of the treated arm and the control at the day; for ``log`` and ``level`` then both at day 0.
    scale : {"share", "log", "level"}
    value, error : float
        On that scale: logarithm of the odds ratio, difference of logarithms, or difference; and its sampling error.
    between : float
        What the SD of what differs between trials (batches, donors, care) is in units of: 1 for shares, the SD between
        people for means.
    samples : tuple of Sample
        Sampling errors of the treated arm and of the control, for covariances with other contrasts.
    bias : BiasPrior
        Prior of the shift by bias, on the scale of the contrast.
    statement : Statement or None
        Statement that is printed where it is less than a number; `value` is then NaN.
    """

    publication: str
    treated: str
    control: str
    variable: str
    label: str
    lines: tuple[int, ...]
    scale: Scale
    value: float
    error: float
    between: float = 1.0
    samples: tuple[Sample, ...] = ()
    bias: BiasPrior = BiasPrior(0.0, 0.0)
    statement: Statement | None = None

    @property
    def what(self) -> str:
        """Between-trial SD that applies, an entry of `hepatica.patients.draws.BETWEEN_STUDY_SD`."""
        return "effect_share" if self.scale is Scale.SHARE else "effect_mean"

    @property
    def typical(self) -> float:
        """SD of the contrast, bias and between-trial variability at its prior median included."""
        differs = self.between * float(between_study_sd(self.what)) * np.hypot(1.0, RESIDUAL_SHARE)
        return float(np.sqrt(self.error**2 + self.bias.sd**2 + differs**2))

    def covariance(self, other: Contrast) -> float:
        """Covariance with another contrast of its publication: by sampling, and by bias, in part common."""
        if self is other and not self.samples:
            return self.error**2 + self.bias.sd**2
        signs = (1.0, -1.0)
        shared = sum(
            a * b * x.covariance(y)
            for a, x in zip(signs, self.samples, strict=False)
            for b, y in zip(signs, other.samples, strict=False)
        )
        return float(shared) + self.bias.sd * other.bias.sd * (1.0 if self is other else BIAS_CORRELATION)

    def slope(self, mean: Floats) -> Floats:
        """Derivative of the scale at a mean: by how much it turns noise of a mean into noise of the contrast."""
        if self.scale is Scale.SHARE:
            p = np.clip(mean, MIN_SHARE, 1 - MIN_SHARE)
            return np.asarray(1 / (p * (1 - p)))
        return np.asarray(1 / mean if self.scale is Scale.LOG else np.ones_like(mean))

    @property
    def outcome(self) -> str:
        """Variable, or death whichever way it is printed."""
        return "death" if self.variable in DEATHS else self.variable

    def of(self, mean: Floats) -> Floats:
        """Simulated contrast from means (..., lines)."""
        x = mean[..., list(self.lines)]
        if self.scale is Scale.SHARE:
            p = np.clip(x, MIN_SHARE, 1 - MIN_SHARE)
            return np.asarray(logit(p[..., 0]) - logit(p[..., 1]))
        if self.scale is Scale.LOG:
            x = np.log(x)
        treated, control = x[..., 0], x[..., 1]
        return np.asarray(treated - control if x.shape[-1] == 2 else (treated - x[..., 2]) - (control - x[..., 3]))


def log_likelihood(
    contrasts: Sequence[Contrast],
    simulated: Floats,
    differs: Mapping[str, Floats] | None = None,
    noise: Floats | None = None,
) -> Floats:
    """Log likelihood of simulated contrasts (..., contrasts), but for a constant.

    Parameters
    ----------
    contrasts : sequence of Contrast
        Differences between published arms.
    simulated : (..., contrasts)
        On their scales.
    differs : mapping of str to array, optional
        Between-trial SDs of each kind of effect, of the leading shape; prior medians unless given.
    noise : (contrasts,), optional
        SD of each simulated contrast by the few patients it was simulated in, common to the visits of a variable.

    Examples
    --------
    >>> c = Contrast("p", "a", "b", "survival", "survival day 90", (0, 1), Scale.SHARE, 1.0, 0.5, 0.0)
    >>> log_likelihood([c], np.array([[1.0], [0.0]])).round(2).tolist()
    [0.69, -1.31]
    """
    shape = simulated.shape[:-1]
    total = np.zeros(int(np.prod(shape)))
    x = simulated.reshape(len(total), len(contrasts))  # not -1, which no contrasts leave undecided
    for publication in dict.fromkeys(c.publication for c in contrasts):
        rows = [k for k, c in enumerate(contrasts) if c.publication == publication and c.statement is None]
        if not rows:
            continue
        some = [contrasts[k] for k in rows]
        effects = _of_publication(some, None if noise is None else noise[rows])
        kinds = {c.outcome: c.what for c in some}  # in the order of the common parts
        sds = [between_study_sd(w) if differs is None else differs[w] for w in kinds.values()]
        common = np.stack([np.broadcast_to(sd, shape).reshape(-1) for sd in sds], axis=1)
        total += effects.log_likelihood(x[:, rows], common, np.zeros(len(x)))
    for k, c in enumerate(contrasts):
        if c.statement is not None:
            sd = between_study_sd(c.what) if differs is None else differs[c.what]
            trial = np.broadcast_to(sd, shape).reshape(-1)
            total += _of_statement(c, c.statement, x[:, k], trial, 0.0 if noise is None else float(noise[k]))
    return total.reshape(shape)


def _of_statement(c: Contrast, statement: Statement, simulated: Floats, trial: Floats, noise: float) -> Floats:
    """Log likelihood of what is said of a contrast, its bias and all by which trials differ in the error."""
    own = RESIDUAL_SHARE * float(between_study_sd(c.what))
    variance = c.error**2 + c.bias.sd**2 + noise**2 + c.between**2 * (trial**2 + own**2)
    return statement.log_likelihood(simulated + c.bias.mean, np.sqrt(variance))


def _of_publication(some: Sequence[Contrast], noise: Floats | None) -> RandomEffects:
    """Normal likelihood of the contrasts of a publication, less the expected bias."""
    own = [RESIDUAL_SHARE * c.between * float(between_study_sd(c.what)) for c in some]
    covariance = np.array([[a.covariance(b) for b in some] for a in some]) + np.diag(np.square(own))
    if noise is not None:
        same = np.array([[a.outcome == b.outcome for b in some] for a in some])
        covariance = covariance + np.where(same, np.outer(noise, noise), 0.0)
    value = np.array([c.value - c.bias.mean for c in some])
    sign = [DIRECTION[c.variable].value if c.scale is Scale.SHARE else 1 for c in some]
    return RandomEffects.of(value, covariance, np.array([c.between for c in some]) * sign, [c.outcome for c in some])


def null_effect_probability(
    contrasts: Sequence[Contrast],
    fit: Floats,
    differs: Mapping[str, Floats] | None = None,
    null: Floats | None = None,
    before: float = PRIOR_NULL_EFFECT_PROBABILITY,
) -> float:
    """Posterior probability that cells have no effect in people, given the differences between arms (Bayes' theorem).

    Parameters
    ----------
    contrasts : sequence of Contrast
        Differences between published arms.
    fit : array
        Logarithm of the likelihood of all differences under each draw from the priors of the cells; not finite where a
        draw made no patients.
    differs : mapping of str to array
        Draws of the SD by which trials differ, of each kind of difference, over which the likelihood of no effect is
        averaged; typical ones if not given.
    null : (draws, contrasts), optional
        Contrasts to be expected where cells have no effect; 0 unless given.
    before : float
        The chance before.

    Examples
    --------
    >>> c = Contrast("p", "a", "b", "survival", "survival day 90", (0, 1), Scale.SHARE, 1.0, 0.5, 0.0)
    >>> as_predicted = log_likelihood([c], np.ones((2, 1)))  # exp(2) times as likely as without an effect
    >>> round(null_effect_probability([c], as_predicted), 3)
    0.015
    """
    draws = None if differs is None else {k: np.ravel(v) for k, v in differs.items()}
    size = 1 if draws is None else len(next(iter(draws.values())))
    expected = np.zeros((size, len(contrasts))) if null is None else null
    none = log_likelihood(contrasts, expected, draws) if contrasts else np.zeros(1)
    plain = float(logsumexp(none) - np.log(len(none)))
    known = fit[np.isfinite(fit)]
    factor = np.exp(logsumexp(known) - np.log(len(known)) - plain) if len(known) else 1.0
    return float(before / (before + (1 - before) * factor))
