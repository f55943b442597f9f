"""Platform trial with a shared control: arms that enter and leave, correlation, familywise error, power, drift.

Two comparisons are correlated through the controls that they share. With concurrent controls alone each comparison
keeps its level whatever drifts in time; controls from before an arm entered add power and, with a drift, bias (Lee
and Wason 2020, BMC Med Res Methodol 20:165; Bofill Roig et al. 2022, BMC Med Res Methodol 22:228).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.multivariate import equicoordinate_quantile, rectangle_probability

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Platform:
    """Patients of each period: between two changes of arms.

    Attributes
    ----------
    treated : (periods, arms)
        Patients of each arm; 0 where it is not open.
    control : (periods,)
        Control patients.
    """

    treated: Floats
    control: Floats

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        t, c = np.atleast_2d(np.asarray(self.treated, float)), np.asarray(self.control, float)
        object.__setattr__(self, "treated", t)
        object.__setattr__(self, "control", c)
        if c.shape != (len(t),) or not (t >= 0).all() or not (c >= 0).all():
            raise InputError(
                "platform",
                (t.shape, c.shape),
                "give patients of periods by arms, and controls of each period, not negative",
            )
        if not (t.sum(axis=0) > 0).all() or not (self.concurrent().sum(axis=0) > 0).all():
            raise InputError("platform", t.tolist(), "every arm needs patients, and controls of its own periods")

    def concurrent(self) -> Floats:
        """Control patients (periods, arms) randomised while an arm was open."""
        return np.where(self.treated > 0, self.control[:, None], 0.0)

    def _weights(self, concurrent: bool) -> tuple[Floats, Floats]:
        """Weights (periods, arms) of period means, treated and control, in the estimate of each arm.

        Concurrent: stratified by period, weighted by n1 n0 / (n1 + n0). Otherwise controls up to its end are pooled.
        """
        if concurrent:
            n0 = self.concurrent()
            harmonic = self.treated * n0 / np.maximum(self.treated + n0, 1e-300)
            share = harmonic / harmonic.sum(axis=0)
            return share, share
        last = len(self.treated) - 1 - np.argmax((self.treated > 0)[::-1], axis=0)
        seen = np.where(np.arange(len(self.treated))[:, None] <= last, self.control[:, None], 0.0)
        return self.treated / self.treated.sum(axis=0), seen / seen.sum(axis=0)

    def covariance(self, concurrent: bool = True) -> Floats:
        """Covariance (arms, arms) of the estimated differences, for outcomes of variance 1."""
        own, shared = self._weights(concurrent)
        arms = np.where(self.treated > 0, own**2 / np.maximum(self.treated, 1e-300), 0.0).sum(axis=0)
        controls = np.where(self.control[:, None] > 0, shared, 0.0)
        joint = controls.T @ (controls / np.maximum(self.control[:, None], 1e-300))
        return np.asarray(joint + np.diag(arms))

    def correlation(self, concurrent: bool = True) -> Floats:
        """Correlation (arms, arms) of the comparisons with control.

        Examples
        --------
        >>> Platform([[50, 50]], [50]).correlation().round(3).tolist()
        [[1.0, 0.5], [0.5, 1.0]]
        """
        c = self.covariance(concurrent)
        sd = np.sqrt(np.diag(c))
        return np.asarray(c / np.outer(sd, sd))

    def bias(self, drift: Floats, concurrent: bool = True) -> Floats:
        """Bias (arms,) of the differences when the mean outcome of each period (periods,) drifts by these amounts."""
        own, shared = self._weights(concurrent)
        return np.asarray(np.asarray(drift, float) @ (own - shared))


class PlatformCharacteristics(NamedTuple):
    """Operating characteristics of the comparisons of a platform trial.

    Attributes
    ----------
    critical : float
        Value that each statistic has to reach.
    familywise_error : float
        Probability of any rejection if no arm works and nothing drifts.
    pairwise_error : (arms,)
        Of each comparison, with the drift, if no arm works.
    power : (arms,)
        Of each comparison, with effects and drift.
    any_power : float
        Of at least one.
    """

    critical: float
    familywise_error: float
    pairwise_error: Floats
    power: Floats
    any_power: float


def platform_characteristics(
    platform: Platform, effects: Floats, *, sd: float = 1.0, alpha: float = 0.025, familywise: bool = False,
    concurrent: bool = True, drift: Floats | None = None,
) -> PlatformCharacteristics:  # fmt: skip
    """Operating characteristics, exact for normal outcomes of known standard deviation.

    Parameters
    ----------
    platform : Platform
        Patients of each period.
    effects : (arms,)
        Mean differences to control.
    sd : float
        Standard deviation of an outcome.
    alpha : float
        One-sided, of each comparison or of all.
    familywise : bool
        True to hold alpha over all comparisons (Dunnett with the platform's own correlation).
    concurrent : bool
        False to use controls from before an arm entered too.
    drift : (periods,), or None
        Mean of each period, the same for all arms.

    Returns
    -------
    PlatformCharacteristics
    """
    arms = platform.treated.shape[1]
    if np.shape(effects) != (arms,):
        raise InputError("effects", np.shape(effects), f"give {arms}, one for each arm")
    correlation = platform.correlation(concurrent)
    critical = equicoordinate_quantile(1 - alpha, correlation) if familywise else float(-ndtri(alpha))
    se = sd * np.sqrt(np.diag(platform.covariance(concurrent)))
    moved = np.zeros(len(se)) if drift is None else platform.bias(np.asarray(drift, float), concurrent) / se
    shift = np.asarray(effects, float) / se + moved
    return PlatformCharacteristics(
        critical=critical,
        familywise_error=1 - rectangle_probability(-np.inf, critical, correlation).value,
        pairwise_error=np.asarray(ndtr(moved - critical)),
        power=np.asarray(ndtr(shift - critical)),
        any_power=1 - rectangle_probability(-np.inf, critical, correlation, shift=shift).value,
    )
