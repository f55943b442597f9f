"""Standardised uptake value: activity concentration over injected activity per mass or surface of the body."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.imaging.readers.body import Normalisation, body_measure
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.volume import Administration, ImageVolume, Quantity, Voxels

Floats = NDArray[np.float64]


def uptake_value(concentration: ArrayLike, activity: float, measure: float) -> Floats:
    """Standardised uptake value: concentration times body measure over injected activity.

    Parameters
    ----------
    concentration : array_like, Bq/mL
        At the time to which the activity refers.
    activity : float, Bq
        Injected.
    measure : float, g or cm2
        Of the body.

    Examples
    --------
    >>> float(uptake_value(5000.0, 350e6, 70_000.0))
    1.0
    """
    return np.asarray(concentration, float) * (measure / activity)


def standardised_uptake_value(image: ImageVolume, normalisation: Normalisation = Normalisation.BW) -> Voxels:
    """Standardised uptake values of an image, (frame, slice, row, column).

    Parameters
    ----------
    image : ImageVolume
        Activity concentration.
    normalisation : Normalisation
        Body weight, lean body mass by three formulas, ideal body weight or body surface area.

    Returns
    -------
    array of float32
        In g/mL; cm2/mL by body surface area.

    Raises
    ------
    ImageError
        If the image is not of activity, or weight or height is missing.

    References
    ----------
    IBSI SUV manual, oncoray.github.io/suv_computation/suv.html; formulas as in `Normalisation`.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> from hepatica.imaging.readers import read_dicom
    >>> image = read_dicom(PetPhantom.uniform(3600.0).write(tempfile.mkdtemp()))
    >>> [round(float(standardised_uptake_value(image, k).mean()), 3) for k in ("BW", "BSA")]
    [1.0, 0.264]
    """
    factor = uptake_value(1.0, 1.0, _per_activity(dose_of(image), Normalisation(normalisation)))
    return image.values * np.float32(factor)


def _per_activity(dose: Administration, normalisation: Normalisation) -> float:
    measure = body_measure(normalisation, weight=dose.weight, height=dose.height, sex=dose.sex)
    return measure / dose.activity


def dose_of(image: ImageVolume) -> Administration:
    """Injected radioactivity of an image of activity.

    Raises
    ------
    ImageError
        If the image is not of activity.
    """
    if image.quantity is not Quantity.ACTIVITY or image.administration is None:
        raise ImageError("image", f"{image.quantity}, not activity", "give an image of PET or SPECT")
    return image.administration
