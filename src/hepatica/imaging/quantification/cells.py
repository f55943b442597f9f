"""Cells of an organ from its label, with intervals, under each hypothesis on what label means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.imaging.quantification.detection import left_in_cell
from hepatica.imaging.quantification.organ_label import LabelArrays, OrganLabel, as_arrays
from hepatica.imaging.quantification.transfer import ORGANS, LabelRates, living_label
from hepatica.imaging.readers.faults import ImageError
from hepatica.model.parameters import Parameter, read_table
from hepatica.patients.streams import normals, uniforms
from hepatica.study import HYPOTHESES
from hepatica.therapy import ROUTES, TRACERS
from hepatica.therapy.product import Product

Floats = NDArray[np.float64]
LEVEL = 0.9
"""Of the intervals."""
_LABEL = ("debris_washed", "label_loss", "label_to_liver", "label_to_spleen")
_DEATHS = ("death_lung", "death_organ")


class Efflux(StrEnum):
    """Rule for the efflux of label from living cells."""

    HYPOTHESIS = "hypothesis"  # label that means cells stays in them; else the tracer's rate
    TRACER = "tracer"  # the tracer's rate, measured in vitro, under each hypothesis: as a study that names the tracer


@dataclass(frozen=True, kw_only=True)
class LabelledCells:
    """Infusion of labelled cells.

    Attributes
    ----------
    tracer : str
        One of ``hepatica.therapy.TRACERS``.
    number : float, cell
        Labelled cells given, living and dead.
    viability : float
        Share that lived.
    route : str
        One of ``hepatica.therapy.ROUTES``.
    division : float, 1/day
        Rate at which living cells divide; the model's do not.
    efflux : Efflux
        By hypothesis or by tracer alone.
    """

    tracer: str
    number: float
    viability: float = 0.9
    route: str = "peripheral_vein"
    division: float = 0.0
    efflux: Efflux = Efflux.HYPOTHESIS

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.tracer:
            raise InputError("tracer", self.tracer, f"one of {', '.join(TRACERS)}")
        Product(tracer=self.tracer, viability=self.viability)
        if self.route not in ROUTES:
            raise InputError("route", self.route, f"one of {', '.join(ROUTES)}")
        if not 0 < self.number < np.inf:
            raise InputError("number", self.number, "labelled cells given, above 0")
        if not 0 <= self.division < np.inf:
            raise InputError("division", self.division, "a rate of 0 or above")


def draw_rates(given: LabelledCells, hypothesis: str, *, draws: int, seed: int) -> LabelRates:
    """Rates of the label module from their priors, under a hypothesis; where label leaks, as the tracer does.

    Parameters
    ----------
    given : LabelledCells
        Whose tracer decides the efflux.
    hypothesis : str
        One of ``hepatica.study.HYPOTHESES``.
    draws : int
        How many.
    seed : int
        Of the random streams.

    Examples
    --------
    >>> rates = draw_rates(LabelledCells(tracer="Zr89", number=1e8), "lung_only", draws=500, seed=1)
    >>> float(np.median(rates.death_lung).round(1))
    0.7
    """
    who = np.arange(draws)

    def drawn(name: str, value: float, parameter: Parameter | None = None) -> Floats:
        entry = parameter.entry if parameter is not None else TRACERS[given.tracer]["efflux"]
        purpose = f"imaging:{name}"
        z, u = normals(seed, who, purpose)[:, 0], uniforms(seed, who, f"{purpose}:spike")[:, 0]
        return np.asarray(entry.prior.apply(np.full(draws, value), z, u))

    label, cells = read_table("label").parameters, read_table("cells").parameters
    values = {n: drawn(n, label[n].under(hypothesis), label[n]) for n in _LABEL}
    values |= {n: drawn(n, cells[n].under(hypothesis), cells[n]) for n in _DEATHS}
    to_liver = values["label_to_liver"]
    leaks = given.efflux is Efflux.TRACER or label["label_efflux"].under(hypothesis) > 0
    return LabelRates(
        efflux=drawn("efflux", TRACERS[given.tracer]["efflux"].internal_value) if leaks else np.zeros(draws),
        death_lung=values["death_lung"],
        death_organ=values["death_organ"],
        debris_washed=values["debris_washed"],
        label_loss=values["label_loss"],
        to_liver=to_liver,
        to_spleen=np.minimum(values["label_to_spleen"], 1.0 - to_liver),
    )


def least_cells(share: ArrayLike, given: LabelledCells, hypothesis: str, days: ArrayLike) -> Floats:
    """Least number of living cells seen, from the least share of the label that is told from none.

    Parameters
    ----------
    share : array_like
        Of an organ or a voxel, corrected for decay.
    given : LabelledCells
        What was infused.
    hypothesis : str
        Decides whether label leaks from living cells; where it does, at the tracer's rate of the table.
    days : array_like
        Since the infusion.

    Examples
    --------
    >>> given = LabelledCells(tracer="In111", number=1e8)
    >>> [float(least_cells(0.01, given, h, 1.0).round(-4)) for h in ("label_is_cells", "lung_only")]
    [1000000.0, 2100000.0]
    """
    leaks = given.efflux is Efflux.TRACER or read_table("label").parameters["label_efflux"].under(hypothesis) > 0
    divided = np.exp(-given.division * np.asarray(days, float))
    left = left_in_cell(given.tracer, days, division=given.division, decayed=False) if leaks else divided
    return np.asarray(given.number * np.asarray(share, float) / left)


def count_cells(seen: Sequence[OrganLabel], given: LabelledCells, *, draws: int = 1000, seed: int = 1) -> xr.Dataset:
    """Label and living cells of lung, liver and spleen by time, under each hypothesis.

    Parameters
    ----------
    seen : sequence of OrganLabel
        Of one subject; lung, liver and spleen at every time.
    given : LabelledCells
        What was infused.
    draws : int
        Of errors of the images and of rates from their priors.
    seed : int
        Of the random streams.

    Returns
    -------
    xr.Dataset
        Dimensions ``hypothesis``, ``organ``, ``time`` (day) and ``quantile`` (0.05, 0.5, 0.95). ``label`` in percent of
        the label given; ``cells``, living ones, labelled when given; ``living_share``, of an organ's label, that sits
        in living cells. Without hypothesis: ``label_limit`` in percent. ``cells_limit`` is the least number of living
        cells that would be seen.

    Raises
    ------
    ImageError
        If lung, liver or spleen is missing at a time.

    Notes
    -----
    Equations are those of the model's ``label`` module (`transfer`), rates and their priors those of its table. Cells
    that divide share their label. A draw whose label outside cells exceeds what is seen counts as no cells.

    Examples
    --------
    >>> shares = {"lung": 0.3, "liver": 0.1, "spleen": 0.2}
    >>> seen = [OrganLabel(organ, day, share, 0.01) for day in (0.1, 2.0) for organ, share in shares.items()]
    >>> found = count_cells(seen, LabelledCells(tracer="Zr89", number=1e8), draws=200)
    >>> found.cells.dims, bool((found.cells[1, 0, 1, 1] < found.cells[0, 0, 1, 1]))
    (('hypothesis', 'organ', 'time', 'quantile'), True)
    """
    arrays = as_arrays(seen)
    if missing := [o for o in ORGANS if o not in arrays.organs]:
        raise ImageError("label of organs", f"no {' and no '.join(missing)}", "measure lung, liver and spleen")
    order = [arrays.organs.index(o) for o in ORGANS]
    label = _draw_label(arrays, order, draws, seed)
    dead_into = ROUTES[given.route].label_into.removeprefix("label_")
    cells, share, limit = [], [], []
    for hypothesis in HYPOTHESES:
        rates = draw_rates(given, hypothesis, draws=draws, seed=seed)
        living, _ = living_label(arrays.times, label, rates, viability=given.viability, dead_into=dead_into)
        each = np.exp(-(rates.efflux + given.division)[:, None] * arrays.times)[:, None, :]
        cells.append(given.number * living / each)
        share.append(np.divide(living, label, out=np.zeros_like(living), where=label > 0))
        limit.append(given.number * arrays.limit[order] / np.median(each, axis=0))
    return _dataset(arrays, given, label, (np.stack(cells), np.stack(share), np.stack(limit)), order)


def _draw_label(arrays: LabelArrays, order: list[int], draws: int, seed: int) -> Floats:
    """Label of organs within the errors of the images, (draw, 3, time), 0 or above."""
    who = np.arange(draws)
    count = len(order) * len(arrays.times)
    own = normals(seed, who, "imaging:label", count).reshape(draws, len(order), len(arrays.times))
    common = normals(seed, who, "imaging:calibration")[:, 0]
    moved = arrays.share[order] + arrays.sd[order] * own
    return np.asarray(np.maximum(moved * (1.0 + arrays.shared_sd * common[:, None, None]), 0.0))


def _dataset(
    arrays: LabelArrays,
    given: LabelledCells,
    label: Floats,
    quantities: tuple[Floats, Floats, Floats],
    order: list[int],
) -> xr.Dataset:
    at = [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]
    cells, share, limit = quantities
    full = ("hypothesis", "organ", "time", "quantile")

    def quantiles(values: Floats, axis: int) -> Floats:
        return np.moveaxis(np.quantile(values, at, axis=axis), 0, -1)

    made = xr.Dataset(
        {
            "label": (full[1:], 100 * quantiles(label, 0), {"units": "percent", "label": "label, share of that given"}),
            "cells": (full, quantiles(cells, 1), {"units": "cell", "label": "living cells, labelled when given"}),
            "living_share": (full, quantiles(share, 1), {"units": "", "label": "share of label in living cells"}),
            "label_limit": (full[1:3], 100 * arrays.limit[order], {"units": "percent", "label": "limit of detection"}),
            "cells_limit": (full[:3], limit, {"units": "cell", "label": "least number of living cells seen"}),
        },
        coords={
            "hypothesis": list(HYPOTHESES),
            "organ": list(ORGANS),
            "time": ("time", arrays.times, {"units": "day", "label": "since the infusion"}),
            "quantile": at,
        },
    )
    made.attrs = {"tracer": given.tracer, "number": given.number, "route": given.route, "purpose": "for research use"}
    return made
