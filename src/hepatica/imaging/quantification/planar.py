"""Activity by organ from planar conjugate views: background, attenuation, decay, Poisson noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.imaging.quantification.attenuation import conjugate_view
from hepatica.imaging.quantification.error_model import ErrorModel
from hepatica.imaging.quantification.organs import DETECTED, label_dataset
from hepatica.imaging.readers.decay import to_injection
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.planar import PlanarCounts
from hepatica.imaging.readers.volume import Administration

Floats = NDArray[np.float64]
WHOLE_BODY = "whole body"


class Camera(NamedTuple):
    """Camera and body of planar counts.

    Attributes
    ----------
    sensitivity : float or None, counts per second per MBq
        In air. None: counts are compared with those of the organ ``whole body`` at the first time, which then counts as
        the whole dose; it must have been seen before anything was excreted.
    mu : float, 1/cm
        Effective attenuation coefficient; 0 with None, where all organs are attenuated as the body.
    """

    sensitivity: float | None
    mu: float = 0.0


def measure_planar(counts: PlanarCounts, dose: Administration, camera: Camera, errors: ErrorModel) -> xr.Dataset:
    """Activity of organs at the time of injection, from anterior and posterior counts.

    Parameters
    ----------
    counts : PlanarCounts
        Rows of organs and times; every organ at every time.
    dose : Administration
        Injected.
    camera : Camera
        Its sensitivity, and attenuation.
    errors : ErrorModel
        Relative errors; noise is Poisson's.

    Returns
    -------
    xr.Dataset
        As `measure_organs`, without volumes.

    Raises
    ------
    ImageError
        If an organ lacks a time, a thickness or the whole body is missing, or the background exceeds an organ.

    Examples
    --------
    >>> nan = np.array([np.nan])
    >>> counts = PlanarCounts(organ=("liver",), hours=np.zeros(1), seconds=np.array([600.0]),
    ...     anterior=np.array([6000.0]), posterior=np.array([6000.0]), pixels=nan, background_anterior=nan,
    ...     background_posterior=nan, background_pixels=nan, thickness_cm=np.array([20.0]), organ_thickness_cm=nan)
    >>> dose = Administration(activity=1e7, half_life=1e9)
    >>> found = measure_planar(counts, dose, Camera(100.0, mu=0.1), ErrorModel.of("planar"))
    >>> round(float(found.share[0, 0]), 3)
    2.718
    """
    organs, hours = sorted(set(counts.organ)), np.unique(counts.hours)
    cell = {(o, h): k for k, (o, h) in enumerate(zip(counts.organ, counts.hours.tolist(), strict=True))}
    if len(cell) != len(organs) * len(hours):
        lacking = next((o, h) for o in organs for h in hours.tolist() if (o, h) not in cell)
        raise ImageError("planar counts", f"no {lacking[0]} at {lacking[1]:g} h", "give every organ at every time")
    index = np.array([[cell[o, h] for h in hours.tolist()] for o in organs])
    activity, noise, limit = (values[index] for values in _activity(counts, dose, camera))
    if camera.sensitivity is None:
        if WHOLE_BODY not in organs:
            raise ImageError("planar counts", f"no '{WHOLE_BODY}' and no sensitivity", "give one of them")
        body_activity = activity[organs.index(WHOLE_BODY), 0]
        activity, noise, limit = (x * dose.activity / body_activity for x in (activity, noise, limit))
    return label_dataset(
        organs, hours / 24.0, activity=activity, noise=noise, dose=dose.activity, errors=errors, limit=limit
    )


def _activity(counts: PlanarCounts, dose: Administration, camera: Camera) -> tuple[Floats, Floats, Floats]:
    """Activity of each row at the injection, SD of its noise, limit of detection.

    In counts per second without a sensitivity. The limit is Currie's (1968, Anal Chem 40:586) in each view,
    2.71 + 3.29 sqrt(B (1 + r)), of background counts B in the organ's region that is r times that of the background.
    """
    size = counts.pixels / counts.background_pixels
    views, least = [], []
    for view, around in (
        (counts.anterior, counts.background_anterior),
        (counts.posterior, counts.background_posterior),
    ):
        known = np.isfinite(around) & np.isfinite(size)
        ratio, taken = np.where(known, size, 0.0), np.where(known, around, 0.0)
        views.append((view - ratio * taken, view + ratio**2 * taken))
        least.append(np.where(known, 2.71 + DETECTED * np.sqrt(ratio * taken * (1 + ratio)), np.nan))
    (front, front_var), (back, back_var) = views
    if (front <= 0).any() or (back <= 0).any():
        k = int(np.flatnonzero((front <= 0) | (back <= 0))[0])
        raise ImageError(
            "planar counts",
            f"{counts.organ[k]} at {counts.hours[k]:g} h has no more than its background",
            "leave it out, or take another background",
        )
    relative = 0.5 * np.sqrt(front_var / front**2 + back_var / back**2)
    activity, limit = (_calibrated(counts, dose, camera, pair) for pair in ((front, back), (least[0], least[1])))
    return activity, activity * relative, limit


def _calibrated(counts: PlanarCounts, dose: Administration, camera: Camera, views: tuple[Floats, Floats]) -> Floats:
    front, back = views
    decay = to_injection(dose.decay_constant, counts.hours * 3600.0, counts.seconds) / counts.seconds
    if camera.sensitivity is None:
        return np.asarray(np.sqrt(front * back) * decay)
    thickness, organ = counts.thickness_cm, counts.organ_thickness_cm
    return (
        conjugate_view(front, back, mu=camera.mu, thickness=thickness, organ=organ) * decay / camera.sensitivity * 1e6
    )
