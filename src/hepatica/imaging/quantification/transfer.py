"""Label in living cells, deconvolved from label seen in organs: the equations of the model's label module, reversed.

The module (`hepatica.model.modules.label`) says where label goes from cells that are known. Here the label of an organ
is known and the cells are not. With y the label seen, u that in living cells, D = y - u that outside them, of 1 given:

    D_lung'   = k_lung u_lung - w D_lung
    D_liver'  = k_organ u_liver  + a e C + a w D_lung - l D_liver        (D_spleen alike, with b for a)
    C'        = - e C - k_lung u_lung - k_organ (C - u_lung)

C is label in all living cells, e efflux, k deaths, w washing of debris out of the lung, a and b the shares of freed
label that phagocytes of liver and spleen take, l their loss.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ORGANS = ("lung", "liver", "spleen")
STEPS = 400
"""Steps of the trapezoidal rule over the time that scans span."""


class LabelRates(NamedTuple):
    """Rates and shares of the label module, one of each draw.

    Attributes
    ----------
    efflux, death_lung, death_organ, debris_washed, label_loss : (draw,) array, 1/day
    to_liver, to_spleen : (draw,) array
    """

    efflux: Floats
    death_lung: Floats
    death_organ: Floats
    debris_washed: Floats
    label_loss: Floats
    to_liver: Floats
    to_spleen: Floats


def living_label(
    times: Floats, seen: Floats, rates: LabelRates, *, viability: Floats | float = 1.0, dead_into: str = "lung"
) -> tuple[Floats, Floats]:
    """Label in living cells of lung, liver and spleen, and in all living cells.

    Parameters
    ----------
    times : (time,) array, day
        Of the scans, increasing. Label before the first is taken as that of the first, between scans as linear.
    seen : (draw, 3, time) array
        Label of `ORGANS`, of 1 given, corrected for physical decay.
    rates : LabelRates
        Of the module, by draw.
    viability : float or (draw,) array
        Share of the label that was given in living cells.
    dead_into : {"lung", "liver", "spleen"}
        Where label of cells that were dead when given lodges.

    Returns
    -------
    living : (draw, 3, time) array
        Between 0 and what is seen.
    carried : (draw, time) array

    Examples
    --------
    >>> none = np.zeros(1)
    >>> rates = LabelRates(none, none + 0.7, none + 0.7, none, none, none, none)
    >>> seen = np.array([[[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]])  # all label stays in the lung
    >>> living, _ = living_label(np.array([0.0, 1.0]), seen, rates)
    >>> living[0, 0].round(4).tolist()  # half of the cells are dead after a day
    [1.0, 0.4966]
    """
    last = max(float(times[-1]), 1e-9)
    grid = np.unique(np.concatenate([np.linspace(0.0, last, STEPS + 1), times]))
    y = _interpolate(grid, times, seen)
    draws = len(seen)
    alive = np.broadcast_to(np.asarray(viability, float), (draws,))
    state = np.zeros((3, draws))
    state[ORGANS.index(dead_into)] = 1.0 - alive
    carried = alive.copy()
    out, all_out = np.zeros((draws, 3, len(times))), np.zeros((draws, len(times)))
    scan_index = {int(k): i for i, k in enumerate(np.searchsorted(grid, times))}
    for k in range(len(grid)):
        if k:
            state, carried = _step(grid[k] - grid[k - 1], (y[:, :, k - 1], y[:, :, k]), (state, carried), rates)
        if k in scan_index:
            living = np.clip(y[:, :, k] - state.T, 0.0, np.maximum(np.minimum(y[:, :, k], carried[:, None]), 0.0))
            out[:, :, scan_index[k]], all_out[:, scan_index[k]] = living, np.maximum(carried, 0.0)
    return out, all_out


def _interpolate(grid: Floats, times: Floats, seen: Floats) -> Floats:
    """Label on a grid, (draw, 3, grid): linear between scans, constant before the first."""
    if len(times) == 1:
        return np.repeat(seen, len(grid), axis=2)
    at = np.clip(np.searchsorted(times, grid, side="right") - 1, 0, len(times) - 2)
    part = np.clip((grid - times[at]) / (times[at + 1] - times[at]), 0.0, 1.0)
    return np.asarray(seen[:, :, at] * (1 - part) + seen[:, :, at + 1] * part)


def _step(h: float, y: tuple[Floats, Floats], before: tuple[Floats, Floats], r: LabelRates) -> tuple[Floats, Floats]:
    """One trapezoidal step; each equation is linear, and forced by those before it."""
    (lung0, liver0, spleen0), carried0 = before
    (s0, s1) = y

    def solve(x: Floats, rate: Floats, f0: Floats, f1: Floats) -> Floats:
        return np.asarray((x * (1 - rate * h / 2) + h / 2 * (f0 + f1)) / (1 + rate * h / 2))

    lung = solve(lung0, r.death_lung + r.debris_washed, r.death_lung * s0[:, 0], r.death_lung * s1[:, 0])
    excess = r.death_lung - r.death_organ
    carried = solve(carried0, r.efflux + r.death_organ, -excess * (s0[:, 0] - lung0), -excess * (s1[:, 0] - lung))
    organs = []
    for k, (left, share) in enumerate(((liver0, r.to_liver), (spleen0, r.to_spleen)), 1):
        f0 = r.death_organ * s0[:, k] + share * (r.efflux * carried0 + r.debris_washed * lung0)
        f1 = r.death_organ * s1[:, k] + share * (r.efflux * carried + r.debris_washed * lung)
        organs.append(solve(left, r.death_organ + r.label_loss, f0, f1))
    return np.stack([lung, *organs]), carried
