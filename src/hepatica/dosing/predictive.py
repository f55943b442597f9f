"""Predictive distribution of the gain of each arm: one mixture of all that is not known, under one hypothesis."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from hepatica.dosing.draw_means import DrawMeans
from hepatica.dosing.variance_components import VarianceComponents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TRIAL_POINTS = 8  # strata of the normal distribution of what differs between trials
_MIDDLES = ndtri((np.arange(TRIAL_POINTS) + 0.5) / TRIAL_POINTS)
TRIAL_Z = _MIDDLES / np.sqrt(np.mean(_MIDDLES**2))
"""Midpoints of the strata, of variance one."""
MIN_SHARE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Predictive:
    """Mixture of parameter draws, the chance of no effect, and the variance between trials; arm 0 is standard care.

    Attributes
    ----------
    hypothesis : str
    gain, harm_alone, survived : DrawMeans
        Per draw and arm: net gain over standard care in quality-adjusted life days, what is left of it where cells do
        nothing (harm and burden), and survival to the horizon.
    odds_slope : (arm,)
        Days of gain per unit of the log odds ratio of survival; 0 for standard care.
    shift : (draw, arm), optional
        Shift of the log odds of survival, as a reader's prior moves it; days follow survival in proportion.
    trial_sd : (draw,)
        SD of the log odds ratio between trials.
    excess : dict of harm to (draw, arm)
        Probability over that of standard care.
    harms : dict of harm to tuple of VarianceComponents
        The same, with variance components and Monte-Carlo error, per arm.
    alive, free, transplants, waiting : tuple of VarianceComponents
        Per arm: survival to the horizon, with transplant or not, and without; probability of a transplant by it; days
        alive without one.
    avoided, lost : tuple of VarianceComponents
        Per arm: probability of a transplant that is avoided and of one that is lost, against standard care.
    weight : (draw,)
        Of each draw; adds up to one.
    null_effect_probability : float
    """

    hypothesis: str
    gain: DrawMeans
    harm_alone: DrawMeans
    survived: DrawMeans
    odds_slope: Floats
    shift: Floats | None = None
    trial_sd: Floats
    excess: dict[str, Floats] = field(default_factory=dict)
    harms: dict[str, tuple[VarianceComponents, ...]] = field(default_factory=dict)
    alive: tuple[VarianceComponents, ...] = ()
    free: tuple[VarianceComponents, ...] = ()
    transplants: tuple[VarianceComponents, ...] = ()
    waiting: tuple[VarianceComponents, ...] = ()
    avoided: tuple[VarianceComponents, ...] = ()
    lost: tuple[VarianceComponents, ...] = ()
    weight: Floats
    null_effect_probability: float

    @property
    def arms(self) -> int:
        """Number of arms, standard care included."""
        return int(self.gain.raw.shape[1])

    @property
    def draw(self) -> Ints:
        """Draws that have patients, (draw,)."""
        return self.gain.draw

    @functools.cached_property
    def survival(self) -> Floats:
        """Survival to the horizon, (draw, arm)."""
        own = np.clip(self.survived.shrunk, 0.0, 1.0)
        return (
            own if self.shift is None else np.asarray(expit(logit(np.clip(own, MIN_SHARE, 1 - MIN_SHARE)) + self.shift))
        )

    @functools.cached_property
    def _days(self) -> Floats:
        """Days by the shift, (draw, arm): a day's worth of the mean patient is the odds slope over S (1 - S)."""
        if self.shift is None:
            return np.zeros_like(self.gain.raw)
        own = np.clip(self.survived.shrunk, MIN_SHARE, 1 - MIN_SHARE)
        mean = self.weight @ own
        return np.asarray(self.odds_slope / (mean * (1 - mean)) * (self.survival - own))

    @property
    def raw(self) -> Floats:
        """Net gain, means over the patients of each draw, (draw, arm)."""
        return self.gain.raw + self._days

    @property
    def shrunk(self) -> Floats:
        """Net gain of each draw without the noise of few patients, (draw, arm)."""
        return self.gain.shrunk + self._days

    @property
    def null(self) -> Floats:
        """Net gain of each draw where cells do nothing, (draw, arm)."""
        return self.harm_alone.shrunk

    @functools.cached_property
    def scenario_weight(self) -> Floats:
        """Weight of each scenario: (draw x trial, effect) first, then (draw, no effect)."""
        p = self.null_effect_probability
        return np.concatenate([np.repeat((1 - p) * self.weight / TRIAL_POINTS, TRIAL_POINTS), p * self.weight])

    @functools.cached_property
    def scenario_gain(self) -> Floats:
        """Net gain of every arm in each scenario, (scenario, arm)."""
        effect = self.shrunk[:, None, :] + (self.trial_sd[:, None] * TRIAL_Z)[:, :, None] * self.odds_slope
        return np.concatenate([effect.reshape(-1, self.arms), self.null])

    def scenario_effect(self, arm: int) -> Floats:
        """Log odds ratio of survival of an arm in each scenario, (scenario,)."""
        p = np.clip(self.survival, MIN_SHARE, 1 - MIN_SHARE)
        ratio = logit(p[:, arm]) - logit(p[:, 0])
        effect = ratio[:, None] + TRIAL_Z * self.trial_sd[:, None]
        return np.concatenate([effect.ravel(), np.zeros(len(ratio))])

    @functools.cached_property
    def scenario_care(self) -> Floats:
        """Survival to the horizon under standard care in each scenario, (scenario,)."""
        care = np.clip(self.survival[:, 0], MIN_SHARE, 1 - MIN_SHARE)
        return np.concatenate([np.repeat(care, TRIAL_POINTS), care])

    @property
    def learnable_weight(self) -> Floats:
        """Weight of what evidence could tell apart: each draw with an effect, then each without, (2 * draw,)."""
        p = self.null_effect_probability
        return np.concatenate([(1 - p) * self.weight, p * self.weight])

    @property
    def learnable_gain(self) -> Floats:
        """Net gain of every arm in each of these, mean of what differs between trials, (2 * draw, arm)."""
        return np.concatenate([self.shrunk, self.null])

    def learnable_effect(self, arm: int) -> Floats:
        """Log odds ratio of survival of an arm in each of these, (2 * draw,)."""
        p = np.clip(self.survival, MIN_SHARE, 1 - MIN_SHARE)
        return np.concatenate([logit(p[:, arm]) - logit(p[:, 0]), np.zeros(len(p))])

    def mean(self) -> Floats:
        """Expected net gain of every arm, (arm,)."""
        return np.asarray(self.scenario_weight @ self.scenario_gain)

    def interval(self, arm: int, level: float = 0.9) -> tuple[float, float]:
        """Interval of the net gain in the next population or trial."""
        low, high = weighted_quantile(
            self.scenario_gain[:, arm], self.scenario_weight, [(1 - level) / 2, (1 + level) / 2]
        )
        return float(low), float(high)

    def chance(self, arm: int, above: float = 0.0) -> float:
        """Probability that the net gain, burden taken off, lies above a value."""
        return float(self.scenario_weight @ (self.scenario_gain[:, arm] > above))

    def survival_gain(self, arm: int) -> tuple[float, float, float]:
        """Expected gain in survival to the horizon, with its 90 % interval."""
        own = self.scenario_survival_gain(arm)
        low, high = weighted_quantile(own, self.scenario_weight, [0.05, 0.95])
        return float(self.scenario_weight @ own), float(low), float(high)

    def scenario_survival_gain(self, arm: int) -> Floats:
        """Gain in survival to the horizon in each scenario, (scenario,)."""
        care = self.scenario_care
        return np.asarray(expit(logit(care) + self.scenario_effect(arm)) - care)

    def harm_chance(self, harm: str, arm: int, limit: float) -> float:
        """Probability that the excess of a harm lies above a limit."""
        return float(self.weight @ (self.excess[harm][:, arm] > limit))

    def harm_chance_error(self, harm: str, arm: int, limit: float) -> float:
        """Monte-Carlo error of that probability: of a share of so many draws."""
        p = self.harm_chance(harm, arm, limit)
        return float(np.sqrt(p * (1 - p) * (self.weight @ self.weight)))

    def opportunity_loss(self, allowed: NDArray[np.bool_] | None = None) -> Floats:
        """Expected opportunity loss of choosing each arm, against the best in each scenario, (arm,)."""
        gain = self.scenario_gain
        best = gain[:, _allowed(allowed, self.arms)].max(axis=1)
        return np.asarray(self.scenario_weight @ (best[:, None] - gain))

    def probability_best(self, allowed: NDArray[np.bool_] | None = None) -> Floats:
        """Probability that each arm is the best, ties shared, (arm,)."""
        gain = np.where(_allowed(allowed, self.arms), self.scenario_gain, -np.inf)
        first = gain >= gain.max(axis=1, keepdims=True) - 1e-12
        return np.asarray(self.scenario_weight @ (first / first.sum(axis=1, keepdims=True)))

    def shifted(self, shift: Floats, null_effect_probability: float) -> Predictive:
        """The same with log odds of survival moved by (draw, arm), and another chance of no effect."""
        moved = shift if self.shift is None else self.shift + shift
        return replace(self, shift=moved, null_effect_probability=null_effect_probability)

    def resampled(self, times: Ints) -> Predictive:
        """Bootstrap replicate: each draw with its patients as often as counted, its means shrunk as in that sample."""
        weight = self.weight * times
        return replace(
            self,
            weight=weight / weight.sum(),
            gain=self.gain.resampled(times),
            harm_alone=self.harm_alone.resampled(times),
            survived=self.survived.resampled(times),
        )


def _allowed(allowed: NDArray[np.bool_] | None, arms: int) -> NDArray[np.bool_]:
    return np.ones(arms, bool) if allowed is None else allowed


def weighted_quantile(values: Floats, weight: Floats, levels: list[float]) -> Floats:
    """Quantiles of a weighted sample, between the middles of the steps of its distribution.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0]), [0.5]).tolist()
    [2.0]
    """
    order = np.argsort(values, kind="stable")
    w = weight[order]
    return np.interp(levels, (np.cumsum(w) - 0.5 * w) / w.sum(), values[order])


def bootstrap_counts(rng: np.random.Generator, draws: int, repeats: int) -> Ints:
    """Bootstrap weights: counts of each draw in each sample, (repeat, draw)."""
    return rng.multinomial(draws, np.full(draws, 1.0 / draws), size=repeats)
