"""Unblinded sample size re-estimation in two stages: promising zone, inverse normal combination test.

The second stage is enlarged where the conditional power at the interim effect is promising but short of the target
(Mehta and Pocock 2011, Stat Med 30:3267). The inverse normal test with weights planned beforehand keeps the type I
error whatever the rule (Cui, Hung and Wang 1999, Biometrics 55:853; Lehmacher and Wassmer 1999, Biometrics 55:1286).
The conventional statistic does so only if the zone starts high enough (Chen, DeMets and Lan 2004, Stat Med 23:1023).
Power, type I error and expected information are integrals over the interim statistic, without simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.recursion import panels

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PromisingZone:
    """Rule of enlargement.

    Attributes
    ----------
    least : float
        Conditional power at the interim effect from which the result is promising.
    target : float
        Conditional power to reach; results above it are left alone.
    max_increase : float
        Largest maximal information over the planned one.
    """

    least: float = 0.36
    target: float = 0.9
    max_increase: float = 2.0

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 <= self.least < self.target < 1:
            raise InputError(
                "least, target", (self.least, self.target), "give two conditional powers from 0 to 1, rising"
            )
        if not 1 <= self.max_increase < np.inf:
            raise InputError("max_increase", self.max_increase, "give a factor of at least 1")


DEFAULT_ZONE = PromisingZone()
"""Conditional power 0.36 to 0.9, at most twice the planned information."""


class ReEstimationCharacteristics(NamedTuple):
    """Operating characteristics of a trial with re-estimation, under one drift.

    Attributes
    ----------
    power : float
        Probability of rejection.
    early_efficacy, early_futility, enlarged : float
        Probabilities of the interim decisions.
    expected_information : float
        As a fraction of the planned maximum.
    """

    power: float
    early_efficacy: float
    early_futility: float
    enlarged: float
    expected_information: float


@dataclass(frozen=True)
class ReEstimationDesign:
    """Two-stage trial whose second stage may be enlarged; information as fractions of the planned maximum.

    Attributes
    ----------
    first : float
        Information of the interim look.
    critical : float
        Of the final test.
    zone : PromisingZone
    early : float
        Critical value of the interim look; infinite for none.
    futility : float
        Interim statistic below which the trial stops; -inf for none.
    conventional : bool
        False for the inverse normal test, True for the statistic of all patients alike.
    """

    first: float
    critical: float
    zone: PromisingZone = DEFAULT_ZONE
    early: float = np.inf
    futility: float = -np.inf
    conventional: bool = False

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 < self.first < 1:
            raise InputError("first", self.first, "give the information of the interim look, between 0 and 1")
        if not self.futility < self.early:
            raise InputError("futility", self.futility, f"it must lie below the early critical value, {self.early:g}")

    def conditional_critical(self, z: ArrayLike) -> Floats:
        """Critical value (...) of the second stage's own statistic, given the interim ones, by planned weights."""
        weighted = np.sqrt(self.first) * np.asarray(z, float)
        return np.asarray((self.critical - weighted) / np.sqrt(1 - self.first))

    def conditional_error(self, z: ArrayLike) -> Floats:
        """Conditional type I error (...) of the planned trial: the level that any second stage may use.

        Mueller and Schaefer 2001, Biometrics 57:886.
        """
        return np.asarray(ndtr(-self.conditional_critical(z)))

    def conditional_power(self, z: ArrayLike) -> Floats:
        """Conditional power (...) of the planned trial at the interim effect."""
        effect = np.asarray(z, float) / np.sqrt(self.first)
        return np.asarray(ndtr(effect * np.sqrt(1 - self.first) - self.conditional_critical(z)))

    def second_information(self, z: ArrayLike) -> Floats:
        """Information (...) of the second stage, given the interim statistics."""
        values = np.asarray(z, float)
        planned = np.full(values.shape, 1 - self.first)
        power = self.conditional_power(values)
        promising = (power >= self.zone.least) & (power < self.zone.target) & (values > 0)
        effect = np.where(promising, values, 1.0) / np.sqrt(self.first)
        needed = (np.maximum(self.conditional_critical(values) + ndtri(self.zone.target), 0.0) / effect) ** 2
        most = self.zone.max_increase - self.first
        return np.where(promising, np.clip(needed, planned, most), planned)

    def rejection(self, z: Floats, second: Floats, drift: float) -> Floats:
        """Probability (...) of rejecting at the end, given interim statistics and information of the second stage."""
        bound = self.conditional_critical(z)
        if self.conventional:
            bound = (self.critical * np.sqrt(self.first + second) - np.sqrt(self.first) * z) / np.sqrt(second)
        return np.asarray(ndtr(drift * np.sqrt(second) - bound))

    def _breaks(self) -> list[float]:
        """Interim statistics at which the rule has a kink."""

        def z_at(power: float) -> float:
            return float(brentq(lambda z: float(self.conditional_power(z)) - power, -40.0, 40.0, xtol=1e-12))

        low, high = (z_at(p) if 0 < p < 1 else 0.0 for p in (self.zone.least, self.zone.target))
        kinks = [low, high]
        most = self.zone.max_increase - self.first

        def spare(z: float) -> float:
            needed = float(self.conditional_critical(z)) + float(ndtri(self.zone.target))
            return float(needed * np.sqrt(self.first) - z * np.sqrt(most))

        if spare(max(low, 1e-9)) > 0 > spare(high):
            kinks.append(float(brentq(spare, max(low, 1e-9), high, xtol=1e-12)))
        return kinks

    def characteristics(self, drift: float) -> ReEstimationCharacteristics:
        """Operating characteristics under a drift: effect times the square root of the planned information.

        Examples
        --------
        >>> design = ReEstimationDesign(0.5, 1.959964)
        >>> round(design.characteristics(0.0).power, 6)
        0.025
        """
        mean = drift * np.sqrt(self.first)
        low, high = max(self.futility, mean - 9.0), min(self.early, mean + 9.0)
        edges = [low, *sorted(b for b in self._breaks() if low < b < high), high]
        pieces = [panels(a, b, 0.3) for a, b in zip(edges[:-1], edges[1:], strict=True)] if low < high else []
        early = float(ndtr(mean - self.early))
        futile = float(ndtr(self.futility - mean))
        power, information, enlarged = early, self.first, 0.0
        for z, weight in pieces:
            mass = weight * np.exp(-0.5 * (z - mean) ** 2) / np.sqrt(2 * np.pi)
            second = self.second_information(z)
            power += float(mass @ self.rejection(z, second, drift))
            information += float(mass @ second)
            enlarged += float(mass[second > (1 - self.first) * (1 + 1e-12)].sum())
        return ReEstimationCharacteristics(power, early, futile, enlarged, information)


def safe_zone_start(first: float, critical: float, target: float, max_increase: float) -> float:
    """Smallest conditional power from which the zone may start so that the conventional test keeps its level.

    From there on, at every enlarged size, the conventional critical value of the second stage is at least that of
    the planned weights.

    Examples
    --------
    >>> 0.3 < safe_zone_start(0.5, 1.959964, 0.9, 2.0) < 0.5
    True
    """
    design = ReEstimationDesign(first, critical, PromisingZone(0.0, target, max_increase), conventional=True)
    z = np.linspace(1e-3, critical / np.sqrt(first), 20001)
    second = design.second_information(z)
    larger = second > (1 - first) * (1 + 1e-12)
    conventional = (critical * np.sqrt(first + second) - np.sqrt(first) * z) / np.sqrt(second)
    unsafe = larger & (conventional < design.conditional_critical(z) - 1e-12)
    return float(design.conditional_power(z[unsafe]).max()) if unsafe.any() else 0.0
