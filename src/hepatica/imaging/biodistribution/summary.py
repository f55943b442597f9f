"""Summary of a fitted subject: lung arrest, homing, retention in the liver, survival; parameters that scans moved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.biodistribution.fit import HypothesisFit, SubjectFit
from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
from hepatica.imaging.biodistribution.submodel import simulate_infusion, submodel

Floats = NDArray[np.float64]
RETENTION_DAY, SURVIVAL_DAY, EXPOSURE_DAY = 1.0, 7.0, 14.0
LEVELS = (0.05, 0.5, 0.95)
QUANTITIES = ("lung_arrest", "homing", "retention", "survival", "exposure")
"""Share of living cells that the lung holds an hour after the infusion; homing multiplier of the injured liver; share
of living cells given that live in the liver after a day; that live anywhere after a week; cell-days in the liver over
two weeks per living cell given."""
_LOOK = np.array([1.0 / 24.0, *np.linspace(0.25, EXPOSURE_DAY, 56)])


class Interval(NamedTuple):
    """Median and 90 % interval.

    Attributes
    ----------
    low, median, high : float
    """

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Interval:
        """Interval of draws, those that are not finite left out.

        Examples
        --------
        >>> Interval.of(np.arange(101.0))
        Interval(low=5.0, median=50.0, high=95.0)
        """
        low, median, high = np.nanquantile(values, LEVELS)
        return cls(float(low), float(median), float(high))


class QuantitySummary(NamedTuple):
    """A quantity before and after the scans.

    Attributes
    ----------
    hypothesis, name : str
        The name is one of `QUANTITIES`, or of a parameter.
    prior, posterior : Interval
    shrinkage : float
        Posterior over prior standard deviation, of the logarithm where all values are above 0.
    """

    hypothesis: str
    name: str
    prior: Interval
    posterior: Interval
    shrinkage: float


def derived(fit: HypothesisFit, z: Floats) -> dict[str, Floats]:
    """Quantities (draw,) of `QUANTITIES` at coordinates (draw, coordinate)."""
    living = fit.space.infusion.labelled.viability or np.nan
    course = simulate_infusion(
        fit.space.parameters(z), fit.space.infusion, _LOOK, ("cells_lung", "cells_liver", "cells_living", "homing")
    )
    at = {day: int(np.searchsorted(_LOOK, day)) for day in (RETENTION_DAY, SURVIVAL_DAY)}
    liver = course.of("cells_liver")
    return {
        "lung_arrest": course.of("cells_lung")[:, 0] / living,
        "homing": course.of("homing")[:, 0],
        "retention": liver[:, at[RETENTION_DAY]] / living,
        "survival": course.of("cells_living")[:, at[SURVIVAL_DAY]] / living,
        "exposure": np.asarray(np.trapezoid(liver, _LOOK, axis=1)) / living,
    }


def retained(space: ParameterSpace, z: Floats) -> Floats:
    """Share (draw,) of living cells given that live in the liver after a day, at coordinates (draw, coordinate)."""
    course = simulate_infusion(space.parameters(z), space.infusion, np.array([RETENTION_DAY]), ("cells_liver",))
    return course.of("cells_liver")[:, 0] / (space.infusion.labelled.viability or np.nan)


def summarise(fit: SubjectFit) -> tuple[QuantitySummary, ...]:
    """Quantities of interest, before and after the scans, under each hypothesis.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution.fit import fit_subject
    >>> from hepatica.imaging.biodistribution.infusion import Infusion
    >>> from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
    >>> from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
    >>> from hepatica.imaging.biodistribution.surroundings import stated
    >>> from hepatica.imaging.quantification import LabelledCells, OrganLabel
    >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
    >>> fit = fit_subject([OrganLabel("lung", 0.1, 0.3, 0.03)],
    ...     Infusion(LabelledCells(tracer="Zr89", number=1e8)), around, draws=200, points=500)
    >>> summarise(fit)[0].name, 0.2 < summarise(fit)[0].posterior.median < 0.4
    ('lung_arrest', True)
    """
    rows = []
    for h, one in fit.by_hypothesis.items():
        before, after = derived(one, one.prior), derived(one, one.posterior)
        rows += [_row(h, name, before[name], after[name]) for name in QUANTITIES]
    return tuple(rows)


def moved_parameters(fit: HypothesisFit, count: int = 8) -> tuple[QuantitySummary, ...]:
    """Parameters that the scans narrowed most, in internal units."""
    before, after = fit.space.parameters(fit.prior), fit.space.parameters(fit.posterior)
    names = {c.name for c in fit.space.coordinates}
    rows = [
        _row(fit.hypothesis, name, before[:, k], after[:, k])
        for k, name in enumerate(submodel().parameters)
        if name in names and np.ptp(before[:, k]) > 0
    ]
    return tuple(sorted(rows, key=lambda r: r.shrinkage)[:count])


def _row(hypothesis: str, name: str, prior: Floats, posterior: Floats) -> QuantitySummary:
    return QuantitySummary(
        hypothesis, name, Interval.of(prior), Interval.of(posterior), log_sd(posterior) / max(log_sd(prior), 1e-300)
    )


def log_sd(values: Floats) -> float:
    """Standard deviation of the logarithm, or of the values where one is not above 0.

    Examples
    --------
    >>> round(log_sd(np.array([1.0, np.e**2])), 6), log_sd(np.array([0.0, 2.0]))
    (1.0, 1.0)
    """
    kept = values[np.isfinite(values)]
    return float(np.std(np.log(kept) if (kept > 0).all() else kept))
