"""Fitted lines and curves of an assay over dose, for figures and tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.manufacturing.assay.models.logistic import LogisticAssay, band
from hepatica.manufacturing.assay.models.quantal import Link, QuantalAssay, mean_of
from hepatica.manufacturing.assay.result import AssayResult, Model

Floats = NDArray[np.float64]
POINTS = 81


class Drawn(NamedTuple):
    """Fitted response of a sample over its doses.

    Attributes
    ----------
    dose, response : ndarray
        (points,).
    low, high : ndarray or None
        Limits of the mean, for logistic curves.
    """

    dose: Floats
    response: Floats
    low: Floats | None = None
    high: Floats | None = None


def fitted_curve(result: AssayResult, model: Model, sample: int, *, level: float = 0.95) -> Drawn:
    """Fitted line or curve of a sample between its lowest and highest dose.

    Parameters
    ----------
    result : AssayResult
        Of an assay.
    model : Model
        By which it was analysed.
    sample : int
        Number, the standard 0.
    level : float
        Confidence of the band.

    Returns
    -------
    Drawn
        On the scale of the analysis: transformed responses, or shares.
    """
    doses = result.layout.dose[result.layout.sample == sample]
    kernel, i = result.kernel, result.place
    if model is Model.SLOPE_RATIO:
        dose = np.linspace(0.0, doses.max(), POINTS)
    else:
        dose = np.geomspace(doses[doses > 0].min(), doses.max(), POINTS)
    x = np.log(np.maximum(dose, 1e-300))
    if isinstance(kernel, LogisticAssay):
        every = result.layout.dose
        return Drawn(dose, *band(kernel, i, sample, x - np.log(every[every > 0]).mean(), level=level))
    if isinstance(kernel, QuantalAssay):
        link = Link(model.value)
        half = np.log(np.log(2.0)) if link is Link.CLOGLOG else 0.0
        return Drawn(dose, mean_of(kernel.slope * (x - kernel.log_ed50.estimate[sample]) + half, link)[0])
    if model is Model.SLOPE_RATIO:
        return Drawn(dose, kernel.intercept[i, sample] + kernel.slope[i, sample] * dose)
    return Drawn(dose, kernel.intercept[i, sample] + kernel.slope[i] * x)
