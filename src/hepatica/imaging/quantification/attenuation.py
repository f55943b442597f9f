"""Attenuation: conjugate views of a planar camera, and stated factors of organs for SPECT."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.imaging.readers.faults import ImageError

Floats = NDArray[np.float64]


@functools.cache
def _table() -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads((files("hepatica.imaging.quantification") / "attenuation.toml").read_text(encoding="utf-8"))


def coefficient(tracer: str, beam: str = "effective") -> float:
    """Linear attenuation coefficient of water in 1/cm.

    Parameters
    ----------
    tracer : str
        Such as ``"Tc99m"``.
    beam : {"effective", "narrow"}
        With scatter in the window, or corrected for it.

    Raises
    ------
    ImageError
        If the table has none: it is not guessed.

    Examples
    --------
    >>> coefficient("Tc99m")
    0.11
    """
    try:
        return float(str(_table()[tracer][beam]["value"]))
    except KeyError as error:
        raise ImageError(
            f"attenuation of {tracer}", f"no {beam} coefficient in the table", "state it in 1/cm, as measured"
        ) from error


def depth_factor(mu: float, depth: ArrayLike) -> Floats:
    """Factor of attenuation exp(mu d) at a depth, of which an image that is not corrected lacks.

    Parameters
    ----------
    mu : float, 1/cm
        Linear attenuation coefficient.
    depth : array_like, cm
        Of the organ's centre.

    Raises
    ------
    ImageError
        If the coefficient is below 0.

    Examples
    --------
    >>> depth_factor(0.11, [0.0, 10.0]).round(3).tolist()
    [1.0, 3.004]
    """
    if not 0 <= mu < 10:
        raise ImageError("attenuation", f"{mu!r} 1/cm", "give a linear coefficient of 0 or above")
    return np.asarray(np.exp(mu * np.asarray(depth, float)))


def conjugate_view(
    anterior: ArrayLike, posterior: ArrayLike, *, mu: float, thickness: ArrayLike, organ: ArrayLike = 0.0
) -> Floats:
    """Counts of an organ without attenuation, from the geometric mean of two opposite views.

    Parameters
    ----------
    anterior, posterior : array_like
        Counts, background subtracted.
    mu : float, 1/cm
        Linear attenuation coefficient.
    thickness : array_like, cm
        Of the body.
    organ : array_like, cm
        Of the organ, front to back; its own attenuation is f = (mu t / 2) / sinh(mu t / 2).

    Returns
    -------
    array
        sqrt(anterior x posterior) exp(mu T / 2) f.

    Raises
    ------
    ImageError
        If a thickness is missing or below 0.

    References
    ----------
    Siegel JA et al. (1999) MIRD pamphlet 16, J Nucl Med 40:37S, equation of the conjugate view.

    Examples
    --------
    >>> float(conjugate_view(100.0, 400.0, mu=0.1, thickness=20.0).round(1))
    543.7
    """
    body, own = np.asarray(thickness, float), np.nan_to_num(np.asarray(organ, float))
    if not (body > 0).all() or (own < 0).any():
        raise ImageError("thickness_cm", "missing, or not above 0", "give the thickness of the body in cm")
    half = mu * own / 2.0
    flat = half < 1e-9
    self_factor = np.where(flat, 1.0, half / np.sinh(np.where(flat, 1.0, half)))
    mean = np.sqrt(np.asarray(anterior, float) * np.asarray(posterior, float))
    return np.asarray(mean * depth_factor(mu, body / 2.0) * self_factor)
