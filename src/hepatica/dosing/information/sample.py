"""Expected value of sample information: a two-arm trial of survival, before a choice among regimens is made."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    people: int
    per_patient: float
    net: float
    error: float = float("nan")


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
    low, high = float((effect - REACH * sd).min()), float((effect + REACH * sd).max())
    finest = max(float(sd.min()), (high - low) / 4000)
    x = np.linspace(low, high, int(np.clip(np.ceil(4 * (high - low) / finest), GRID, 16_001)))
    after = np.zeros((len(x), gain.shape[1]))
    for start in range(0, len(effect), 512):
        few = slice(start, start + 512)
        z = (x[:, None] - effect[few]) / sd[few]
        after += (np.exp(-0.5 * z * z) * (weight[few] / (sd[few] * np.sqrt(2 * np.pi)))) @ gain[few]
    value = np.trapezoid(after.max(axis=1), x) - (weight @ gain).max()
    return float(max(value, 0.0))


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
