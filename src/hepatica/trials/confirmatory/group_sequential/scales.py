"""Scales of a boundary: z, p-value, effect, B-value, conditional and predictive power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.conditional_power import conditional_power, predictive_power
from hepatica.trials.confirmatory.group_sequential.design import GroupSequentialDesign

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BoundaryScales:
    """One boundary on several scales; NaN where a look has no boundary or, for power, is the last.

    Attributes
    ----------
    z, p_value, effect, b_value : (looks,)
        One-sided p-value; effect in the unit of one over the square root of information; B-value z sqrt(t).
    conditional_power_observed, conditional_power_design, predictive_power : (looks,)
        Under the effect on the boundary, under the design's drift, and averaged over a flat prior.
    """

    z: Floats
    p_value: Floats
    effect: Floats
    b_value: Floats
    conditional_power_observed: Floats
    conditional_power_design: Floats
    predictive_power: Floats


def boundary_scales(
    design: GroupSequentialDesign, *, upper: bool = True, max_information: float | None = None
) -> BoundaryScales:
    """Express a boundary of a design on every scale.

    Parameters
    ----------
    design : GroupSequentialDesign
        Design in use.
    upper : bool
        True for efficacy, False for the lower boundary.
    max_information : float, or None
        Information at the last look, for the effect; None: 1, so that the effect is a drift.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.group_sequential.shapes import Pocock
    >>> from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
    >>> boundary_scales(design_group_sequential(2, Pocock())).p_value.round(4).tolist()
    [0.0147, 0.0147]
    """
    if max_information is not None and not max_information > 0:
        raise InputError("max_information", max_information, "give a positive number")
    z = np.where(np.isfinite(bound := design.critical if upper else design.futility), bound, np.nan)
    looks, total = len(z), 1.0 if max_information is None else max_information
    powers = np.full((3, looks), np.nan)
    for k in np.flatnonzero(np.isfinite(z[:-1])):
        powers[0, k] = conditional_power(design, int(k) + 1, z[k])
        powers[1, k] = conditional_power(design, int(k) + 1, z[k], design.drift)
        powers[2, k] = predictive_power(design, int(k) + 1, z[k])
    return BoundaryScales(
        z=z,
        p_value=ndtr(-z),
        effect=z / np.sqrt(design.fractions * total),
        b_value=z * np.sqrt(design.fractions),
        conditional_power_observed=powers[0],
        conditional_power_design=powers[1],
        predictive_power=powers[2],
    )
