"""Robust criteria of a candidate: conditional value at risk over patients, and its worst subgroup."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.search.outcomes import patient_error, patient_mean

Floats = NDArray[np.float64]
MIN_GROUP = 20  # patients below which a subgroup's mean says too little to choose by


def conditional_value_at_risk(values: Floats, share: float = 0.1) -> Floats:
    """Mean of the worst share of values along the last axis (Rockafellar2000), the marginal value counted in part.

    Parameters
    ----------
    values : (..., patient)
        The larger the better; NaN is left out.
    share : float
        From 0 to 1.

    Examples
    --------
    >>> float(conditional_value_at_risk(np.array([4.0, 1.0, 2.0, 3.0]), 0.5))
    1.5
    >>> float(conditional_value_at_risk(np.array([4.0, 1.0, 2.0, 3.0]), 0.375))
    1.3333333333333333
    """
    ordered = np.sort(values, axis=-1)  # NaN last
    n = np.isfinite(values).sum(axis=-1, keepdims=True)
    weight = np.clip(share * n - np.arange(values.shape[-1]), 0.0, 1.0)
    total = np.where(weight > 0, np.nan_to_num(ordered) * weight, 0.0).sum(axis=-1)
    mass = weight.sum(axis=-1)
    return np.asarray(np.where(mass > 0, total / np.maximum(mass, 1e-300), np.nan))


def tail_error(values: Floats, share: float = 0.1) -> Floats:
    """Monte-Carlo standard error of the conditional value at risk, by its influence function.

    With the quantile q of the share a, the estimate is the mean of q + min(x - q, 0) / a up to smaller terms
    (Rockafellar2000, where it is the maximum over q).

    Parameters
    ----------
    values : (..., patient)
        The larger the better; NaN is left out.
    share : float
        From 0 to 1.

    Examples
    --------
    >>> round(float(tail_error(np.arange(100.0), 1.0)), 2)  # of the mean
    2.9
    """
    n = np.isfinite(values).sum(axis=-1, keepdims=True)
    place = np.clip(np.ceil(share * n).astype(np.int64) - 1, 0, values.shape[-1] - 1)
    edge = np.take_along_axis(np.sort(values, axis=-1), place, -1)
    return patient_error(edge + np.minimum(values - edge, 0.0) / share)


def worst_subgroup(values: Floats, group: NDArray[np.int64], *, least: int = MIN_GROUP) -> tuple[Floats, Floats]:
    """Least mean among subgroups of patients, and which subgroup it is.

    Parameters
    ----------
    values : (..., patient)
        NaN is left out.
    group : (patient,)
        Number of each patient's subgroup; below 0 is none.
    least : int
        Patients that a subgroup needs.

    Returns
    -------
    mean, which : (...)
        NaN and -1 if no subgroup is large enough.

    Examples
    --------
    >>> mean, which = worst_subgroup(np.array([1.0, 3.0, 0.0, 5.0]), np.array([0, 0, 1, 1]), least=2)
    >>> float(mean), int(which)
    (2.0, 0)
    """
    names = [g for g in np.unique(group[group >= 0]) if (group == g).sum() >= least]
    if not names:
        return np.full(values.shape[:-1], np.nan), np.full(values.shape[:-1], -1.0)
    means = np.stack([patient_mean(values[..., group == g]) for g in names], axis=-1)
    place = np.argmin(np.where(np.isfinite(means), means, np.inf), axis=-1)
    return np.take_along_axis(means, place[..., None], -1)[..., 0], np.array(names)[place]
