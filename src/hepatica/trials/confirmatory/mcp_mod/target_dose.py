"""Target dose and effective dose of a fitted dose response, within the range of doses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod.fit import FittedModel

Floats = NDArray[np.float64]
_GRID = 2001


def first_dose(effect: Callable[[Floats], Floats], wanted: float, max_dose: float) -> float:
    """Smallest dose up to the largest with an effect of at least what is wanted; NaN if none has."""
    grid = np.linspace(0.0, max_dose, _GRID)
    values = effect(grid)
    if values[0] >= wanted:
        return 0.0
    reached = np.flatnonzero(values >= wanted)
    if len(reached):
        at = reached[0]
        return float(brentq(lambda d: float(effect(np.array(d))) - wanted, grid[at - 1], grid[at], xtol=1e-13))
    top = int(np.argmax(values))  # a peak between two points of the grid
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, _GRID - 1)]
    peak = minimize_scalar(lambda d: -float(effect(np.array(d))), bounds=(low, high), method="bounded").x
    if float(effect(np.array(peak))) < wanted:
        return float("nan")
    return float(brentq(lambda d: float(effect(np.array(d))) - wanted, low, peak, xtol=1e-13))


def target_dose(model: FittedModel, effect: float) -> float:
    """Smallest dose with a wanted effect over placebo; NaN if no dose of the range has it.

    Parameters
    ----------
    model : FittedModel
        Fitted dose response.
    effect : float
        Difference to dose 0; negative if the response is to fall.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.mcp_mod.fit import GroupData, fit_model
    >>> from hepatica.trials.confirmatory.mcp_mod.models import Linear
    >>> target_dose(fit_model(Linear, GroupData.of_groups([0, 1, 2], [1.0, 2.0, 3.0], 10, 1.0)), 0.5)
    0.5
    """
    if not np.isfinite(effect) or effect == 0:
        raise InputError("effect", effect, "give a difference to placebo that is not 0")
    sign, start = np.sign(effect), float(model.predict(0.0))
    return round(first_dose(lambda d: np.asarray(sign * (model.predict(d) - start)), abs(effect), model.max_dose), 12)


def effective_dose(model: FittedModel, share: float, *, rising: bool = True) -> float:
    """Smallest dose with a share of the largest effect within the range of doses.

    Parameters
    ----------
    model : FittedModel
        Fitted dose response.
    share : float
        For example 0.9 for the ED90.
    rising : bool
        False if the response is to fall.
    """
    if not 0 < share < 1:
        raise InputError("share", share, "give a number between 0 and 1, for example 0.9")
    sign, start = (1.0 if rising else -1.0), float(model.predict(0.0))

    def effect(d: Floats) -> Floats:
        return np.asarray(sign * (model.predict(d) - start))

    grid = np.linspace(0.0, model.max_dose, _GRID)
    values = effect(grid)
    top = int(np.argmax(values))
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, _GRID - 1)]
    inner = minimize_scalar(lambda d: -float(effect(np.array(d))), bounds=(low, high), method="bounded")
    largest = max(float(values.max()), -float(inner.fun))
    return first_dose(effect, share * largest, model.max_dose) if largest > 0 else float("nan")
