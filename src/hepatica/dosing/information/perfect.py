"""Expected value of perfect information, of everything (EVPI) or of a group of parameters (EVPPI)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.information.gaussian_process import fit

Floats = NDArray[np.float64]
SAMPLES = 200  # draws of the regression functions, for the error


class Value(NamedTuple):
    """Value of information per patient, in the unit of the gain, with its standard error."""

    mean: float
    error: float


def perfect_information(gain: Floats, weight: Floats) -> float:
    """EVPI: mean of the best gain in each scenario, less the best mean gain.

    Parameters
    ----------
    gain : (scenario, arm)
        Without the noise of few patients, which would be taken for something that could be known.
    weight : (scenario,)
        Adds up to one.

    Examples
    --------
    >>> perfect_information(np.array([[0.0, -1.0], [0.0, 3.0]]), np.array([0.5, 0.5]))
    0.5
    """
    return float(weight @ gain.max(axis=1) - (weight @ gain).max())


def partial_perfect_information(
    gain: Floats,
    parameters: Floats,
    weight: Floats,
    *,
    null: Floats | None = None,
    null_probability: float = 0.0,
    knows_null: bool = False,
    seed: int = 1,
) -> Value:
    """EVPPI of a group of parameters, by regression of the gain of each choice on them.

    What the group tells of a choice is its conditional mean gain; the regression finds it from the draws at hand,
    whatever their noise. Where cells may do nothing at all, the group tells that too if `knows_null`, else every
    conditional mean is diluted by it.

    Parameters
    ----------
    gain : (draw, arm)
        Mean gain of each draw, noise and all.
    parameters : (draw, parameter)
        Of the group.
    weight : (draw,)
        Adds up to one.
    null : (arm,), optional
        Mean gain where cells do nothing.
    null_probability : float
        Of that.
    knows_null : bool
        True if the group includes whether cells do anything.
    seed : int
        Of the draws of the regression functions, from which the error comes.

    References
    ----------
    Strong M, Oakley JE, Brennan A, 2014, Med Decis Making 34:311.
    """
    none = np.zeros(gain.shape[1]) if null is None else null
    p = null_probability
    fitted = fit(parameters, gain)

    def value(mean: Floats) -> float:
        if knows_null:
            base = ((1 - p) * (weight @ mean) + p * none).max()
            return float((1 - p) * (weight @ mean.max(axis=1)) + p * none.max() - base)
        mixed = (1 - p) * mean + p * none
        return float(weight @ mixed.max(axis=1) - (weight @ mixed).max())

    rng = np.random.default_rng(seed)
    z = rng.standard_normal((SAMPLES, len(gain) + 1))
    again = np.stack([fitted.mean[:, k] + z @ f.T for k, f in enumerate(fitted.factor)], axis=-1)
    return Value(max(value(fitted.mean), 0.0), float(np.std([value(one) for one in again])))
