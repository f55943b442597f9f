"""Lower boundary that spends a probability without effect, for harm, whatever the power.

Beta spending places a lower boundary by the power that it costs; here it is placed by the probability of crossing it
when there is no effect (Jennison and Turnbull 2000, Group Sequential Methods, chapter 7; asymmetric two-sided tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.recursion import SubDensity
from hepatica.trials.confirmatory.group_sequential.spending import Spending

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NullSpending:
    """Spending of a probability of stopping below without effect.

    Attributes
    ----------
    spending : Spending
        Its course over the information.
    total : float
        Probability spent by the end; 1 - alpha ends at the critical value.
    """

    spending: Spending
    total: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 < self.total < 1:
            raise InputError("total", self.total, "give a probability between 0 and 1, for example 0.1")


def boundaries_without_effect(
    fractions: Floats, critical: Floats | None, alpha: Floats, harm: NullSpending
) -> tuple[Floats, Floats]:
    """Critical values and lower boundary, (looks,) each.

    Parameters
    ----------
    fractions : (looks,)
        Information fractions.
    critical : (looks,) or None
        Critical values that stay (the lower boundary does not bind); None to spend them with the lower one obeyed.
    alpha : (looks,)
        Type I error of each look, used where critical values are spent.
    harm : NullSpending
        Of the lower boundary.

    Returns
    -------
    critical : (looks,)
    lower : (looks,)
        At most the critical values; at the last look the critical value.
    """
    steps = np.diff(harm.spending(fractions, harm.total), prepend=0.0)
    now, upper, lower = SubDensity.start(), np.zeros(len(fractions)), np.zeros(len(fractions))
    for k, here in enumerate(fractions):
        upper[k] = now.upper_bound(alpha[k], here) if critical is None else critical[k]
        lower[k] = min(now.lower_bound(steps[k], here), upper[k])
        if k + 1 < len(fractions):
            now = now.advance(lower[k], upper[k], here, fractions[k + 1])
    lower[-1] = upper[-1]
    return upper, lower
