"""Extrapolation to five years: outcomes of those alive at the horizon, with competing risks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.outcomes.survival import incidences_of_steps

Array = NDArray[np.float64]
FIVE_YEARS = 1826.0  # day
STEP = 30.0  # day, between points of the coarse grid
OUTPUTS = (
    "death_intensity",
    "transplant_intensity",
    "tumour_intensity",
    "death_by_tumour",
    "bleeding_intensity",
    "thrombosis_hazard",
)  # the last is cumulative


@dataclass(frozen=True)
class Tail:
    """From the horizon on; arrays (arm, patient, time) unless said.

    Attributes
    ----------
    times : (time,) day
        From admission; the first is the horizon.
    weight : (arm, patient)
        Probability of being alive without transplant at the horizon.
    death, transplant : conditional on being alive without transplant at the horizon, each in the other's presence
    tumour : a first tumour, in the presence of deaths by other causes and of transplant
    bleeding : a first major bleeding, in the presence of all deaths and of transplant
    collagen : (arm, patient) change of the liver's collagen from the horizon to the end, or None
    """

    times: Array
    weight: Array
    death: Array
    transplant: Array
    tumour: Array
    bleeding: Array
    collagen: Array | None

    def of_those_alive(self, values: Array) -> Array:
        """Values (arm, patient), moved so that their plain mean is the mean over those alive at the horizon.

        Each patient becomes that mean plus its own influence on it, so plain standard errors are those of the ratio.
        Patients whose solve failed stay NaN.
        """
        weight = np.where(np.isfinite(values), self.weight, np.nan)
        weight = weight / np.nanmean(weight, axis=-1, keepdims=True)
        mean = np.nanmean(weight * values, axis=-1, keepdims=True)
        return np.asarray(mean + weight * (values - mean))


def grid(horizon: float) -> Array:
    """Times to simulate for a tail: as finely as events ask for to the horizon, then coarsely.

    Examples
    --------
    >>> grid(180.0)[[0, 1, -1]].tolist(), len(grid(180.0)), len(grid(2000.0))
    ([0.0, 1.0, 1826.0], 116, 0)
    """
    if horizon >= FIVE_YEARS:
        return np.zeros(0)
    early = np.arange(0.0, min(30.0, horizon), 1.0)
    late = np.arange(30.0, horizon, 5.0)
    after = np.arange(horizon, FIVE_YEARS, STEP)
    return np.unique(np.concatenate([early, late, after, [FIVE_YEARS]]))


def tail(ds: xr.Dataset, horizon: float, *, fatal_share: float = 0.0) -> Tail:
    """Five years of those alive at the horizon, with competing risks.

    Parameters
    ----------
    ds : Dataset
        With `OUTPUTS`, and ``collagen`` where the model has it: (arm, patient, time), time from 0 past the horizon.
    horizon : float
        Day; one of the times.
    fatal_share : float
        Share of thrombo-embolic events that kill; these deaths come on top of the intensity of death.

    Raises
    ------
    InputError
        If the horizon is not one of the times, or nothing lies behind it.
    """
    times = ds["time"].values
    k = int(np.searchsorted(times, horizon))
    if k >= len(times) - 1 or times[k] != horizon:
        raise InputError("horizon", horizon, "one of the simulated times, with later ones behind it")
    steps = {n: 0.5 * (ds[n].values[..., 1:] + ds[n].values[..., :-1]) * np.diff(times) for n in OUTPUTS[:-1]}
    clotted = -np.expm1(-ds["thrombosis_hazard"].values)
    all_death = steps["death_intensity"] - np.diff(np.log1p(-fatal_share * clotted), axis=-1)
    weight = np.exp(-np.sum((all_death + steps["transplant_intensity"])[..., :k], axis=-1))
    after = {name: values[..., k:] for name, values in steps.items()}
    all_death, graft = all_death[..., k:], after["transplant_intensity"]
    died, grafted = incidences_of_steps(np.stack([all_death, graft]))
    tumour = incidences_of_steps(np.stack([after["tumour_intensity"], all_death - after["death_by_tumour"], graft]))[0]
    bleeding = incidences_of_steps(np.stack([after["bleeding_intensity"], all_death, graft]))[0]
    collagen = ds["collagen"].values[..., -1] - ds["collagen"].values[..., k] if "collagen" in ds else None
    return Tail(times[k:], weight, died, grafted, tumour, bleeding, collagen)
