"""Expected value of sample information: a two-arm trial of survival, before a choice among regimens is made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
GRID = 601  # points of the trial's estimate over which the choice is integrated
REACH = 5.0  # SDs of the estimate beyond the extreme scenarios that the grid covers


@dataclass(frozen=True)
class TrialValue:
    """Value of a randomised trial of one regimen against standard care.

    Attributes
    ----------
    people : int
        Of both arms together.
    per_patient : float
        EVSI: quality-adjusted life days that one future patient gains by the better choice.
    net : float
        EVSI of all patients whom the answer serves and who are not in the trial, less the cost of the trial.
    error : float
        Monte-Carlo standard error of `net`; NaN where it was not estimated.
    per_patient_error : float
        That of `per_patient`.
    net_replicates : tuple of float
        `net` in the bootstrap replicates behind the error, by which trials of other sizes are compared with it in
        pairs; empty where it was not estimated.
    """

    people: int
    per_patient: float
    net: float
    error: float = float("nan")
    per_patient_error: float = float("nan")
    net_replicates: tuple[float, ...] = field(default=(), repr=False)


def estimate_sd(care: Floats, effect: Floats, people: int) -> Floats:
    """SD of the log odds ratio that a trial estimates, half of the people in each arm (Woolf).

    Examples
    --------
    >>> estimate_sd(np.array([0.5]), np.array([0.0]), 400).round(3).tolist()
    [0.2]
    """
    p0 = np.clip(care, 1e-3, 1 - 1e-3)
    p1 = np.clip(expit(logit(p0) + effect), 1e-3, 1 - 1e-3)
    return np.asarray(np.sqrt(2 / people * (1 / (p0 * (1 - p0)) + 1 / (p1 * (1 - p1)))))


def sample_information(gain: Floats, weight: Floats, effect: Floats, sd: Floats) -> float:
    """EVSI of an estimate that is normal around the effect of each scenario.

    EVSI = integral of max_a sum_s w_s phi((x - effect_s) / sd_s) / sd_s gain_sa dx - max_a sum_s w_s gain_sa: the best
    choice after every possible estimate x, without a simulation of trials.

    Parameters
    ----------
    gain : (scenario, arm)
        Net gain, one column for each choice.
    weight : (scenario,)
        Adds up to one.
    effect, sd : (scenario,)
        Centre and SD of the estimate.

    References
    ----------
    Raiffa H, Schlaifer R, Applied Statistical Decision Theory, 1961, chapter 5 (preposterior analysis). Menzies NA,
    2016, Med Decis Making 36:308 (posterior means by weights of the draws at hand).

    Examples
    --------
    >>> gain = np.array([[0.0, -1.0], [0.0, 1.0]])
    >>> round(sample_information(gain, np.array([0.5, 0.5]), np.array([-1.0, 1.0]), np.array([0.01, 0.01])), 2)
    0.5
    """
    return float(sample_information_replicates(gain[None], weight[None], effect, sd)[0])


def sample_information_replicates(gains: Floats, weights: Floats, effect: Floats, sd: Floats) -> Floats:
    """EVSI of bootstrap replicates of the scenarios, all by the densities of one grid of estimates.

    Parameters
    ----------
    gains : (replicate, scenario, arm)
        Net gain.
    weights : (replicate, scenario)
        Those of a replicate add up to one.
    effect, sd : (scenario,)
        Centre and SD of the estimate, the same in all.

    Returns
    -------
    (replicate,) ndarray
    """
    low, high = float((effect - REACH * sd).min()), float((effect + REACH * sd).max())
    finest = max(float(sd.min()), (high - low) / 4000)
    x = np.linspace(low, high, int(np.clip(np.ceil(4 * (high - low) / finest), GRID, 16_001)))
    weighted = np.swapaxes(weights[:, :, None] * gains, 0, 1)  # (scenario, replicate, arm)
    flat = weighted.reshape(len(effect), -1)
    after = np.zeros((len(x), flat.shape[1]))
    for start in range(0, len(effect), 512):
        few = slice(start, start + 512)
        z = (x[:, None] - effect[few]) / sd[few]
        after += (np.exp(-0.5 * z * z) / (sd[few] * np.sqrt(2 * np.pi))) @ flat[few]
    best = after.reshape(len(x), *weighted.shape[1:]).max(axis=2)
    value = np.trapezoid(best, x, axis=0) - weighted.sum(axis=0).max(axis=1)
    return np.asarray(np.maximum(value, 0.0))


def with_errors(
    trial: TrialValue,
    gains: Floats,
    weights: Floats,
    effect: Floats,
    sd: Floats,
    *,
    population: float,
) -> TrialValue:
    """Trial's value with its Monte-Carlo standard errors, from bootstrap replicates of the scenarios.

    Parameters
    ----------
    trial : TrialValue
        Of the scenarios themselves.
    gains, weights, effect, sd : ndarray
        As in `sample_information_replicates`.
    population : float
        Patients whom the choice concerns.

    Examples
    --------
    >>> gain = np.array([[0.0, -4.0], [0.0, 4.0]])
    >>> half, effect = np.array([0.5, 0.5]), np.array([-0.7, 0.7])
    >>> trial = trial_value(gain, half, effect, half, 400, population=10_000, cost=5.0)
    >>> alike = np.stack([gain, gain]), np.stack([half, half])
    >>> with_errors(trial, *alike, effect, estimate_sd(half, effect, 400), population=10_000).error
    0.0
    """
    each, after = sample_information_replicates(gains, weights, effect, sd), max(population - trial.people, 0.0)
    nets = trial.net + after * (each - trial.per_patient)
    error = float(each.std())
    return replace(trial, per_patient_error=error, error=error * after, net_replicates=tuple(nets.tolist()))


def trial_value(
    gain: Floats,
    weight: Floats,
    effect: Floats,
    care: Floats,
    people: int,
    *,
    population: float,
    cost: float,
    between: Floats | float = 0.0,
) -> TrialValue:
    """Value of a trial to a population, net of what it costs.

    Parameters
    ----------
    gain, weight, effect : (scenario, arm), (scenario,), (scenario,)
        As in `sample_information`.
    care : (scenario,)
        Survival under standard care.
    people : int
        In the trial.
    population : float
        Patients whom the choice concerns.
    cost : float
        Quality-adjusted life days per participant.
    between : (scenario,) or float
        SD of the log odds ratio between trials, which the trial's estimate has on top of its sampling.

    Examples
    --------
    >>> gain = np.array([[0.0, -4.0], [0.0, 4.0]])
    >>> half = np.array([0.5, 0.5])
    >>> trial = trial_value(gain, half, np.array([-0.7, 0.7]), half, 400, population=10_000, cost=5.0)
    >>> round(trial.per_patient, 1), round(trial.net, -2)
    (2.0, 17200.0)
    """
    sd = np.hypot(estimate_sd(care, effect, people), between)
    each = sample_information(gain, weight, effect, sd)
    return TrialValue(people, each, each * max(population - people, 0.0) - cost * people)
