"""Exact power and sample size of Fisher's test of two proportions, by enumeration of all tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, hypergeom

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.proportions import sample_size_proportions
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors

MAX_PER_ARM = 5000


def rejection_limits(treated: int, control: int, alpha: float) -> NDArray[np.int64]:
    """Fewest treated events at which the one-sided test rejects, for each number of events in both arms together.

    Parameters
    ----------
    treated, control : int
        Patients.
    alpha : float
        One-sided level.

    Returns
    -------
    (treated + control + 1,)
        treated + 1 where no table rejects.
    """
    totals = np.arange(treated + control + 1)
    events = np.arange(treated + 1)
    # upper tail P(X >= x | total), which falls with x
    tails = hypergeom.sf(events[None, :] - 1, treated + control, treated, totals[:, None])
    return np.asarray((tails > alpha * (1 + 1e-12)).sum(axis=1))


def power_fisher(p1: float, p2: float, treated: int, control: int, *, errors: Errors = ERRORS) -> float:
    """Exact power of Fisher's test, in the direction of the effect.

    Parameters
    ----------
    p1, p2 : float
        Proportions of treated and control; if equal, this is the actual type I error of the upper side.
    treated, control : int
        Patients.
    errors : Errors
        Beta is not used; a two-sided test is two one-sided ones at half of alpha.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If a proportion or a number of patients is impossible.

    Examples
    --------
    >>> round(power_fisher(0.75, 0.55, 97, 97), 4) > 0.79
    True
    """
    for name, p in (("p1", p1), ("p2", p2)):
        if not 0 <= p <= 1:
            raise InputError(name, p, "give a proportion from 0 to 1")
    for name, n in (("treated", treated), ("control", control)):
        if not 1 <= n <= MAX_PER_ARM:
            raise InputError(name, n, f"give a whole number of patients from 1 to {MAX_PER_ARM}")
    if p1 < p2:  # fewer events in the treated are as many of the opposite event
        p1, p2 = 1 - p1, 1 - p2
    limits = rejection_limits(treated, control, errors.alpha_per_side)
    total = 0.0
    # a table of x treated and y control events rejects if x >= limit of x + y
    controls = binom.pmf(np.arange(control + 1), control, p2)
    treateds = binom.pmf(np.arange(treated + 1), treated, p1)
    for x, chance in enumerate(treateds):
        if chance > 0:
            total += chance * float(controls[x >= limits[x : x + control + 1]].sum())
    return float(total)


def sample_size_fisher(
    p1: float, p2: float, *, errors: Errors = ERRORS, ratio: int = 1, steady: int = 5
) -> tuple[int, int]:
    """Smallest numbers of treated and control patients with the power, by Fisher's test.

    Power is a saw-tooth of size; the size returned keeps the power for the next sizes too.

    Parameters
    ----------
    p1, p2 : float
        Proportions of treated and control.
    errors : Errors
        Type I and type II error, one- or two-sided.
    ratio : int
        Treated patients for one control.
    steady : int
        Further control patients, one by one, with which the power holds.

    Returns
    -------
    tuple of int
        Treated and control.

    Examples
    --------
    >>> sample_size_fisher(0.9, 0.3)
    (12, 12)
    """
    if ratio < 1:
        raise InputError("ratio", ratio, "give a whole number of treated patients for one control")
    near = sample_size_proportions(p1, p2, errors=errors, ratio=ratio).control
    allowed = f"more than {MAX_PER_ARM} patients an arm are needed; use sample_size_proportions"
    if near * ratio > MAX_PER_ARM:
        raise InputError("p1", p1, allowed)

    def enough(n: int) -> bool:
        return power_fisher(p1, p2, ratio * n, n, errors=errors) >= 1 - errors.beta

    n = max(2, int(near * 0.8))
    while n > 2 and any(enough(m) for m in range(n, n - 3, -1) if m > 1):
        n = max(2, n - 5)
    run = 0
    while run <= steady:
        if n * ratio > MAX_PER_ARM:
            raise InputError("p1", p1, allowed)
        run = run + 1 if enough(n) else 0
        n += 1
    n -= steady + 1
    return ratio * n, n
