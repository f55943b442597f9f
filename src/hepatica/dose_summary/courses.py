"""Simulated courses of an answer: standard care, survival curves, percentiles over patients, variance over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.dose_study import Answer
from hepatica.dosing.utility import evaluate_benefit
from hepatica.dosing.variance_components import decompose_variance
from hepatica.outcomes.scores import meld

Floats = NDArray[np.float64]


def first_course(answer: Answer) -> xr.Dataset:
    """Courses under the first hypothesis; standard care is the same under all.

    Returns
    -------
    Dataset
        Labs (arm, patient, time); arm 0 is standard care.
    """
    return next(iter(answer.courses.values()))


def course_of(ds: xr.Dataset, variable: str) -> Floats:
    """Course of a lab, or of MELD computed from its labs.

    Returns
    -------
    (arm, patient, time) ndarray
        In the unit of the Dataset; MELD in points.
    """
    if variable != "meld":
        return np.asarray(ds[variable].values, np.float64)
    return np.asarray(meld(bilirubin=ds["bilirubin"].values, creatinine=ds["creatinine"].values, inr=ds["inr"].values))


def survival_curves(answer: Answer, hypothesis: str) -> Floats:
    """Probability of being alive, deaths by thrombosis included, as the decision counts it.

    Returns
    -------
    (arm, patient, time) ndarray
        Arms as in `Answer.courses`; daily.
    """
    ds, d = answer.courses[hypothesis], answer.decision
    arms = [d.arms[0], d.arms[d.top]][: ds.sizes["arm"]]
    return evaluate_benefit(ds, arms, answer.study.utility.utility()).survival_curve


def number_at_risk(alive: Floats, times: Floats, days: Sequence[float]) -> Floats:
    """Expected number of patients alive.

    Parameters
    ----------
    alive : (patient, time)
        Probabilities.
    times : (time,) day
        Of these.
    days : sequence of float
        Asked for; each is one of the times.

    Returns
    -------
    (day,) ndarray
    """
    return np.asarray(np.nansum(alive[:, np.searchsorted(times, days)], axis=0))


def mean_probability(values: Floats, draw: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Mean probability over time with the 90 % interval of parameter uncertainty.

    Parameters
    ----------
    values : (patient, time)
        Probabilities.
    draw : (patient,)
        Parameter draw of each patient.

    Returns
    -------
    tuple of (time,) ndarray
        Mean, lower and upper end.
    """
    parts = [decompose_variance(column, draw) for column in values.T]
    mean, low, high = (np.clip([getattr(s, name) for s in parts], 0.0, 1.0) for name in ("mean", "low", "high"))
    return mean, low, high


def percentiles(values: Floats, which: Sequence[float]) -> Floats:
    """Percentiles over patients at each time, patients with a failed solve left out.

    Parameters
    ----------
    values : (patient, time)
        NaN where a solve failed.
    which : sequence of float
        Percent.

    Returns
    -------
    (percentile, time) ndarray

    Examples
    --------
    >>> percentiles(np.array([[1.0], [3.0], [np.nan]]), [50]).tolist()
    [[2.0]]
    """
    return np.asarray(np.percentile(values[np.isfinite(values).all(axis=1)], which, axis=0))
