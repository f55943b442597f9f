"""Accrual, hazards and drop-out, piecewise constant: expected patients and events over calendar time.

A patient who enters at u is followed to calendar time s for s - u at most. Integrated over entry times, the number at
risk at time v since randomisation is N(s - v) S(v) G(v), with N the patients entered by a time, S survival and G
freedom from drop-out, so that expected numbers are one integral over v (Lachin and Foulkes 1986, Biometrics 42:507).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.size import positive

Floats = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_COEFFICIENTS = np.linalg.inv(np.polynomial.legendre.legvander(_NODES, len(_NODES) - 1))
# integral from -1 to each node of the polynomial through values at the nodes
_UP_TO_NODE = np.polynomial.legendre.legval(_NODES, np.polynomial.legendre.legint(_COEFFICIENTS, lbnd=-1)).T


def _checked_steps(name: str, rates: tuple[float, ...], changes: tuple[float, ...]) -> None:
    r, c = np.asarray(rates, float), np.asarray(changes, float)
    good = len(r) == len(c) + 1 and np.isfinite(r).all() and (r >= 0).all() and np.isfinite(c).all()
    if not good or (np.diff(c, prepend=0.0) <= 0).any():
        allowed = "give rates of at least 0, and one time less than rates at which they change, positive and increasing"
        raise InputError(name, (rates, changes), allowed)


@dataclass(frozen=True)
class Hazard:
    """Piecewise constant hazard.

    Attributes
    ----------
    rates : tuple of float
        Per unit of time, of each piece.
    changes : tuple of float
        Times at which a piece ends; the last piece has no end.

    Examples
    --------
    >>> float(Hazard.from_median(12.0).survival(12.0).round(6))
    0.5
    """

    rates: tuple[float, ...]
    changes: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        _checked_steps("hazard", self.rates, self.changes)

    @classmethod
    def from_median(cls, median: float) -> Hazard:
        """Constant hazard with a median survival."""
        positive(median=median)
        return cls((float(np.log(2) / median),))

    @classmethod
    def from_survival(cls, survival: float, time: float) -> Hazard:
        """Constant hazard with a survival probability at a time."""
        positive(time=time)
        if not 0 < survival < 1:
            raise InputError("survival", survival, "give a probability strictly between 0 and 1")
        return cls((float(-np.log(survival) / time),))

    def at(self, time: ArrayLike) -> Floats:
        """Hazard (...) at times (...)."""
        return np.asarray(self.rates)[np.searchsorted(self.changes, np.asarray(time, float), side="right")]

    def cumulative(self, time: ArrayLike) -> Floats:
        """Cumulative hazard (...) at times (...)."""
        starts = np.array([0.0, *self.changes])
        widths = np.diff([*starts, np.inf])
        inside = np.clip(np.asarray(time, float)[..., None] - starts, 0.0, widths)
        return np.asarray(inside @ np.asarray(self.rates))

    def survival(self, time: ArrayLike) -> Floats:
        """Survival (...) at times (...)."""
        return np.exp(-self.cumulative(time))

    def times_ratio(self, ratio: float, delay: float = 0.0) -> Hazard:
        """Hazard times a ratio that starts after a delay."""
        positive(ratio=ratio)
        if delay <= 0:
            return Hazard(tuple(r * ratio for r in self.rates), self.changes)
        changes = sorted({*self.changes, delay})
        starts = [0.0, *changes]
        rates = tuple(float(self.at(s)) * (ratio if s >= delay else 1.0) for s in starts)
        return Hazard(rates, tuple(changes))


@dataclass(frozen=True)
class Accrual:
    """Piecewise constant accrual of both arms together, as shares of all patients.

    Attributes
    ----------
    duration : float
        Time from the first to the last patient.
    intensities : tuple of float
        Relative intensities of the pieces.
    changes : tuple of float
        Times at which a piece ends, before the duration.
    """

    duration: float
    intensities: tuple[float, ...] = (1.0,)
    changes: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        positive(duration=self.duration)
        _checked_steps("accrual", self.intensities, self.changes)
        if any(c >= self.duration for c in self.changes) or sum(self.intensities) <= 0:
            raise InputError(
                "accrual", (self.intensities, self.changes), "changes come before the duration; not all may be 0"
            )

    def entered(self, time: ArrayLike) -> Floats:
        """Share of the patients (...) entered by calendar times (...)."""
        edges = np.array([0.0, *self.changes, self.duration])
        inside = np.clip(np.asarray(time, float)[..., None] - edges[:-1], 0.0, np.diff(edges))
        weight = np.asarray(self.intensities)
        return np.asarray(inside @ weight / (np.diff(edges) @ weight))


Dropout = Hazard | tuple[Hazard, Hazard] | None


@dataclass(frozen=True)
class Population:
    """Two arms over time.

    Attributes
    ----------
    control, treated : Hazard
        Of the event.
    accrual : Accrual
    dropout : Hazard, tuple of treated and control, or None
        Of both arms, or of each.
    ratio : float
        Treated patients for one control.
    """

    control: Hazard
    treated: Hazard
    accrual: Accrual
    dropout: Dropout = None
    ratio: float = 1.0

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        positive(ratio=self.ratio)


class AtRisk(NamedTuple):
    """Nodes of time since randomisation, and numbers at risk, as shares of all patients of the trial.

    Attributes
    ----------
    time, weight : (nodes,)
        Nodes and weights of an integral over time since randomisation.
    treated, control : (nodes,)
        At risk.
    hazard_treated, hazard_control : (nodes,)
    """

    time: Floats
    weight: Floats
    treated: Floats
    control: Floats
    hazard_treated: Floats
    hazard_control: Floats

    def integral(self, values: Floats) -> float:
        """Integral over time of values at the nodes."""
        return float(self.weight @ values)

    def cumulative(self, values: Floats) -> Floats:
        """Integrals from 0 to each node of values at the nodes."""
        panels, half = values.reshape(-1, len(_NODES)), self.weight.reshape(-1, len(_NODES))[:, :1] / _WEIGHTS[0]
        integral = (half * panels) @ _WEIGHTS
        return np.asarray((np.cumsum(integral) - integral)[:, None] + half * (panels @ _UP_TO_NODE.T)).ravel()


def at_risk(population: Population, end: float, horizon: float = np.inf) -> AtRisk:
    """Numbers at risk at a calendar time, on nodes between all changes of rates.

    Parameters
    ----------
    population : Population
        Two arms, their accrual and drop-out.
    end : float
        Calendar time of the analysis, from the first patient.
    horizon : float
        Time since randomisation beyond which nothing counts.
    """
    positive(end=end, horizon=min(horizon, end))
    accrual, dropout = population.accrual, population.dropout or Hazard((0.0,))
    leave = dropout if isinstance(dropout, tuple) else (dropout, dropout)
    own = [*population.control.changes, *population.treated.changes, *leave[0].changes, *leave[1].changes]
    entry = [end - c for c in (*accrual.changes, accrual.duration)]
    last = min(end, horizon)
    edges = np.array(sorted({0.0, last, *(e for e in (*own, *entry) if 0 < e < last)}))
    fastest = max(*population.control.rates, *population.treated.rates, *leave[0].rates, *leave[1].rates)
    parts = max(1, int(np.ceil(fastest * np.diff(edges).max() / 4)))  # a panel holds a few times the mean survival
    within = [np.linspace(a, b, parts, endpoint=False) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    edges = np.concatenate([*within, [last]])
    half = np.diff(edges)[:, None] / 2
    time = (edges[:-1, None] + half + half * _NODES).ravel()
    entered = accrual.entered(end - time) / (1 + population.ratio)
    return AtRisk(
        time=time,
        weight=(half * _WEIGHTS).ravel(),
        treated=population.ratio * entered * leave[0].survival(time) * population.treated.survival(time),
        control=entered * leave[1].survival(time) * population.control.survival(time),
        hazard_treated=population.treated.at(time),
        hazard_control=population.control.at(time),
    )


class Events(NamedTuple):
    """Events expected, as shares of all patients of the trial."""

    total: float
    treated: float
    control: float


def expected_events(population: Population, end: float) -> Events:
    """Events expected by a calendar time, as shares of all patients.

    Parameters
    ----------
    population : Population
        Two arms, their accrual and drop-out.
    end : float
        Calendar time, from the first patient.

    Examples
    --------
    >>> arms = Population(Hazard.from_median(6.0), Hazard.from_median(10.0), Accrual(24.0))
    >>> round(expected_events(arms, 36.0).total, 4)
    0.8517
    """
    if end <= 0:
        return Events(0.0, 0.0, 0.0)
    risk = at_risk(population, end)
    treated = risk.integral(risk.treated * risk.hazard_treated)
    control = risk.integral(risk.control * risk.hazard_control)
    return Events(treated + control, treated, control)


def time_of_events(population: Population, share: float, latest: float = 1e4) -> float:
    """Calendar time at which a share of all patients is expected to have had the event.

    Raises
    ------
    InputError
        If it is not reached by the latest time.
    """
    reached = expected_events(population, latest).total
    if not 0 < share < reached:
        allowed = f"give a share of all patients between 0 and {reached:.4g}, the events expected by {latest:g}"
        raise InputError("share", share, allowed)
    return float(brentq(lambda t: expected_events(population, t).total - share, 1e-9, latest, xtol=1e-9))
