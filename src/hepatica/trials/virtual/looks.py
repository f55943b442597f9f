"""Looks of simulated trials: their dates, by information or by calendar, and the day on which the trial ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.definition.endpoint import TIME_TO_EVENT
from hepatica.trials.virtual.conduct.endpoints import EndpointData

Floats = NDArray[np.float64]


class Dates(NamedTuple):
    """Dates of a block of trials.

    Attributes
    ----------
    looks : (trial, look)
        Day of each look, the final analysis last; NaN for an interim look that does not take place.
    information : (trial, look)
        Events, or patients with the endpoint, on those days.
    """

    looks: Floats
    information: Floats


def look_dates(data: EndpointData, most: float) -> Dates:
    """Dates of the looks, and the information of the primary endpoint on them.

    Parameters
    ----------
    data : EndpointData
        Of a block of trials.
    most : float
        Planned maximal information: events, or patients with the endpoint.

    Returns
    -------
    Dates
    """
    b, trial = data.block, data.block.trial
    ready = information_days(data)
    last = b.entry[:, -1] + trial.follow_up
    if trial.analysis.events is not None:
        last = np.minimum(last, kth_day(ready, trial.analysis.events))
    columns = []
    for look in trial.look:
        if look.day is not None:
            day = np.full(len(ready), float(look.day))
        else:
            assert look.fraction is not None
            day = kth_day(ready, max(1, int(np.ceil(look.fraction * most - 1e-9))))
        columns.append(np.where(day < last, day, np.nan))
    looks = np.stack([*columns, last], axis=1)
    with np.errstate(invalid="ignore"):
        information = np.stack([(ready <= looks[:, k, None]).sum(axis=1) for k in range(looks.shape[1])], axis=1)
    return Dates(looks, np.where(np.isnan(looks), np.nan, information.astype(float)))


def information_days(data: EndpointData) -> Floats:
    """Day of the trial on which each patient brings its information; inf for never, (trial, patient).

    Parameters
    ----------
    data : EndpointData
        Of a block.
    """
    b, e = data.block, data.block.trial.primary
    if e.kind in TIME_TO_EVENT:
        h = data.history(e)
        return np.where(h.event, b.entry + h.time, np.inf)
    return b.entry + e.visit(b.trial.follow_up)


def kth_day(days: Floats, k: int) -> Floats:
    """Day on which a trial has k units of information; inf if it never has, (trial,).

    Parameters
    ----------
    days : (trial, patient)
        Of `information_days`.
    k : int
        From 1 on.

    Examples
    --------
    >>> kth_day(np.array([[5.0, 1.0, 3.0]]), 2).tolist()
    [3.0]
    """
    if k > days.shape[1]:
        return np.full(len(days), np.inf)
    return np.asarray(np.partition(days, k - 1, axis=1)[:, k - 1])


def followed(data: EndpointData, day: Floats) -> Floats:
    """Day since randomisation up to which each patient is followed at a look; negative before randomisation.

    Parameters
    ----------
    data : EndpointData
        Of a block.
    day : (trial,)
        Of the trial.
    """
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(day)[:, None], -1.0, day[:, None] - data.block.entry)
