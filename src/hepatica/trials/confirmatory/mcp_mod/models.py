"""Candidate dose-response shapes of MCP-Mod.

A model is e0 + e1 f(dose, theta) with f a standardised shape (Bretz, Pinheiro and Branson 2005, Biometrics 61:738;
Bornkamp, Pinheiro and Bretz 2009, J Stat Softw 29(7)).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import astuple, dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError

Floats = NDArray[np.float64]
_GRID = 4001


class DoseResponse(ABC):
    """Standardised shape with guesses of its nonlinear parameters."""

    @abstractmethod
    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response (...) at doses (...)."""

    @property
    def name(self) -> str:
        """Name of the model, with its parameters."""
        values = ", ".join(f"{v:g}" for v in astuple(self) if isinstance(v, float))  # type: ignore[call-overload]
        return f"{type(self).__name__}({values})" if values else type(self).__name__

    def scaled(self, dose: ArrayLike, max_dose: float, *, placebo: float = 0.0, max_effect: float = 1.0) -> Floats:
        """Response (...) that starts at placebo and whose largest effect up to the maximal dose is max_effect.

        Parameters
        ----------
        dose : (...)
            Doses.
        max_dose : float
            Largest dose of the range.
        placebo, max_effect : float
            Negative for a response that falls.

        Examples
        --------
        >>> Emax(0.5).scaled([0, 1], 1.0, max_effect=2.0).tolist()
        [0.0, 2.0]
        """
        start = float(self.shape(0.0))
        return np.asarray(placebo + max_effect * (self.shape(dose) - start) / self.largest_rise(max_dose))

    def largest_rise(self, max_dose: float) -> float:
        """Largest change of the shape from placebo up to the maximal dose, with its sign."""
        rise = self.shape(np.linspace(0.0, max_dose, _GRID)) - float(self.shape(0.0))
        at = int(np.argmax(np.abs(rise)))
        if at in (0, len(rise) - 1):
            return float(rise[at])
        a, b, c = rise[at - 1 : at + 2]  # top of a parabola through the three highest points
        bend = a - 2 * b + c
        return float(b - (a - c) ** 2 / (8 * bend)) if bend != 0 else float(b)


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < np.inf:
            raise InputError(name, value, "give a positive number")


@final
@dataclass(frozen=True)
class Linear(DoseResponse):
    """Linear in dose."""

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        return np.asarray(dose, float)


@final
@dataclass(frozen=True)
class LinLog(DoseResponse):
    """Linear in log(dose + offset)."""

    offset: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        _positive(offset=self.offset)

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        return np.log(np.asarray(dose, float) + self.offset)


@final
@dataclass(frozen=True)
class Quadratic(DoseResponse):
    """Quadratic, dose + delta dose^2; an umbrella for negative delta."""

    delta: float

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        d = np.asarray(dose, float)
        return np.asarray(d + self.delta * d**2)


@final
@dataclass(frozen=True)
class Emax(DoseResponse):
    """Emax, dose / (ed50 + dose)."""

    ed50: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        _positive(ed50=self.ed50)

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        d = np.asarray(dose, float)
        return np.asarray(d / (self.ed50 + d))


@final
@dataclass(frozen=True)
class SigEmax(DoseResponse):
    """Sigmoid Emax, dose^h / (ed50^h + dose^h)."""

    ed50: float
    h: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        _positive(ed50=self.ed50, h=self.h)

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        power = (np.asarray(dose, float) / self.ed50) ** self.h
        return np.asarray(power / (1 + power))


@final
@dataclass(frozen=True)
class Logistic(DoseResponse):
    """Logistic, 1 / (1 + exp((ed50 - dose) / delta))."""

    ed50: float
    delta: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        _positive(ed50=self.ed50, delta=self.delta)

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        return np.asarray(1 / (1 + np.exp(np.minimum((self.ed50 - np.asarray(dose, float)) / self.delta, 700.0))))


@final
@dataclass(frozen=True)
class Exponential(DoseResponse):
    """Exponential, exp(dose / delta) - 1."""

    delta: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        _positive(delta=self.delta)

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        return np.asarray(np.expm1(np.minimum(np.asarray(dose, float) / self.delta, 700.0)))


@final
@dataclass(frozen=True)
class BetaMod(DoseResponse):
    """Beta model, proportional to (dose / scale)^delta1 (1 - dose / scale)^delta2, at most 1.

    Attributes
    ----------
    delta1, delta2 : float
    scale : float
        Dose at which the response is back at placebo; above the largest dose.
    """

    delta1: float
    delta2: float
    scale: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        _positive(delta1=self.delta1, delta2=self.delta2, scale=self.scale)

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        a, b = self.delta1, self.delta2
        x = np.clip(np.asarray(dose, float) / self.scale, 0.0, 1.0)
        return np.asarray(np.exp((a + b) * np.log(a + b) - a * np.log(a) - b * np.log(b)) * x**a * (1 - x) ** b)


@final
@dataclass(frozen=True)
class Interpolated(DoseResponse):
    """Response given at the doses, linear between them.

    Attributes
    ----------
    doses, responses : tuple of float
        The first dose is placebo.
    """

    doses: tuple[float, ...]
    responses: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if len(self.doses) != len(self.responses) or (np.diff(self.doses) <= 0).any():
            raise InputError("doses", self.doses, "give as many responses as doses, and doses that rise")

    def shape(self, dose: ArrayLike) -> Floats:
        """Standardised response; see `DoseResponse`."""
        return np.asarray(np.interp(np.asarray(dose, float), self.doses, self.responses))

    def largest_rise(self, max_dose: float) -> float:
        """Largest change from placebo, which lies at one of the doses or at the maximal one."""
        at = np.array([*(d for d in self.doses if d < max_dose), max_dose])
        rise = self.shape(at) - float(self.shape(0.0))
        return float(rise[np.argmax(np.abs(rise))])


MODELS = (Linear, LinLog, Quadratic, Emax, SigEmax, Logistic, Exponential, BetaMod, Interpolated)
