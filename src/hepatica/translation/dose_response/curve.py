"""Dose-response curve of cells: a sigmoid of exposure, with a possible fall at high exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HILL = ((0.5, 0.25), (1.0, 0.5), (2.0, 0.25))  # steepness and its prior probability; 1 is the model's own
FALLS = (0.5, 1.0, 1.5, 2.0)  # decades above the half-effect at which a fall halves the effect, each as likely
FALL_STEEPNESS = 2.0


def emax(exposure: Floats, half: Floats, steepness: float = 1.0) -> Floats:
    """Sigmoid Emax curve of largest effect 1: x^g / (x^g + h^g).

    Parameters
    ----------
    exposure : (...,)
        Not negative.
    half : (...,)
        Exposure at half of the largest effect.
    steepness : float
        Hill exponent g.

    Returns
    -------
    (...,)

    Examples
    --------
    >>> emax(np.array([0.0, 1.0, 3.0]), np.array(1.0)).tolist()
    [0.0, 0.5, 0.75]
    """
    with np.errstate(divide="ignore"):
        effect: Floats = 1.0 / (1.0 + (half / np.asarray(exposure, float)) ** steepness)
    return effect


def falling(exposure: Floats, half: Floats, steepness: float, decades: float) -> Floats:
    """Sigmoid that falls: times 1 / (1 + (x / u)^2), u being `decades` above the half-effect.

    Parameters
    ----------
    exposure : (...,)
        As in `emax`.
    half : (...,)
        As in `emax`.
    steepness : float
        As in `emax`.
    decades : float
        Where the fall halves the effect, in powers of ten above `half`; infinite for none.

    Returns
    -------
    (...,)
    """
    effect: Floats = emax(exposure, half, steepness) / (1.0 + (exposure / (half * 10.0**decades)) ** FALL_STEEPNESS)
    return effect
