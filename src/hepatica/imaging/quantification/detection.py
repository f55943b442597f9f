"""Limits of detection in cells, per organ and per voxel, by tracer and time since labelling."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.imaging.quantification.organs import DETECTED
from hepatica.imaging.readers.faults import ImageError
from hepatica.therapy import TRACERS

Floats = NDArray[np.float64]
SECONDS_PER_DAY = 86400.0


class PublishedLimit(NamedTuple):
    """Limit of detection of a publication.

    Attributes
    ----------
    tracer, name : str
    value : float
    unit, label, cite : str
    """

    tracer: str
    name: str
    value: float
    unit: str
    label: str
    cite: str


@functools.cache
def published_limits() -> tuple[PublishedLimit, ...]:
    """Limits of detection that publications print, by tracer.

    Examples
    --------
    >>> [p.value for p in published_limits() if p.tracer == "Zr89"]
    [68000.0, 33000.0]
    """
    text = (files("hepatica.imaging.quantification") / "detection.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = tomllib.loads(text)
    return tuple(PublishedLimit(t, n, **row) for t, rows in table.items() for n, row in rows.items())


def left_in_cell(tracer: str, days: ArrayLike, *, division: float = 0.0, decayed: bool = True) -> Floats:
    """Label left in a living cell, of 1 at labelling: efflux, halving at division, physical decay.

    Parameters
    ----------
    tracer : str
        One of ``hepatica.therapy.TRACERS``.
    days : array_like
        Since labelling.
    division : float, 1/day
        Rate at which cells divide, each sharing its label.
    decayed : bool
        With physical decay: what a detector sees, not what is corrected afterwards.

    Raises
    ------
    InputError
        If the tracer is unknown.

    Examples
    --------
    >>> left_in_cell("In111", [0.0, 1.0], decayed=False).round(2).tolist()
    [1.0, 0.48]
    """
    if tracer not in TRACERS:
        raise InputError("tracer", tracer, f"one of {', '.join(TRACERS)}")
    efflux, half = (TRACERS[tracer][n].internal_value for n in ("efflux", "half_life"))
    rate = efflux + division + (np.log(2.0) / half if decayed else 0.0)
    return np.asarray(np.exp(-rate * np.asarray(days, float)))


def cells_detected(
    limit: ArrayLike, *, per_cell: float, tracer: str, days: ArrayLike, division: float = 0.0, corrected: bool = True
) -> Floats:
    """Least number of living cells seen, from the least activity seen.

    Parameters
    ----------
    limit : array_like, Bq
        Least activity told from none, of an organ or voxel.
    per_cell : float, Bq
        Of a cell when it was labelled.
    tracer : str
        One of ``hepatica.therapy.TRACERS``.
    days : array_like
        Since labelling.
    division : float, 1/day
        Rate at which cells divide.
    corrected : bool
        The limit is corrected for decay to the injection, as activity of this package is.

    Raises
    ------
    ImageError
        If the activity per cell is not above 0.

    Examples
    --------
    >>> float(cells_detected(1900.0, per_cell=0.0278, tracer="Zr89", days=0.0).round(-3))  # Lechermann 2020
    68000.0
    """
    if not per_cell > 0:
        raise ImageError("activity per cell", f"{per_cell!r} Bq", "give what a cell carried when labelled, above 0")
    left = left_in_cell(tracer, days, division=division, decayed=not corrected)
    return np.asarray(np.asarray(limit, float) / (per_cell * left))


def voxel_limit(noise: ArrayLike, voxel_volume: float) -> Floats:
    """Least activity of one voxel told from none: 3.29 SDs of the background's voxels.

    Parameters
    ----------
    noise : array_like, Bq/mL
        SD of the background's voxels.
    voxel_volume : float, mL
        Of one voxel.

    Examples
    --------
    >>> float(voxel_limit(100.0, 0.1).round(2))
    32.9
    """
    return np.asarray(DETECTED * np.asarray(noise, float) * voxel_volume)


def iron_detected(voxel_volume: ArrayLike, snr: ArrayLike, *, per_cell: float | None = None) -> Floats:
    """Least iron, in pg, or cells that change the signal of a voxel: m = 5 v / (K SNR).

    Parameters
    ----------
    voxel_volume : array_like, uL
        Of one voxel.
    snr : array_like
        Signal to noise of the tissue.
    per_cell : float, pg, optional
        Iron of a cell: then cells are given.

    Raises
    ------
    ImageError
        If a size is not above 0.

    References
    ----------
    Heyn C et al. (2005) Detection threshold of single SPIO-labeled cells with FIESTA, Magn Reson Med 53:312.

    Examples
    --------
    >>> iron_detected([1e-3, 1.0], 60.0).round(2).tolist(), round(float(iron_detected(1.0, 60.0, per_cell=22.0)))
    ([1.34, 1344.09], 61)
    """
    constant = next(p.value for p in published_limits() if p.name == "heyn")
    volume, signal = np.asarray(voxel_volume, float), np.asarray(snr, float)
    if not ((volume > 0).all() and (signal > 0).all() and (per_cell is None or per_cell > 0)):
        raise ImageError("limit of iron", "a volume, SNR or load that is not above 0", "give numbers above 0")
    return np.asarray(5.0 * volume / (constant * signal) / (per_cell or 1.0))
