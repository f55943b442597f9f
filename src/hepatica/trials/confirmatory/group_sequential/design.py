"""Group sequential design: efficacy and futility boundaries, drift, expected information.

Two-sided designs are symmetric: each side has half of the error, and power counts the upper side. One-sided designs
may stop for futility by beta spending or at given values. Non-binding futility leaves the efficacy boundary as it is
without futility, so that the type I error holds if futility is not obeyed; binding futility lowers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.harm import NullSpending, boundaries_without_effect
from hepatica.trials.confirmatory.group_sequential.recursion import (
    StoppingProbabilities,
    SubDensity,
    checked_information,
    stopping_probabilities,
)
from hepatica.trials.confirmatory.group_sequential.shapes import Shape
from hepatica.trials.confirmatory.group_sequential.spending import Spending

Floats = NDArray[np.float64]
Efficacy = Shape | Spending
Futility = Spending | NullSpending | Sequence[float] | None


@dataclass(frozen=True)
class GroupSequentialDesign:
    """Group sequential design on the z scale.

    Attributes
    ----------
    fractions : (looks,)
        Information fractions, the last one 1.
    critical : (looks,)
        Efficacy boundary.
    futility : (looks,)
        Lower boundary: -inf where there is none, at the last look the critical value if any stops for futility; of a
        two-sided design, minus the critical values.
    alpha : float
        Type I error, of both sides together if two-sided.
    beta : float
        One minus power.
    two_sided, binding : bool
    drift : float
        Effect times the square root of the maximal information, at which the power is 1 - beta.
    """

    fractions: Floats
    critical: Floats
    futility: Floats
    alpha: float
    beta: float
    two_sided: bool
    binding: bool
    drift: float

    @property
    def alpha_per_side(self) -> float:
        """Type I error of one side."""
        return self.alpha / 2 if self.two_sided else self.alpha

    @property
    def fixed_drift(self) -> float:
        """Drift of the design with one look and the same error and power."""
        return float(-ndtri(self.alpha_per_side) - ndtri(self.beta))

    @property
    def inflation(self) -> float:
        """Maximal information over that of the design with one look."""
        return (self.drift / self.fixed_drift) ** 2

    @property
    def alpha_spent(self) -> Floats:
        """Cumulative type I error at each look, of both sides; futility is obeyed only where it binds."""
        lower = self.futility if self.binding or self.two_sided else np.full(len(self.critical), -np.inf)
        stops = stopping_probabilities(self.fractions, self.critical, lower)
        return np.cumsum(stops.upper) * (2 if self.two_sided else 1)

    def probabilities(self, drift: float) -> StoppingProbabilities:
        """Probabilities of stopping at each look under a drift, futility obeyed."""
        return stopping_probabilities(self.fractions, self.critical, self.futility, drift)

    def power(self, drift: float) -> float:
        """Probability of crossing the upper boundary under a drift, futility obeyed."""
        return float(self.probabilities(drift).upper.sum())

    def expected_information(self, drift: float) -> float:
        """Expected information when the trial stops, as a fraction of the maximum."""
        early = self.probabilities(drift)
        stop = (early.upper + early.lower)[:-1]
        return float(stop @ self.fractions[:-1] + (1 - stop.sum()) * self.fractions[-1])

    def expected_ratio(self, drift: float) -> float:
        """Expected information over that of the design with one look (ASN ratio)."""
        return self.expected_information(drift) * self.inflation


def spend(spending: Spending, fractions: Floats, alpha: float, two_sided: bool) -> Floats:
    """Critical values (looks,) by a spending function of one side's error, futility not obeyed."""
    steps = np.diff(spending(fractions, alpha), prepend=0.0)
    now, critical = SubDensity.start(), np.zeros(len(fractions))
    for k, here in enumerate(fractions):
        critical[k] = now.upper_bound(steps[k], here)
        if k + 1 < len(fractions):
            now = now.advance(-critical[k] if two_sided else -np.inf, critical[k], here, fractions[k + 1])
    return critical


def _at_drift(
    drift: float, fractions: Floats, critical: Floats | None, alpha: Floats, beta: Floats
) -> tuple[Floats, Floats, float]:
    """Critical values, futility and the type II error under a drift, boundaries spent look by look.

    Critical values that are given stay (non-binding); otherwise they are spent with futility obeyed (binding).
    """
    null, truth = SubDensity.start(), SubDensity.start(drift)
    upper, lower, missed = np.zeros(len(fractions)), np.full(len(fractions), -np.inf), 0.0
    for k, here in enumerate(fractions):
        upper[k] = critical[k] if critical is not None else null.upper_bound(alpha[k], here)
        if k + 1 == len(fractions):
            lower[k] = upper[k]
            return upper, lower, missed + truth.below(upper[k], here)
        lower[k] = min(truth.lower_bound(beta[k], here), upper[k])
        missed += truth.below(lower[k], here)
        null = null.advance(lower[k], upper[k], here, fractions[k + 1])
        truth = truth.advance(lower[k], upper[k], here, fractions[k + 1])
    raise AssertionError("a design has at least one look")


def _with_futility(
    fractions: Floats, efficacy: Efficacy, futility: Spending, alpha: float, beta: float, binding: bool
) -> tuple[Floats, Floats, float]:
    """Critical values, futility and drift by beta spending (Pampallona, Tsiatis and Kim 2001, Drug Inf J 35:1113)."""
    critical = None
    steps = np.zeros(len(fractions))
    if isinstance(efficacy, Spending):
        steps = np.diff(efficacy(fractions, alpha), prepend=0.0)
        critical = None if binding else spend(efficacy, fractions, alpha, False)
    elif binding:
        raise InputError("binding", True, "binding futility needs efficacy by a spending function, or binding = False")
    else:
        critical = efficacy.critical_values(fractions, alpha, False)
    beta_steps = np.diff(futility(fractions, beta), prepend=0.0)

    def excess(drift: float) -> float:
        return _at_drift(drift, fractions, critical, steps, beta_steps)[2] - beta

    fixed = float(-ndtri(alpha) - ndtri(beta))
    drift = float(brentq(excess, 1e-6, 10 * fixed + 5, xtol=1e-12))
    upper, lower, _ = _at_drift(drift, fractions, critical, steps, beta_steps)
    return upper, lower, drift


def _given_futility(futility: Sequence[float], critical: Floats) -> Floats:
    values = np.asarray(futility, float)
    if values.shape != (len(critical) - 1,) or np.isnan(values).any() or (values >= critical[:-1]).any():
        below = critical[:-1].round(3).tolist()
        allowed = f"give {len(critical) - 1} values of z, one for each look but the last, below {below}"
        raise InputError("futility", list(futility), allowed)
    return np.append(values, critical[-1])


def _checked(looks: int | Sequence[float], alpha: float, beta: float) -> Floats:
    fractions = np.arange(1, looks + 1) / looks if isinstance(looks, int) and looks > 0 else looks
    at = checked_information(np.asarray(fractions, float), "looks")
    if abs(at[-1] - 1) > 1e-9 or len(at) > 50:
        raise InputError("looks", looks, "give their number (50 at most), or fractions of information that end with 1")
    for name, value, most in (("alpha", alpha, 0.5), ("beta", beta, 1 - alpha)):
        if not 0 < value < most:
            raise InputError(name, value, f"give a number between 0 and {most:g}")
    return at


def _boundaries(
    at: Floats, efficacy: Efficacy, futility: NullSpending | Sequence[float] | None, alpha: float,
    *, two_sided: bool, binding: bool,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Critical values and lower boundary that do not depend on the power."""
    if isinstance(futility, NullSpending):
        return _with_harm(at, efficacy, futility, alpha, binding)
    if futility is not None and binding:
        critical = _bind(at, efficacy, np.asarray(futility, float), alpha)
    elif isinstance(efficacy, Spending):
        critical = spend(efficacy, at, alpha, two_sided)
    else:
        critical = efficacy.critical_values(at, alpha, two_sided)
    if futility is not None:
        return critical, _given_futility(futility, critical)
    return critical, -critical if two_sided else np.full(len(at), -np.inf)


def design_group_sequential(
    looks: int | Sequence[float],
    efficacy: Efficacy,
    *,
    alpha: float = 0.025,
    beta: float = 0.2,
    two_sided: bool = False,
    futility: Futility = None,
    binding: bool = False,
) -> GroupSequentialDesign:
    """Design a group sequential trial.

    Parameters
    ----------
    looks : int, or sequence of float
        Number of equally spaced looks, or information fractions that end with 1.
    efficacy : Shape or Spending
        Shape of the efficacy boundary, or function that spends alpha.
    alpha, beta : float
        Type I error (of both sides if two-sided), and one minus power.
    two_sided : bool
        True for a symmetric design.
    futility : Spending, NullSpending, sequence of float, or None
        Function that spends beta, or a probability without effect (harm), or values of z at all looks but the last
        (-inf for none).
    binding : bool
        True if the efficacy boundary counts on futility being obeyed.

    Returns
    -------
    GroupSequentialDesign

    Raises
    ------
    InputError
        If fractions or errors are impossible, or the combination is not defined.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.group_sequential.spending import LanDeMetsOBrienFleming
    >>> design = design_group_sequential(3, LanDeMetsOBrienFleming(), beta=0.1)
    >>> design.critical.round(4).tolist(), round(design.inflation, 5)
    ([3.7103, 2.5114, 1.993], 1.01185)
    """
    at = _checked(looks, alpha, beta)
    if two_sided and futility is not None:
        raise InputError(
            "futility", futility, "a symmetric two-sided design has none; design one side with half of alpha"
        )
    side = alpha / 2 if two_sided else alpha
    if isinstance(futility, Spending):
        critical, lower, drift = _with_futility(at, efficacy, futility, side, beta, binding)
        return GroupSequentialDesign(at, critical, lower, alpha, beta, two_sided, binding, drift)
    critical, lower = _boundaries(at, efficacy, futility, side, two_sided=two_sided, binding=binding)

    def shortfall(drift: float) -> float:
        return float(stopping_probabilities(at, critical, lower, drift).upper.sum()) - (1 - beta)

    fixed = float(-ndtri(side) - ndtri(beta))
    if shortfall(10 * fixed + 5) < 0:
        raise InputError("futility", futility, "it stops so often that no effect reaches the power; give lower values")
    drift = float(brentq(shortfall, 0.0, 10 * fixed + 5, xtol=1e-12))
    return GroupSequentialDesign(at, critical, lower, alpha, beta, two_sided, binding, drift)


def _bind(fractions: Floats, efficacy: Efficacy, futility: Floats, alpha: float) -> Floats:
    """Critical values (looks,) with given, binding futility values."""
    lower = np.append(futility, -np.inf)[: len(fractions)]
    if len(lower) < len(fractions) or np.isnan(lower).any():
        raise InputError("futility", futility.tolist(), f"give {len(fractions) - 1} values of z")
    if not isinstance(efficacy, Spending):
        return efficacy.critical_values(fractions, alpha, False, lower)
    steps = np.diff(efficacy(fractions, alpha), prepend=0.0)
    now, critical = SubDensity.start(), np.zeros(len(fractions))
    for k, here in enumerate(fractions):
        critical[k] = now.upper_bound(steps[k], here)
        if k + 1 < len(fractions):
            now = now.advance(lower[k], critical[k], here, fractions[k + 1])
    return critical


def _with_harm(
    fractions: Floats, efficacy: Efficacy, harm: NullSpending, alpha: float, binding: bool
) -> tuple[Floats, Floats]:
    """Critical values and lower boundary by spending without effect."""
    if not isinstance(efficacy, Spending):
        if binding:
            raise InputError("binding", True, "a lower boundary that binds needs efficacy by a spending function")
        critical = efficacy.critical_values(fractions, alpha, False)
        return boundaries_without_effect(fractions, critical, np.zeros(len(fractions)), harm)
    steps = np.diff(efficacy(fractions, alpha), prepend=0.0)
    stays = None if binding else spend(efficacy, fractions, alpha, False)
    return boundaries_without_effect(fractions, stays, steps, harm)
