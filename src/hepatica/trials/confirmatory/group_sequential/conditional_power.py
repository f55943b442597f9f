"""Conditional and predictive power of the rest of a group sequential trial, given an interim result."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import GroupSequentialDesign
from hepatica.trials.confirmatory.group_sequential.recursion import StoppingProbabilities, SubDensity

Floats = NDArray[np.float64]
_HERMITE = np.polynomial.hermite_e.hermegauss(60)


def _checked_look(design: GroupSequentialDesign, look: int, z: float) -> int:
    if not 1 <= look < len(design.fractions):
        raise InputError("look", look, f"give an interim look, from 1 to {len(design.fractions) - 1}")
    if not np.isfinite(z):
        raise InputError("z", z, "give the statistic of the look as a finite number")
    return look - 1


def conditional_probabilities(
    design: GroupSequentialDesign, look: int, z: float, drift: float
) -> StoppingProbabilities:
    """Probabilities of stopping at each later look, given the statistic of this one.

    The trial is taken to go on after this look, whatever its boundary says; later boundaries are obeyed.

    Parameters
    ----------
    design : GroupSequentialDesign
        Design in use.
    look : int
        Number of the interim look, from 1.
    z : float
        Its statistic.
    drift : float
        Effect times the square root of the maximal information.

    Returns
    -------
    StoppingProbabilities
        Of looks after this one.

    Raises
    ------
    InputError
        If the look is none of the interim looks.
    """
    first = _checked_look(design, look, z)
    now = SubDensity.start(drift, design.fractions[first], z)
    later = range(first + 1, len(design.fractions))
    upper, lower = [], []
    for k in later:
        here = design.fractions[k]
        upper.append(now.above(design.critical[k], here))
        lower.append(now.below(design.futility[k], here))
        if k != later[-1]:
            now = now.advance(design.futility[k], design.critical[k], here, design.fractions[k + 1])
    return StoppingProbabilities(np.array(upper), np.array(lower))


def conditional_power(design: GroupSequentialDesign, look: int, z: float, drift: float | None = None) -> float:
    """Conditional power: probability of crossing the upper boundary later, given the statistic of a look.

    Parameters
    ----------
    design, look, z :
        As in `conditional_probabilities`.
    drift : float, or None
        None: that of the observed effect, z over the square root of the fraction.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming
    >>> from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
    >>> design = design_group_sequential(3, OBrienFleming(), alpha=0.05, beta=0.1, two_sided=True)
    >>> round(conditional_power(design, 1, 1.0), 3)
    0.376
    """
    if drift is None:
        drift = z / np.sqrt(design.fractions[_checked_look(design, look, z)])
    return float(conditional_probabilities(design, look, z, drift).upper.sum())


def predictive_power(
    design: GroupSequentialDesign, look: int, z: float, *, prior_drift: float = 0.0, prior_information: float = 0.0
) -> float:
    """Predictive power: conditional power averaged over the posterior of the drift.

    Spiegelhalter, Freedman and Blackburn 1986, Control Clin Trials 7:8.

    Parameters
    ----------
    design, look, z :
        As in `conditional_probabilities`.
    prior_drift : float
        Mean of the normal prior of the drift.
    prior_information : float
        Information of the prior, as a fraction of the trial's maximum; 0 for a flat prior.
    """
    if prior_information < 0:
        raise InputError("prior_information", prior_information, "give 0 for a flat prior, or a positive fraction")
    fraction = design.fractions[_checked_look(design, look, z)]
    precision = fraction + prior_information
    mean = (z * np.sqrt(fraction) + prior_drift * prior_information) / precision
    nodes, weights = _HERMITE
    drifts = mean + nodes / np.sqrt(precision)
    powers = np.array([conditional_probabilities(design, look, z, d).upper.sum() for d in drifts])
    return float(powers @ weights / weights.sum())


def single_look_conditional_power(z: Floats, fraction: float, drift: Floats | float | None, critical: float) -> Floats:
    """Conditional power of a final test after one interim look, closed form (Lan and Wittes 1988, Biometrics 44:579).

    Parameters
    ----------
    z : (...)
        Interim statistics.
    fraction : float
        Information fraction of the look, in (0, 1).
    drift : (...), float, or None
        None: that of the observed effect.
    critical : float
        Of the final test.

    Returns
    -------
    (...)
    """
    if not 0 < fraction < 1:
        raise InputError("fraction", fraction, "give a number between 0 and 1")
    z = np.asarray(z, float)
    drifts = z / np.sqrt(fraction) if drift is None else np.asarray(drift, float)
    moved = z * np.sqrt(fraction) + drifts * (1 - fraction)
    return np.asarray(ndtr((moved - critical) / np.sqrt(1 - fraction)))


def z_of_conditional_power(power: float, fraction: float, drift: float | None, critical: float) -> float:
    """Interim statistic at which the conditional power of the final test is the given one."""
    if not 0 < power < 1:
        raise InputError("power", power, "give a number between 0 and 1")
    needed = critical + float(ndtri(power)) * np.sqrt(1 - fraction)
    if drift is None:
        return float(needed * np.sqrt(fraction))
    return float((needed - drift * (1 - fraction)) / np.sqrt(fraction))
