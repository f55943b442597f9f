"""Accrual: patients arrive at centres that open one after the other, as a Poisson process."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.definition.design_tables import Centre
from hepatica.trials.virtual.conduct.streams import exponentials, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def arrivals(centres: Sequence[Centre], patients: int, seed: int, block: int) -> tuple[Floats, Ints]:
    """Day of randomisation and centre of each patient, (trial, patient), in order of arrival.

    The intensity of all centres together is piecewise constant; its integral at arrivals is a unit Poisson process, and
    a patient belongs to an open centre with a chance in proportion to its rate.

    Parameters
    ----------
    centres : sequence of Centre
        Rates and openings.
    patients : int
        Of each trial.
    seed, block : int
        Of the streams.

    Examples
    --------
    >>> day, centre = arrivals([Centre(name="a", per_month=30.4375)], 3, seed=1, block=0)
    >>> day.shape, bool((np.diff(day) > 0).all())
    ((250, 3), True)
    """
    starts = np.array([c.start for c in centres], float)
    rates = np.array([c.per_day for c in centres])
    opened = np.unique(starts)
    total = np.array([rates[starts <= day].sum() for day in opened])
    reached = np.concatenate([[0.0], np.cumsum(total[:-1] * np.diff(opened))])
    unit = np.cumsum(exponentials(seed, "accrual", block, patients).astype(float), axis=1)
    place = np.searchsorted(reached, unit, side="right") - 1
    day = opened[place] + (unit - reached[place]) / total[place]
    share = uniforms(seed, "centre", block, patients)
    is_open = starts[None, :] <= opened[:, None]
    chance = np.cumsum(np.where(is_open, rates, 0.0) / total[:, None], axis=1)
    centre = (share[..., None] > chance[place]).sum(axis=-1)
    return day, np.minimum(centre, len(centres) - 1)
