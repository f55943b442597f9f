"""Course of a fitted subject: label and living cells by organ and time, and what becomes of label outside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.imaging.biodistribution.fit import HypothesisFit, SubjectFit
from hepatica.imaging.biodistribution.parameter_space import EFFLUX, TO_LIVER, TO_SPLEEN
from hepatica.imaging.biodistribution.submodel import CELLS, IMAGE, Course, organs_of, simulate_infusion, submodel

Floats = NDArray[np.float64]
STAGES = ("prior", "posterior")
QUANTILES = (0.05, 0.5, 0.95)
PARTS = ("living", "debris", "leaked")
"""Compartments of an organ's label: living cells, dead cells, and leaked label within phagocytes."""
CARRIED, PER_CELL = "label_living", "label_per_cell"
LOSS = "label_loss"
POINTS = 121


def course_times(last: float) -> Floats:
    """Times of a course, day, denser at first.

    Examples
    --------
    >>> course_times(10.0)[[0, 60, -1]].tolist()
    [0.0, 2.5, 10.0]
    """
    return np.asarray(last * np.linspace(0.0, 1.0, POINTS) ** 2)


def label_course(fit: HypothesisFit, z: Floats, times: Floats) -> Course:
    """Label and living cells of organs at coordinates `z` (draw, coordinate)."""
    organs = organs_of(submodel())
    outputs = (*(p + o for o in organs for p in (IMAGE, CELLS)), PER_CELL, CARRIED)
    return simulate_infusion(fit.space.parameters(z), fit.space.infusion, times, outputs)


def living_parts(course: Course, parameters: Floats) -> dict[str, Floats]:
    """Label of each organ by where it sits, `organ`: (part, draw, time), of 1 given.

    Parameters
    ----------
    course : Course
        From `label_course`, on times from 0.
    parameters : (draw, n_parameters) array
        That made it.

    Notes
    -----
    Leaked label obeys L' = efflux share C - loss L, C the label in all living cells, as in the model's label module; it
    is integrated exactly for a C that is linear between times. The lung takes none up. Debris is the rest.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution.infusion import Infusion
    >>> from hepatica.imaging.quantification import LabelledCells
    >>> p, given = submodel().typical("lung_only")[None], Infusion(LabelledCells(tracer="In111", number=1e8))
    >>> outputs = (*(a + o for o in organs_of(submodel()) for a in (IMAGE, CELLS)), PER_CELL, CARRIED)
    >>> parts = living_parts(simulate_infusion(p, given, course_times(7.0), outputs), p)
    >>> parts["liver"].shape, bool(parts["liver"][2, 0, -1] > parts["liver"][0, 0, -1])
    ((3, 1, 121), True)
    """
    column = submodel().parameters.index
    efflux, loss = parameters[:, column(EFFLUX)], parameters[:, column(LOSS)]
    shares = {"liver": parameters[:, column(TO_LIVER)], "spleen": parameters[:, column(TO_SPLEEN)]}
    carried, made = course.of(CARRIED), {}
    for organ in organs_of(submodel()):
        seen = course.of(IMAGE + organ)
        living = np.clip(course.of(PER_CELL) * course.of(CELLS + organ), 0.0, seen)
        inflow = efflux[:, None] * shares.get(organ, np.zeros(len(seen)))[:, None] * carried
        leaked = np.clip(_accumulated(course.times, inflow, loss), 0.0, seen - living)
        made[organ] = np.stack([living, seen - living - leaked, leaked])
    return made


def _accumulated(times: Floats, inflow: Floats, loss: Floats) -> Floats:
    """Solution (draw, time) of x' = inflow - loss x from 0 at time 0, inflow linear between times."""
    x = np.zeros_like(inflow)
    x[:, 0] = inflow[:, 0] * times[0]
    for k in range(1, len(times)):
        h = times[k] - times[k - 1]
        a = np.maximum(loss * h, 1e-8)
        keep = np.exp(-a)
        first = -np.expm1(-a) / a
        second = (1.0 - first) / a
        rise = inflow[:, k] - inflow[:, k - 1]
        x[:, k] = keep * x[:, k - 1] + h * (first * inflow[:, k - 1] + second * rise)
    return x


def subject_course(fit: SubjectFit, times: Sequence[float] | Floats) -> xr.Dataset:
    """Label and cells of a subject over time, prior and posterior, under each hypothesis.

    Parameters
    ----------
    fit : SubjectFit
        Of the subject's scans.
    times : (time,) array, day
        Increasing, from 0.

    Returns
    -------
    xr.Dataset
        Dimensions ``hypothesis``, ``stage`` (prior, posterior), ``organ``, ``time`` and ``quantile`` (5, 50, 95 %):
        ``label`` in percent of the label given, ``cells`` living, ``living_share`` of an organ's label. ``parts``
        (with dimension ``part``) is the posterior mean of label in living cells, in debris and leaked, percent.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution.fit import fit_subject
    >>> from hepatica.imaging.biodistribution.infusion import Infusion
    >>> from hepatica.imaging.biodistribution.submodel import surroundings_of
    >>> from hepatica.imaging.biodistribution.surroundings import stated
    >>> from hepatica.imaging.quantification import LabelledCells, OrganLabel
    >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
    >>> fit = fit_subject([OrganLabel("lung", 0.1, 0.3, 0.03)],
    ...     Infusion(LabelledCells(tracer="Zr89", number=1e8)), around, draws=200, points=500)
    >>> subject_course(fit, course_times(7.0)).label.dims
    ('hypothesis', 'stage', 'organ', 'time', 'quantile')
    """
    times = np.asarray(times, float)
    number = fit.infusion.labelled.number
    values: dict[str, list[Floats]] = {"label": [], "cells": [], "living_share": [], "parts": []}
    for one in fit.by_hypothesis.values():
        stages: dict[str, list[Floats]] = {"label": [], "cells": [], "living_share": []}
        for z in (one.prior, one.posterior):
            course = label_course(one, z, times)
            parts = living_parts(course, one.space.parameters(z))
            label = np.stack([100.0 * course.of(IMAGE + o) for o in parts])
            cells = np.stack([number * course.of(CELLS + o) for o in parts])
            living = np.stack([p[0] for p in parts.values()]) * 100.0
            share = np.divide(living, label, out=np.zeros_like(living), where=label > 0)
            for name, rows in (("label", label), ("cells", cells), ("living_share", share)):
                stages[name].append(np.moveaxis(_quantiles(rows), 0, -1))
        for name, made in stages.items():
            values[name].append(np.stack(made))
        values["parts"].append(100.0 * np.stack([np.nanmean(p, axis=1) for p in parts.values()]))
    return _labelled(fit, times, {name: np.stack(rows) for name, rows in values.items()})


def _quantiles(rows: Floats) -> Floats:
    """Quantiles over axis 1, values that are not finite left out; without any, the faster function gives the same."""
    quantile = np.quantile if np.isfinite(rows).all() else np.nanquantile
    return np.asarray(quantile(rows, QUANTILES, axis=1))


def _labelled(fit: SubjectFit, times: Floats, values: dict[str, Floats]) -> xr.Dataset:
    dims = ("hypothesis", "stage", "organ", "time", "quantile")
    made = xr.Dataset(
        {
            "label": (dims, values["label"], {"units": "percent", "label": "label, share of that given"}),
            "cells": (dims, values["cells"], {"units": "cell", "label": "living cells"}),
            "living_share": (dims, values["living_share"], {"units": "", "label": "share of label in living cells"}),
            "parts": (
                ("hypothesis", "organ", "part", "time"),
                values["parts"],
                {"units": "percent", "label": "label by where it sits, posterior mean"},
            ),
        },
        coords={
            "hypothesis": list(fit.by_hypothesis),
            "stage": list(STAGES),
            "organ": list(organs_of(submodel())),
            "part": list(PARTS),
            "time": ("time", times, {"units": "day", "label": "since the infusion"}),
            "quantile": list(QUANTILES),
        },
    )
    made.attrs = {"tracer": fit.infusion.labelled.tracer, "purpose": "for research use"}
    return made
