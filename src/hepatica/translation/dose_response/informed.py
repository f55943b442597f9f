"""Priors of the model's half-effects, informed by doses in animals and in other diseases."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.translation.dose_response.effects import EndPoint, end_points
from hepatica.translation.dose_response.hierarchy import Evidence, Posterior, Scales, fit
from hepatica.translation.dose_response.likelihood import exposures, log_likelihood
from hepatica.translation.dose_response.measure import Measure
from hepatica.translation.dose_response.reach import MAN, MAN_WEIGHT, reach

Floats = NDArray[np.float64]
GRID_HALF_WIDTH, GRID_SIZE = 5.0, 201  # decades about the prior's median
LN10 = float(np.log(10.0))


class Half(StrEnum):
    """Parameter of the model that states the exposure at half of an effect."""

    CELLS = "cells_half"
    ENGULFED = "engulfed_half"


@dataclass(frozen=True, kw_only=True)
class LogNormal:
    """Log-normal prior of a parameter.

    Attributes
    ----------
    log_mean, log_sd : float
        Mean and standard deviation of the natural logarithm.
    """

    log_mean: float
    log_sd: float

    @property
    def median(self) -> float:
        """Median, as a parameter table states it."""
        return float(np.exp(self.log_mean))

    @property
    def cv(self) -> float:
        """Coefficient of variation, as a parameter table states it."""
        return float(np.sqrt(np.expm1(self.log_sd**2)))


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Weights of the power prior, 0 to 1.

    Attributes
    ----------
    people : float
        Of people with other diseases.
    animals : float
        How far animals speak for man, beside the variance between species.
    """

    people: float = 1.0
    animals: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no weight."""
        for name, w in vars(self).items():
            if not 0.0 <= w <= 1.0:
                raise InputError(f"weight of {name}", w, "a number from 0 to 1")

    def of(self, species: str) -> float:
        """Weight of a species."""
        return self.people if species == MAN else self.animals


def prior_before(parameter: Half) -> LogNormal:
    """Prior of a parameter before any dose-response was looked at, as ``before.toml`` keeps it.

    Examples
    --------
    >>> prior = prior_before(Half.CELLS)
    >>> round(prior.median), round(prior.cv, 9)
    (60000000, 1.0)
    """
    text = (files("hepatica.translation") / "dose_response" / "before.toml").read_text(encoding="utf-8")
    row = tomllib.loads(text)[parameter.value]
    return LogNormal(log_mean=float(np.log(row["value"])), log_sd=float(np.sqrt(np.log1p(row["cv"] ** 2))))


def per_exposure(parameter: Half, measure: Measure) -> float:
    """Size of a parameter for each unit of exposure of an adult by vein.

    Parameters
    ----------
    parameter : Half
        Of the model.
    measure : Measure
        Hypothesis of the exposure in which species are alike.

    Returns
    -------
    float
        A half-effect of x in the measure is the parameter at x times this.

    Examples
    --------
    >>> per_exposure(Half.CELLS, Measure.LIVING)
    1.0
    """
    of_man = reach(MAN, measure.hypothesis)
    of_cell = {Half.CELLS: of_man.mediators, Half.ENGULFED: of_man.engulfed}[parameter]
    in_measure = {Measure.PER_KG: 1.0 / MAN_WEIGHT, Measure.PER_ANIMAL: 1.0}.get(measure, of_man.mediators)
    return of_cell / in_measure


def used_in(measure: Measure) -> tuple[EndPoint, ...]:
    """End points whose exposures can be had in a measure."""
    return tuple(e for e in end_points() if exposures(e, measure) is not None)


def grid_of(prior: LogNormal) -> tuple[Floats, Floats]:
    """Grid of log10 half-effects, (n,), and the prior on it, (n,)."""
    centre = prior.log_mean / LN10
    grid = centre + np.linspace(-GRID_HALF_WIDTH, GRID_HALF_WIDTH, GRID_SIZE)
    density = np.exp(-0.5 * ((grid - centre) * LN10 / prior.log_sd) ** 2)
    return grid, density / density.sum()


def fit_half_effect(
    measure: Measure,
    *,
    parameter: Half = Half.CELLS,
    weights: Weights | None = None,
    scales: Scales | None = None,
    prior: LogNormal | None = None,
    chosen: tuple[EndPoint, ...] | None = None,
) -> Posterior:
    """Posterior of the half-effect of exposure under one measure.

    Parameters
    ----------
    measure : Measure
        Hypothesis of the exposure in which species are alike.
    parameter : Half
        Whose prior is taken over into the measure.
    weights : Weights, optional
        Of the power prior.
    scales : Scales, optional
        Of the spread between species, diseases and end points.
    prior : LogNormal, optional
        Of the parameter; that of `prior_before` unless given.
    chosen : tuple of EndPoint, optional
        All that the measure applies to unless given.

    Returns
    -------
    Posterior
        On the log10 scale of the measure's unit.
    """
    weights, prior = weights or Weights(), prior or prior_before(parameter)
    shift = float(np.log(per_exposure(parameter, measure)))
    grid, before = grid_of(replace(prior, log_mean=prior.log_mean - shift))
    rows = []
    for e in used_in(measure) if chosen is None else chosen:
        x = exposures(e, measure)
        if x is None:
            raise InputError(e.key, measure.value, "an end point whose exposures the measure gives")
        without, with_fall = log_likelihood(e, x, grid)
        weight = e.power * weights.of(e.species)
        rows.append(Evidence(species=e.species, liver=e.liver, without=without, with_fall=with_fall, weight=weight))
    return fit(rows, grid, before, scales)


def inform(
    parameter: Half,
    measure: Measure,
    *,
    weights: Weights | None = None,
    prior: LogNormal | None = None,
) -> LogNormal:
    """Informed prior of a parameter of the model.

    Parameters
    ----------
    parameter : Half
        Of the model.
    measure : Measure
        Hypothesis of the exposure in which species are alike.
    weights : Weights, optional
        0 for both gives the prior exactly.
    prior : LogNormal, optional
        That of `prior_before` unless given.

    Returns
    -------
    LogNormal
        Log-normal of the posterior's mean and standard deviation on the log scale.
    """
    weights, prior = weights or Weights(), prior or prior_before(parameter)
    if weights.people == weights.animals == 0.0:
        return prior
    half = fit_half_effect(measure, parameter=parameter, weights=weights, prior=prior)
    shift = float(np.log(per_exposure(parameter, measure)))
    return LogNormal(log_mean=half.mean * LN10 + shift, log_sd=half.sd * LN10)


@functools.cache
def shipped(parameter: Half, measure: Measure) -> LogNormal:
    """Informed prior as it ships, in ``informed.toml``: that of `inform` when the page was last written."""
    text = (files("hepatica.translation") / "dose_response" / "informed.toml").read_text(encoding="utf-8")
    return LogNormal(**tomllib.loads(text)[parameter.value][measure.value])
