"""Label of an organ at a time: what a fit of the model to scans takes from an image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.imaging.readers.faults import ImageError

Floats = NDArray[np.float64]


class OrganLabel(NamedTuple):
    """Label seen in one organ at one time.

    Attributes
    ----------
    organ : str
        Such as ``"lung"``, ``"liver"``, ``"spleen"``.
    time : float, day
        Since the infusion of labelled cells.
    share : float
        Of the label given, 0 to 1, corrected for physical decay.
    sd : float
        Standard deviation of what is the organ's and the time's own.
    shared_sd : float
        Relative standard deviation that all organs and times of a subject have in common: calibration and dose.
    limit : float
        Share from which label is told from none; NaN where not known.
    voxel_limit : float
        The same of one voxel of the organ.
    relative_sd : float
        Relative standard deviation within `sd`, which grows with the label there truly is; the rest of `sd` is noise.
    """

    organ: str
    time: float
    share: float
    sd: float
    shared_sd: float = 0.0
    limit: float = float("nan")
    voxel_limit: float = float("nan")
    relative_sd: float = 0.0


def observations(measured: xr.Dataset | Iterable[xr.Dataset]) -> tuple[OrganLabel, ...]:
    """Observations of one or more scans of a subject, by time and organ.

    Parameters
    ----------
    measured : xr.Dataset or iterable of xr.Dataset
        From `measure_organs` or `measure_planar`.

    Raises
    ------
    ImageError
        If there is none.

    Examples
    --------
    >>> from hepatica.imaging.quantification.error_model import ErrorModel
    >>> from hepatica.imaging.quantification.organs import label_dataset
    >>> made = label_dataset(["liver"], np.array([1.0]), activity=np.array([[2e6]]), noise=np.array([[1e5]]),
    ...     dose=1e7, errors=ErrorModel(calibration=0.03, dose=0.04, own=0.0))
    >>> observations(made)[0].sd.__round__(6)
    0.01
    """
    scans = [measured] if isinstance(measured, xr.Dataset) else list(measured)
    rows = []
    for scan in scans:
        shared, relative = float(scan["share_shared_sd"]), float(scan["share_relative_sd"])
        share, sd = scan["share"] / 100.0, scan["share_sd"] / 100.0
        own = (sd**2 - (shared * share) ** 2).clip(min=0.0) ** 0.5
        for organ in scan["organ"].values:
            for k, time in enumerate(scan["time"].values):
                at = {"organ": organ, "time": time}
                limit = float(scan["share_limit"].sel(at)) / 100.0
                rows.append(
                    OrganLabel(
                        str(organ),
                        float(time),
                        float(share.sel(organ=organ)[k]),
                        float(own.sel(organ=organ)[k]),
                        shared,
                        limit,
                        float(scan["voxel_limit"].sel(at)) / 100.0 if "voxel_limit" in scan else float("nan"),
                        relative,
                    )
                )
    if not rows:
        raise ImageError("scans", "none", "give at least one measured scan")
    return tuple(sorted(rows, key=lambda r: (r.time, r.organ)))


class LabelArrays(NamedTuple):
    """Observations as arrays of organ and time.

    Attributes
    ----------
    organs : tuple of str
    times : (time,) array, day
    share, sd, limit : (organ, time) array
    shared_sd : float
    """

    organs: tuple[str, ...]
    times: Floats
    share: Floats
    sd: Floats
    limit: Floats
    shared_sd: float


def as_arrays(seen: Sequence[OrganLabel]) -> LabelArrays:
    """Observations by organ and time.

    Raises
    ------
    ImageError
        If an organ lacks a time, is there twice, or a number is not finite.

    Examples
    --------
    >>> as_arrays([OrganLabel("liver", 1.0, 0.1, 0.01)]).share.tolist()
    [[0.1]]
    """
    organs = tuple(dict.fromkeys(r.organ for r in seen))
    times = np.unique([r.time for r in seen])
    cell = {(r.organ, r.time): r for r in seen}
    if len(cell) != len(seen) or len(cell) != len(organs) * len(times) or not len(seen):
        raise ImageError("label of organs", f"{len(seen)} rows", "give every organ once at every time")
    grid = [[cell[o, t] for t in times.tolist()] for o in organs]
    share, sd, limit = (np.array([[getattr(r, n) for r in row] for row in grid]) for n in ("share", "sd", "limit"))
    if not (np.isfinite(share).all() and np.isfinite(sd).all() and (sd >= 0).all() and (times >= 0).all()):
        raise ImageError(
            "label of organs", "a share, SD or time that is none", "give finite numbers, times of 0 or above"
        )
    return LabelArrays(organs, times, share, sd, limit, max(r.shared_sd for r in seen))
