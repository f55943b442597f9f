"""Decay correction of a frame from the time that its voxels refer to, back to the time of injection."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def frame_average(decay_constant: float, duration: ArrayLike) -> Floats:
    """Factor from the mean activity of a frame to the activity at its start: k T / (1 - exp(-k T)).

    Parameters
    ----------
    decay_constant : float, 1/s
        Physical decay constant.
    duration : array_like, s
        Of a frame.

    Examples
    --------
    >>> float(frame_average(np.log(2) / 6586.2, 603.0).round(4)), float(frame_average(1e-12, 1.0))
    (1.0321, 1.0)
    """
    exponent = decay_constant * np.asarray(duration, float)
    small = exponent < 1e-9
    safe = np.where(small, 1.0, exponent)
    return np.asarray(np.where(small, 1.0, safe / -np.expm1(-safe)))


def mean_activity_time(decay_constant: float, duration: ArrayLike) -> Floats:
    """Time since its start at which a frame's activity equals its mean: log(k T / (1 - exp(-k T))) / k.

    Examples
    --------
    >>> float(mean_activity_time(np.log(2) / 6586.2, 603.0).round(1))
    299.9
    """
    return np.asarray(np.log(frame_average(decay_constant, duration)) / decay_constant)


def to_injection(decay_constant: float, elapsed: ArrayLike, duration: ArrayLike | None = None) -> Floats:
    """Factor to the time of injection.

    Parameters
    ----------
    decay_constant : float, 1/s
        Physical decay constant.
    elapsed : array_like, s
        Since the injection: of the time that the voxels are corrected to, or of the start of a frame.
    duration : array_like, s, optional
        Of a frame that is not corrected for decay.

    Examples
    --------
    >>> float(to_injection(np.log(2) / 6000, 6000.0))
    2.0
    """
    factor = np.exp(decay_constant * np.asarray(elapsed, float))
    return np.asarray(factor if duration is None else factor * frame_average(decay_constant, duration))
