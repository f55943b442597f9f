"""Biodistribution of one infusion: shares of the cells given by organ, route and hypothesis."""

from __future__ import annotations

from enum import Enum

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.dose_study import Answer

Floats = NDArray[np.float64]


class Quantity(Enum):
    """Measured quantity: living cells, or the label that an image shows."""

    CELLS = "cells"
    IMAGE = "image"


class Organ(Enum):
    """Organ in which cells are counted; the rest of the body is one."""

    LUNG = "lung"
    LIVER = "liver"
    SPLEEN = "spleen"
    REST = "rest"


def first_kinetics(answer: Answer) -> xr.Dataset:
    """Biodistribution under the first hypothesis; its arms are the routes."""
    return next(iter(answer.kinetics.values()))


def cells_given(answer: Answer) -> Floats:
    """Cells of one infusion of the shown regimen, for the patients whose biodistribution was simulated.

    Returns
    -------
    (patient,) ndarray
    """
    ds = first_kinetics(answer)
    weight = answer.patients.cohort.covariate("body_weight")[: ds.sizes["patient"]]
    r = answer.decision.arms[answer.decision.top].regimen
    return np.array([r.cells(float(w)) for w in weight])


def organs_of(answer: Answer, hypothesis: str, quantity: Quantity) -> list[Organ]:
    """Organs for which the model has a quantity."""
    return [o for o in Organ if f"{quantity.value}_{o.value}" in answer.kinetics[hypothesis]]


def organ_share(answer: Answer, hypothesis: str, quantity: Quantity, organ: Organ) -> Floats:
    """Percent of the cells given.

    Returns
    -------
    (route, patient, time) ndarray
    """
    values = answer.kinetics[hypothesis][f"{quantity.value}_{organ.value}"].values
    return np.asarray(100.0 * values / cells_given(answer)[:, None])


def mean_organ_share(answer: Answer, hypothesis: str, quantity: Quantity, organ: Organ, day: float) -> float:
    """Mean over patients of the percent of cells given, on a day after infusion by the shown regimen's route."""
    ds, route = answer.kinetics[hypothesis], answer.decision.arms[answer.decision.top].regimen.route
    values = organ_share(answer, hypothesis, quantity, organ)[list(ds["arm"].values).index(route)]
    return float(np.nanmean(values[:, int(np.searchsorted(ds["time"].values, day))]))
