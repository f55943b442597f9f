"""Sample size of a two-arm trial: the result, and the checks that every endpoint shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import GroupSequentialDesign


class SampleSize(NamedTuple):
    """Patients of a two-arm trial, not rounded.

    Attributes
    ----------
    total, treated, control : float
    """

    total: float
    treated: float
    control: float

    @classmethod
    def of(cls, total: float, ratio: float) -> SampleSize:
        """Split a total by the allocation ratio, treated to control."""
        return cls(float(total), float(total * ratio / (1 + ratio)), float(total / (1 + ratio)))

    def staged(self, design: GroupSequentialDesign) -> tuple[float, ...]:
        """Cumulative totals at the looks of a group sequential design of the same error and power."""
        return tuple((self.total * design.inflation * design.fractions).tolist())

    def rounded_up(self) -> tuple[int, int]:
        """Whole patients, treated and control."""
        return int(np.ceil(self.treated - 1e-9)), int(np.ceil(self.control - 1e-9))


@dataclass(frozen=True)
class Errors:
    """Errors that a test may make.

    Attributes
    ----------
    alpha : float
        Type I error; of both sides together if two-sided.
    beta : float
        Type II error, one minus power.
    two_sided : bool
    """

    alpha: float = 0.025
    beta: float = 0.2
    two_sided: bool = False

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        for name, value, most in (("alpha", self.alpha, 1.0), ("beta", self.beta, 1.0)):
            if not 0 < value < most:
                raise InputError(name, value, f"give a number between 0 and {most:g}")
        if self.beta >= 1 - self.alpha_per_side:
            raise InputError(
                "beta", self.beta, "it must be less than 1 - alpha: a test without patients has that power"
            )

    @property
    def alpha_per_side(self) -> float:
        """Type I error of one side."""
        return self.alpha / 2 if self.two_sided else self.alpha

    @property
    def z_alpha(self) -> float:
        """Critical value."""
        return float(-ndtri(self.alpha_per_side))

    @property
    def z_beta(self) -> float:
        """Standard normal quantile of the power."""
        return float(-ndtri(self.beta))


ERRORS = Errors()
"""One-sided 0.025, power 0.8."""


def positive(**values: float) -> None:
    """Refuse a value that is not a positive, finite number."""
    for name, value in values.items():
        if not 0 < value < np.inf:
            raise InputError(name, value, "give a positive number")
