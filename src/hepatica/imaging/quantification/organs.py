"""Activity and share of the injected dose by organ and time, with standard deviations and limits of detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.imaging.quantification.error_model import ErrorModel
from hepatica.imaging.quantification.recovery import NoRecovery, Recovery
from hepatica.imaging.quantification.suv import dose_of
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.volume import ImageVolume

Floats = NDArray[np.float64]
DETECTED = 3.29
"""SDs of the background from which activity is told from none with 5 % error of either kind (Currie 1968)."""
SECONDS_PER_DAY = 86400.0
VOXEL = {"units": "percent", "label": "limit of detection of one voxel, not corrected for spill"}


class Method(NamedTuple):
    """Settings of the measurement of organs.

    Attributes
    ----------
    errors : ErrorModel
    recovery : Recovery
        Correction of partial volume and spill.
    background : Region or None
        Tissue with no organ of interest: its mean is what surrounds them, its spread the noise.
    attenuation : mapping of str to float
        Stated factor of each organ, for images that are not corrected.
    """

    errors: ErrorModel
    recovery: Recovery = NoRecovery()
    background: Region | None = None
    attenuation: Mapping[str, float] = {}


def measure_organs(image: ImageVolume, regions: Sequence[Region], method: Method) -> xr.Dataset:
    """Activity of organs at the time of injection, and its share of the injected dose.

    Parameters
    ----------
    image : ImageVolume
        Of PET or SPECT.
    regions : sequence of Region
        One for each organ.
    method : Method
        Errors, corrections and background.

    Returns
    -------
    xr.Dataset
        Dimensions ``organ`` and ``time`` (days since the injection, middle of the frame); ``activity`` and
        ``activity_sd`` in Bq, ``share``, ``share_sd`` and ``share_limit`` in percent of the dose, ``voxel_limit`` of
        one voxel likewise, ``concentration`` in Bq/mL, ``volume`` in mL. All activity is decay-corrected to the
        injection; ``share_shared_sd`` is the relative SD that all have in common and
        ``share_relative_sd`` that of each organ's own, both included in ``share_sd``.

    Raises
    ------
    ImageError
        If the image is not of activity, an organ is there twice, or a factor of attenuation is missing.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> from hepatica.imaging.quantification.regions import box
    >>> from hepatica.imaging.readers import read_dicom
    >>> image = read_dicom(PetPhantom.uniform(3600.0, shape=(10, 20, 20)).write(tempfile.mkdtemp()))
    >>> liver = box("liver", image, centre=(40, 40, 20), sides=(40, 40, 16))
    >>> found = measure_organs(image, [liver], Method(ErrorModel.of("pet")))
    >>> float(found.volume[0].round(2)), float(found.share[0, 0].round(4))
    (38.72, 0.0553)
    """
    dose = dose_of(image)
    names = [r.name for r in regions]
    if len(set(names)) < len(names) or not names:
        raise ImageError("regions", ", ".join(names) or "none", "give one for each organ")
    factors = _attenuation(image, names, method.attenuation)
    volumes = np.array([r.voxels for r in regions]) * image.voxel_volume
    correct = method.recovery.matrix(image, regions, method.background)
    measured, noise = _measured(image, regions, method)
    true = measured @ correct.T
    independent = np.append(method.errors.independent(volumes, image.voxel_volume), np.inf)
    mean_sd = noise[:, None] / np.sqrt(independent)
    if method.background is not None:
        surroundings = method.background.voxels * image.voxel_volume
        mean_sd[:, -1] = noise / np.sqrt(method.errors.independent(surroundings, image.voxel_volume))
    true_sd = np.sqrt(mean_sd**2 @ (correct.T) ** 2)
    scale = volumes * factors
    return label_dataset(
        names,
        (image.starts + np.nan_to_num(image.durations) / 2) / SECONDS_PER_DAY,
        activity=(true[:, :-1] * scale).T,
        noise=(true_sd[:, :-1] * scale).T,
        limit=DETECTED * (true_sd[:, :-1] * scale).T if method.background is not None else None,
        dose=dose.activity,
        errors=method.errors,
    ).assign(
        concentration=(("organ", "time"), (true[:, :-1] * factors).T, {"units": "Bq/mL", "label": "true mean"}),
        volume=("organ", volumes, {"units": "mL", "label": "volume of the region"}),
        voxel_limit=(("organ", "time"), _voxel_limit(image, method, noise, factors) * 100.0 / dose.activity, VOXEL),
    )


def _voxel_limit(image: ImageVolume, method: Method, noise: Floats, factors: Floats) -> Floats:
    """Least activity of a voxel told from none, (organ, frame), Bq; NaN without a background."""
    known = noise if method.background is not None else np.full_like(noise, np.nan)
    return np.asarray(DETECTED * image.voxel_volume * factors[:, None] * known)


def _attenuation(image: ImageVolume, names: Sequence[str], stated: Mapping[str, float]) -> Floats:
    if image.attenuation_corrected:
        if stated:
            raise ImageError("attenuation", "factors for an image that is corrected", "give none")
        return np.ones(len(names))
    absent = [n for n in names if n not in stated]
    if absent or any(not f >= 1 for f in stated.values()):
        raise ImageError(
            "attenuation",
            f"no factor of 1 or above for {', '.join(absent) or 'an organ'}, and the image is not corrected",
            "state a factor for each organ",
        )
    return np.array([stated[n] for n in names])


def _measured(image: ImageVolume, regions: Sequence[Region], method: Method) -> tuple[Floats, Floats]:
    """Means (frame, region + 1), of which the last is the background's, and SD of a voxel's noise (frame,)."""
    means, noise = np.zeros((len(image.values), len(regions) + 1)), np.zeros(len(image.values))
    for f, frame in enumerate(image.values):
        for k, region in enumerate(regions):
            means[f, k] = frame[region.box][region.mask].mean(dtype=float)
        if method.background is not None:
            around = frame[method.background.box][method.background.mask].astype(float)
            means[f, -1], noise[f] = around.mean(), around.std(ddof=1) if around.size > 1 else 0.0
    return means, noise


def label_dataset(
    organs: Sequence[str],
    days: Floats,
    *,
    activity: Floats,
    noise: Floats,
    dose: float,
    errors: ErrorModel,
    limit: Floats | None = None,
) -> xr.Dataset:
    """Labelled activity and share of the dose, with standard deviations.

    Parameters
    ----------
    organs : sequence of str
        Names.
    days : (time,) array
        Since the injection.
    activity, noise : (organ, time) array, Bq
        At the time of injection, and the SD of its noise.
    dose : float, Bq
        Injected.
    errors : ErrorModel
        Relative errors.
    limit : (organ, time) array, Bq, optional
        Least activity that is told from none; NaN where it is not known.

    Examples
    --------
    >>> made = label_dataset(["liver"], np.array([1.0]), activity=np.array([[2e6]]), noise=np.array([[0.0]]),
    ...     dose=1e7, errors=ErrorModel(calibration=0.03, dose=0.04, own=0.0))
    >>> float(made.share[0, 0]), float(made.share_sd[0, 0])
    (20.0, 1.0)
    """
    relative = np.hypot(errors.own, errors.shared)
    sd = np.hypot(noise, relative * np.abs(activity))
    both = ("organ", "time")
    percent = 100.0 / dose
    made = xr.Dataset(
        {
            "activity": (both, activity, {"units": "Bq", "label": "activity, decay-corrected to the injection"}),
            "activity_sd": (both, sd, {"units": "Bq", "label": "standard deviation"}),
            "share": (both, activity * percent, {"units": "percent", "label": "share of the injected dose"}),
            "share_sd": (both, sd * percent, {"units": "percent", "label": "standard deviation"}),
            "share_limit": (
                both,
                percent * (np.full_like(activity, np.nan) if limit is None else limit),
                {"units": "percent", "label": "limit of detection, 5 % error of either kind"},
            ),
        },
        coords={"organ": list(organs), "time": ("time", days, {"units": "day", "label": "since the injection"})},
    )
    made["share_shared_sd"] = xr.DataArray(
        errors.shared, attrs={"units": "", "label": "relative SD that all organs and times have in common"}
    )
    made["share_relative_sd"] = xr.DataArray(
        errors.own, attrs={"units": "", "label": "relative SD of each organ's own at each time"}
    )
    made.attrs = {"dose": dose, "purpose": "for research use"}
    return made
