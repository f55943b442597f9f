"""Inference after a group sequential trial: repeated and stage-wise ordered intervals, median-unbiased estimates.

Stage-wise ordering (Armitage 1957; Tsiatis, Rosner and Mehta 1984, Biometrics 40:797): a result is the more extreme
the earlier it crosses a boundary. Repeated confidence intervals: Jennison and Turnbull 1989, J R Stat Soc B 51:305.
Non-binding futility is left out of the ordering, so that the interval covers whether or not futility was obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import Efficacy, GroupSequentialDesign, spend
from hepatica.trials.confirmatory.group_sequential.recursion import SubDensity, checked_information
from hepatica.trials.confirmatory.group_sequential.spending import Spending

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """Confidence interval."""

    low: float
    high: float


class StagewiseInference(NamedTuple):
    """Inference by stage-wise ordering.

    Attributes
    ----------
    p_value : float
        One-sided, of no effect.
    estimate : float
        Median-unbiased.
    interval : Interval
        Two-sided, equal tails.
    naive : float
        Maximum likelihood estimate, biased by stopping.
    """

    p_value: float
    estimate: float
    interval: Interval
    naive: float


def _look(design: GroupSequentialDesign, look: int) -> int:
    if not 1 <= look <= len(design.fractions):
        raise InputError("look", look, f"give a look, from 1 to {len(design.fractions)}")
    return look - 1


def stagewise_p_value(design: GroupSequentialDesign, look: int, z: float, drift: float = 0.0) -> float:
    """Probability under a drift of a result at least as extreme, by stage-wise ordering.

    Parameters
    ----------
    design : GroupSequentialDesign
        Design in use.
    look : int
        Look at which the trial stopped, from 1.
    z : float
        Its statistic.
    drift : float
        Effect times the square root of the maximal information.
    """
    last = _look(design, look)
    obeyed = design.binding or design.two_sided
    now, total = SubDensity.start(drift), 0.0
    for k in range(last):
        here, lower = design.fractions[k], design.futility[k] if obeyed else -np.inf
        total += now.above(design.critical[k], here)
        now = now.advance(lower, design.critical[k], here, design.fractions[k + 1])
    return total + now.above(z, design.fractions[last])


def stagewise_inference(
    design: GroupSequentialDesign, look: int, z: float, *, max_information: float = 1.0, level: float = 0.95
) -> StagewiseInference:
    """p-value, median-unbiased estimate and confidence interval of the effect after stopping.

    Parameters
    ----------
    design, look, z :
        As in `stagewise_p_value`.
    max_information : float
        Information at the last look, in one over the squared unit of the effect; 1: the effect is a drift.
    level : float
        Of the two-sided interval.

    Returns
    -------
    StagewiseInference

    Raises
    ------
    InputError
        If the look, the statistic or the level is impossible.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming
    >>> from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
    >>> design = design_group_sequential(2, OBrienFleming())
    >>> found = stagewise_inference(design, 1, 2.9)
    >>> found.naive > found.estimate * 0.999
    True
    """
    if not np.isfinite(z):
        raise InputError("z", z, "give the statistic at stopping as a finite number")
    if not 0 < level < 1:
        raise InputError("level", level, "give a number between 0 and 1, for example 0.95")
    naive = z / np.sqrt(design.fractions[_look(design, look)])
    tail = (1 - level) / 2

    def drift_at(probability: float) -> float:
        low, high = naive - 4.0, naive + 4.0
        while stagewise_p_value(design, look, z, low) > probability:
            low -= 4.0
        while stagewise_p_value(design, look, z, high) < probability:
            high += 4.0
        return float(brentq(lambda d: stagewise_p_value(design, look, z, d) - probability, low, high, xtol=1e-10))

    unit = np.sqrt(max_information)
    low, middle, high = (float(drift_at(p) / unit) for p in (tail, 0.5, 1 - tail))
    return StagewiseInference(stagewise_p_value(design, look, z), middle, Interval(low, high), float(naive / unit))


def repeated_interval(design: GroupSequentialDesign, look: int, z: float, *, max_information: float = 1.0) -> Interval:
    """Repeated confidence interval at a look: it holds at all looks together, stopped or not.

    Of a one-sided design the interval has its one-sided error on either side.
    """
    k = _look(design, look)
    unit = np.sqrt(design.fractions[k] * max_information)
    return Interval(float((z - design.critical[k]) / unit), float((z + design.critical[k]) / unit))


def repeated_p_value(
    looks: int | Sequence[float], efficacy: Efficacy, z: Sequence[float], *, two_sided: bool = False
) -> Floats:
    """Repeated p-values: at each look the smallest level at which the design would have rejected there.

    Parameters
    ----------
    looks, efficacy, two_sided :
        As of `design_group_sequential`.
    z : (seen,)
        Statistics of the looks held so far; of a two-sided design the sign does not matter.

    Returns
    -------
    (seen,)
        1 where no level below one half of a side rejects.

    Raises
    ------
    InputError
        If there are more statistics than looks, or none.

    References
    ----------
    Jennison and Turnbull 2000, Group Sequential Methods with Applications to Clinical Trials, section 9.5

    Examples
    --------
    >>> from hepatica.trials.confirmatory.group_sequential.spending import LanDeMetsOBrienFleming
    >>> repeated_p_value([0.4, 0.7, 1], LanDeMetsOBrienFleming(), [1.233, 2.893]).round(4).tolist()
    [0.3105, 0.0095]
    """
    seen = np.abs(np.asarray(z, float)) if two_sided else np.asarray(z, float)
    fractions = np.arange(1, looks + 1) / looks if isinstance(looks, int) else looks
    at = checked_information(np.asarray(fractions, float), "looks")
    if seen.ndim != 1 or not 1 <= len(seen) <= len(at) or not np.isfinite(seen).all():
        raise InputError("z", seen.tolist(), f"give the statistics of 1 to {len(at)} looks")

    def excess(side: float, k: int) -> float:
        """Critical value of a look, at a level of one side, less its statistic."""
        if isinstance(efficacy, Spending):
            critical = spend(efficacy, at, side, two_sided)
        else:
            critical = efficacy.critical_values(at, side, two_sided)
        return float(min(critical[k], 40.0) - seen[k])

    low, high, values = 1e-12, 0.5 - 1e-9, np.ones(len(seen))
    for k in range(len(seen)):
        if excess(low, k) <= 0:
            values[k] = low
        elif excess(high, k) < 0:
            values[k] = brentq(excess, low, high, args=(k,), xtol=1e-12)
    return np.minimum(values * (2 if two_sided else 1), 1.0)
