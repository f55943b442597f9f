"""Estimates of all arms of many trials at once, with their precision: adjusted means, proportions, log hazards.

The precision (trial, arm, arm) has the level that all arms share taken out, so that its rows add up to 0 and it is all
that a comparison of arms needs; a Cox model, which knows no level, is no exception (Pinheiro et al. 2014, Stat Med
33:1646).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.virtual.kernels.survival import MOST_LOG_RATIO, NEWTON_STEPS, risk_sets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LEAST_INFORMATION = 1e-6


class ArmEstimates(NamedTuple):
    """Estimates (trial, arm) up to a common level, and their precision (trial, arm, arm)."""

    estimate: Floats
    precision: Floats

    def covariance(self) -> Floats:
        """Pseudoinverse of the precision, (trial, arm, arm), for contrasts."""
        level = np.full(self.precision.shape[1:], 1 / self.precision.shape[1])
        return np.asarray(np.linalg.inv(self.precision + level) - level)


def without_level(precision: Floats) -> Floats:
    """Precision (..., arm, arm) of differences alone, the common level estimated and taken out."""
    own = precision.sum(axis=-1)
    total = np.maximum(own.sum(axis=-1), 1e-300)[..., None, None]
    return np.asarray(precision - own[..., :, None] * own[..., None, :] / total)


def adjusted_means(value: Floats, baseline: Floats, arm: Ints, present: Bools, arms: int) -> ArmEstimates:
    """Means of the arms adjusted for baseline by analysis of covariance.

    Parameters
    ----------
    value, baseline : (trial, patient)
        Numbers where present.
    arm : (trial, patient)
        From 0, the control.
    present : (trial, patient)
        Patients who are analysed.
    arms : int
        Number.
    """
    inside = (arm[..., None] == np.arange(arms)) & present[..., None]
    n = np.maximum(inside.sum(axis=1), LEAST_INFORMATION)  # (trial, arm)
    y, x = (np.where(present, v, 0.0) for v in (value, baseline))
    means = [np.einsum("tp,tpa->ta", v, inside) / n for v in (y, x)]
    y, x = (v - np.einsum("ta,tpa->tp", m, inside) for v, m in zip((y, x), means, strict=True))
    spread = np.maximum((x * x).sum(axis=1), 1e-12)
    slope = (x * y).sum(axis=1) / spread
    rest = y - slope[:, None] * x
    df = np.maximum(present.sum(axis=1) - arms - 1, 1)
    variance = np.maximum((rest * rest).sum(axis=1) / df, 1e-12)
    adjusted = means[0] - slope[:, None] * means[1]
    covariance = np.eye(arms) / n[:, None, :] + means[1][:, :, None] * means[1][:, None, :] / spread[:, None, None]
    precision = np.linalg.inv(covariance) / variance[:, None, None]
    return ArmEstimates(adjusted, without_level(precision))


def arm_proportions(hit: Bools, arm: Ints, present: Bools, arms: int, *, pooled: bool = False) -> ArmEstimates:
    """Proportions of the arms; variances have half a success and half a failure added.

    Parameters
    ----------
    hit, arm, present : (trial, patient)
        Success, arm and patients who are analysed.
    arms : int
        Number.
    pooled : bool
        True for the variance of one proportion in all arms, for a test.
    """
    inside = (arm[..., None] == np.arange(arms)) & present[..., None]
    n = inside.sum(axis=1)
    successes = (inside & hit[..., None]).sum(axis=1)
    smoothed = (successes + 0.5) / (n + 1.0)
    if pooled:
        smoothed = ((successes.sum(axis=1) + 0.5) / (n.sum(axis=1) + 1.0))[:, None]
    precision = np.maximum(n, LEAST_INFORMATION) / (smoothed * (1 - smoothed))
    diagonal = precision[..., None] * np.eye(arms)
    return ArmEstimates(successes / np.maximum(n, 1), without_level(diagonal))


def log_hazards(time: Floats, event: Bools, arm: Ints, arms: int, *, steps: int = NEWTON_STEPS) -> ArmEstimates:
    """Log hazards of the arms less that of the control, by the Cox model with Breslow's likelihood.

    Parameters
    ----------
    time, event, arm : (trial, patient)
        Event or censoring (-1 for a patient who is not analysed), and arm from 0, the control.
    arms : int
        Number.
    steps : int
        Of Newton's method; with one the statistics of contrasts are those of the score (log-rank) test.
    """
    sets = [risk_sets(time, event, arm == a) for a in range(arms)]
    own = np.stack([s.treated for s in sets], axis=-1)
    at_risk = np.stack([s.treated_at_risk for s in sets], axis=-1)
    dies = sets[0].event
    beta = np.zeros((len(time), arms))
    information = np.zeros((len(time), arms, arms))
    for _ in range(steps):
        risk = at_risk * np.exp(beta)[:, None, :]
        share = risk / np.maximum(risk.sum(axis=-1, keepdims=True), 1e-300)
        score = np.einsum("tp,tpa->ta", dies, own - share)
        mean = np.einsum("tp,tpa->ta", dies, share)
        information = mean[..., None] * np.eye(arms) - np.einsum("tp,tpa,tpb->tab", dies, share, share, optimize=True)
        free = information[:, 1:, 1:] + LEAST_INFORMATION * np.eye(arms - 1)
        step = np.linalg.solve(free, score[:, 1:, None])[..., 0]
        beta[:, 1:] = np.clip(beta[:, 1:] + np.clip(step, -2, 2), -MOST_LOG_RATIO, MOST_LOG_RATIO)
    level = without_level(np.broadcast_to(np.eye(arms), information.shape))
    return ArmEstimates(beta, information + LEAST_INFORMATION * level)
