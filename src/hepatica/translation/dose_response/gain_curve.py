"""Half-effect, plateau and fall of a dose-response that was simulated on a ladder of doses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError

Floats = NDArray[np.float64]


class CurveShape(NamedTuple):
    """Shape of dose-response curves, each (...,).

    Attributes
    ----------
    half : Floats
        Lowest dose with half of the largest gain, by interpolation over log dose; the lowest dose of the ladder where
        that one has it already; NaN where no dose has a gain worth the name.
    plateau : Floats
        Largest gain of the ladder.
    best : Floats
        Dose of the largest gain.
    left : Floats
        Gain at the highest dose over the largest one; NaN as `half`.
    """

    half: Floats
    plateau: Floats
    best: Floats
    left: Floats


def describe_curves(dose: Floats, gain: Floats, least: float = 0.0) -> CurveShape:
    """Half-effect, plateau, best dose and what is left at the highest dose of dose-response curves.

    Parameters
    ----------
    dose : (n_doses,)
        Above zero, rising.
    gain : (..., n_doses)
        Gain over standard care.
    least : float
        Largest gains that are not above this have no half-effect.

    Returns
    -------
    CurveShape
        Each (...,).

    Raises
    ------
    InputError
        If doses do not rise from above zero, or the gains are of another number of doses.

    Examples
    --------
    >>> dose = np.array([1e5, 1e6, 1e7, 1e8])
    >>> shape = describe_curves(dose, np.array([0.0, 2.0, 4.0, 3.0]))
    >>> [round(float(x), 6) for x in shape]
    [1000000.0, 4.0, 10000000.0, 0.75]
    """
    dose, gain = np.asarray(dose, float), np.asarray(gain, float)
    if dose.ndim != 1 or len(dose) < 2 or dose[0] <= 0 or np.any(np.diff(dose) <= 0):
        raise InputError("dose", dose, "two or more rising doses above zero")
    if gain.shape[-1:] != dose.shape:
        raise InputError("gain", f"of shape {gain.shape}", f"{len(dose)} doses on the last axis")
    top = gain.argmax(-1)
    plateau = np.take_along_axis(gain, top[..., None], -1)[..., 0]
    half = plateau / 2
    first = (gain >= half[..., None]).argmax(-1)
    before = np.maximum(first - 1, 0)
    low, high = (np.take_along_axis(gain, k[..., None], -1)[..., 0] for k in (before, first))
    step = np.where(high > low, (half - low) / np.where(high > low, high - low, 1.0), 1.0)
    log = np.log(dose)
    at = np.where(first == 0, log[0], log[before] + step * (log[first] - log[before]))
    rises = plateau > max(least, 0.0)
    return CurveShape(
        half=np.where(rises, np.exp(at), np.nan),
        plateau=plateau,
        best=dose[top],
        left=np.where(rises, gain[..., -1] / np.where(rises, plateau, 1.0), np.nan),
    )
