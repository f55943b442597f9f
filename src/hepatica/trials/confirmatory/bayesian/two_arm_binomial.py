"""Bayesian two-arm trial with a binary endpoint: posterior probability rule, exact operating characteristics.

The recursion runs over the responses of both arms; looks are of equal numbers of patients in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from hepatica.trials.confirmatory.bayesian.beta_binomial import (
    UNIFORM,
    BetaPrior,
    ResponseCharacteristics,
    superiority_probability,
)


@dataclass(frozen=True)
class TwoArmRule:
    """Rule of a two-arm trial: posterior probability that treated respond better by a margin.

    Attributes
    ----------
    efficacy : float
        At or above which the trial stops with success.
    futility : float
        Below which it stops early without.
    margin : float
    priors : tuple of BetaPrior
        Of treated and control.
    """

    efficacy: float = 0.985
    futility: float = 0.05
    margin: float = 0.0
    priors: tuple[BetaPrior, BetaPrior] = (UNIFORM, UNIFORM)


def _fewest(rule: TwoArmRule, n: int, probability: float) -> NDArray[np.int64]:
    """Fewest treated responses (n + 1,), for each number of control responses, with this posterior probability."""
    control = np.arange(n + 1)
    low, high = np.zeros(n + 1, np.int64), np.full(n + 1, n + 1, np.int64)  # n + 1: none has it
    while (low < high).any():
        middle = (low + high) // 2
        at = np.minimum(middle, n)
        better = superiority_probability((at, n), (control, n), margin=rule.margin, priors=rule.priors)
        enough = better >= probability
        low, high = np.where(enough | (low >= high), low, middle + 1), np.where(enough, np.minimum(high, middle), high)
    return high


def two_arm_characteristics(
    rule: TwoArmRule, looks: Sequence[int], treated: float, control: float
) -> ResponseCharacteristics:
    """Exact operating characteristics of a two-arm rule, by recursion over the responses of both arms.

    Parameters
    ----------
    rule : TwoArmRule
        Rule of decision.
    looks : (looks,)
        Patients of each arm at each look.
    treated, control : float
        Response probabilities.

    Returns
    -------
    ResponseCharacteristics
        Expected patients are of both arms.
    """
    alive, up, down, done = np.ones((1, 1)), [], [], 0
    for k, n in enumerate(looks):
        step = np.arange(n - done + 1)
        grow = [binom.pmf(step, n - done, p) for p in (treated, control)]
        alive = np.apply_along_axis(np.convolve, 0, alive, grow[0])
        alive = np.apply_along_axis(np.convolve, 1, alive, grow[1])
        x = np.arange(n + 1)
        wins = x[:, None] >= _fewest(rule, n, rule.efficacy)
        loses = ~wins if k + 1 == len(looks) else (x[:, None] < _fewest(rule, n, rule.futility)) & ~wins
        up.append(float(alive[wins].sum()))
        down.append(float(alive[loses].sum()))
        alive = np.where(wins | loses, 0.0, alive)
        done = n
    stop = np.array(up) + np.array(down)
    return ResponseCharacteristics(float(sum(up)), np.array(up), np.array(down), float(2 * stop @ np.asarray(looks)))
