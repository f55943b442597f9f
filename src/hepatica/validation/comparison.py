"""Comparison of two predicted arms on the scales on which publications print it: difference, ratios, test statistic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.calibrate.endpoints import DIRECTION, SHARES
from hepatica.validation.scores import Predictive

Floats = NDArray[np.float64]
MIN_SHARE = 1e-6  # of people, whose logarithm is taken
Z = "z"  # scale of the test of no difference


@dataclass(frozen=True)
class ComparedArms:
    """Means or shares of two arms, draw by draw, with their sampling errors.

    Attributes
    ----------
    variable : str
    treated, control : (draws,)
        Means; of a proportion, shares from 0 to 1.
    treated_error, control_error : (draws,)
        Standard errors by sampling.
    """

    variable: str
    treated: Floats
    control: Floats
    treated_error: Floats
    control_error: Floats

    @classmethod
    def of_shares(cls, variable: str, treated: Floats, control: Floats, n: int, m: int) -> ComparedArms:
        """Shares of n and m people.

        Examples
        --------
        >>> arms = ComparedArms.of_shares("death", np.array([0.2]), np.array([0.4]), 100, 100)
        >>> arms.on("difference").mean, arms.on("risk_ratio").mean.round(3)
        (array([-20.]), array([-0.693]))
        """
        errors = (np.sqrt(p * (1 - p) / k) for p, k in ((treated, n), (control, m)))
        return cls(variable, treated, control, *errors)

    def on(self, scale: str) -> Predictive:
        """Predictive distribution of the treated arm less, or over, the control.

        Parameters
        ----------
        scale : {"difference", "ratio", "odds_ratio", "risk_ratio", "hazard_ratio", "z"}
            Ratios as their logarithms: odds and risks of what the variable names, hazards of the event;
            differences of shares in percentage points.
        """
        if scale in ("difference", Z):
            unit = 100.0 if self.variable in SHARES else 1.0
            gap = unit * (self.treated - self.control)
            error = np.maximum(unit * np.sqrt(self.treated_error**2 + self.control_error**2), 1e-9)
            return Predictive.normal(gap / error, np.ones_like(gap)) if scale == Z else Predictive.normal(gap, error)
        (a, da), (b, db) = (
            self._logarithm(x, e, scale)
            for x, e in ((self.treated, self.treated_error), (self.control, self.control_error))
        )
        return Predictive.normal(a - b, np.maximum(np.sqrt(da**2 + db**2), 1e-9))

    def _logarithm(self, x: Floats, error: Floats, scale: str) -> tuple[Floats, Floats]:
        """Logarithm of a mean, of a risk, of odds or of a cumulative hazard, and its standard error."""
        if scale == "ratio":
            x = np.maximum(x, MIN_SHARE)
            return np.log(x), error / x
        x = np.clip(x, MIN_SHARE, 1 - MIN_SHARE)
        if scale == "risk_ratio":
            return np.log(x), error / x
        if scale == "odds_ratio":
            return np.log(x / (1 - x)), error / (x * (1 - x))
        free = 1 - x if DIRECTION[self.variable].value > 0 else x
        hazard = -np.log(free)
        return np.log(hazard), error / (free * hazard)
