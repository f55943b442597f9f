"""Windows from samples: curve, bands and doses of one endpoint under one hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.window.endpoints import Endpoint, EndpointKind
from hepatica.dosing.window.estimands import OF_BENEFIT, OF_HARM, Estimand
from hepatica.dosing.window.shape import Curve, fit_curve
from hepatica.dosing.window.uncertainty import (
    DoseEstimate,
    Sample,
    draw_means,
    no_narrower,
    quantiles,
    resampled_means,
    shrunken,
    window_of,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Band:
    """Mean over the doses with its errors and spreads; arrays (dose,).

    Attributes
    ----------
    mean, error : (dose,)
        Mean difference from standard care and its Monte-Carlo standard error.
    parameter_low, parameter_high : (dose,)
        90 % interval over parameter draws.
    patient_low, patient_high : (dose,)
        90 % interval over patients of one draw; NaN where none were followed.
    """

    mean: Floats
    error: Floats
    parameter_low: Floats
    parameter_high: Floats
    patient_low: Floats
    patient_high: Floats


@dataclass(frozen=True, kw_only=True)
class Window:
    """Window of one endpoint under one hypothesis, in one variation or subgroup.

    Attributes
    ----------
    hypothesis, key : str
        Key of the variation or subgroup; "base" of the base window.
    endpoint : Endpoint
    limit : float
        Of a harm.
    infusions : int
        Of the schedule: doses are of all infusions together.
    log_doses : (dose,)
        Decimal logarithms of cells per kg in all.
    band : Band
    curve : Curve
        Of the mean.
    estimates : mapping of Estimand to DoseEstimate
    patients, draws : int
    highest_given : float, cell/kg
        In all, of the highest dose ever given by the route in one infusion.
    """

    hypothesis: str
    key: str
    endpoint: Endpoint
    limit: float
    infusions: int
    log_doses: Floats
    band: Band
    curve: Curve
    estimates: Mapping[Estimand, DoseEstimate]
    patients: int
    draws: int
    highest_given: float

    def is_beyond(self, log_dose: float) -> bool:
        """True of a dose above any ever given by the route."""
        return bool(np.isfinite(log_dose) and 10.0**log_dose > self.highest_given * (1 + 1e-9))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Setting of a window's estimate: hypothesis, variation or subgroup, and its schedule."""

    hypothesis: str
    key: str
    infusions: int
    log_doses: Floats
    highest_given: float
    seed: int


def limit_of(endpoint: Endpoint, study_limits: Mapping[str, float], own: Mapping[str, float]) -> float:
    """Limit of a harm: the user's for this window, else the study's, else the endpoint's."""
    if endpoint.name in own:
        return own[endpoint.name]
    given = study_limits.get(endpoint.name, np.inf)
    return float(given) if np.isfinite(given) else endpoint.limit


def estimate_window(
    endpoint: Endpoint,
    place: Place,
    sample: Sample,
    *,
    relevant: float,
    limit: float,
    patients: Floats | None = None,
) -> Window:
    """Window of an endpoint.

    Parameters
    ----------
    endpoint : Endpoint
        What is estimated.
    place : Place
        Under what.
    sample : Sample
        Differences from standard care.
    relevant : float
        Net gain that matters, in days; other benefits have no minimal effective dose.
    limit : float
        Of a harm.
    patients : (dose, patient), optional
        Patients of one draw.
    """
    is_benefit = endpoint.kind is EndpointKind.BENEFIT
    estimands: tuple[Estimand, ...] = OF_BENEFIT if is_benefit else OF_HARM
    if is_benefit and endpoint.name != "net_gain":
        estimands = tuple(e for e in estimands if e is not Estimand.MINIMAL)
    estimates = window_of(
        place.log_doses,
        sample,
        endpoint.shape,
        estimands,
        seed=place.seed,
        patients=patients,
        relevant=relevant,
        limit=limit,
    )
    band = _band(sample, place.seed, patients)
    return Window(
        hypothesis=place.hypothesis,
        key=place.key,
        endpoint=endpoint,
        limit=limit,
        infusions=place.infusions,
        log_doses=place.log_doses,
        band=band,
        curve=fit_curve(place.log_doses, band.mean, endpoint.shape),
        estimates=estimates,
        patients=int(np.isfinite(sample.values).all(axis=0).sum()),
        draws=len(np.unique(sample.draw)),
        highest_given=place.highest_given,
    )


def _band(sample: Sample, seed: int, patients: Floats | None) -> Band:
    mean, count, within = draw_means(sample)
    moved = shrunken(mean, count, within)
    again = resampled_means(mean, seed=seed)
    pairs = zip(moved.T, again.T, strict=True)
    spread = np.array([no_narrower(quantiles(by_draw), quantiles(error)) for by_draw, error in pairs])
    none = np.full(len(sample.values), np.nan)
    own = None if patients is None else np.array([quantiles(row[np.isfinite(row)]) for row in patients])
    return Band(
        mean=np.nanmean(mean, axis=0),
        error=again.std(axis=0, ddof=1),
        parameter_low=spread[:, 0],
        parameter_high=spread[:, 1],
        patient_low=none if own is None else own[:, 0],
        patient_high=none if own is None else own[:, 1],
    )
