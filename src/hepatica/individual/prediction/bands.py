"""Forecast bands of labs with and without cells, corrected by what people taught."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.individual.learning.correction import Correction
from hepatica.individual.learning.learnt import Learnt
from hepatica.individual.learning.linear_pool import NormalPool
from hepatica.individual.learning.training_rows import Known, Rows, make_features
from hepatica.individual.library.candidates import LABS, TIMES, at_times
from hepatica.individual.people import TREATMENT_ARMS, Treatment
from hepatica.individual.posterior.importance import weighted_quantile
from hepatica.individual.posterior.observations import Observations
from hepatica.individual.posterior.posterior import Posterior

Floats = NDArray[np.float64]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MIN_VARIANCE = 1e-8
MIN_ALIVE = 1e-4


def forecast_days(observations: Observations, horizon: float) -> Floats:
    """Days of a forecast: the library's from the last lab to the horizon, both included."""
    inside = TIMES[(observations.last_day < TIMES) & (horizon > TIMES)]
    return np.concatenate([[observations.last_day], inside, [horizon]])


def known_of(posterior: Posterior) -> Known:
    """Regressors of the correction for one person at the last lab."""
    o = posterior.observations
    last, change, off = (np.full((1, len(LABS)), np.nan) for _ in range(3))
    for s in o.series:
        exact, k = np.flatnonzero(s.signs == 0), LABS.index(s.lab)
        if not len(exact):
            continue
        at = exact[-1]
        last[0, k] = s.values[at]
        labs = at_times(posterior.candidates.labs[posterior.course, :, :, k], [s.days[at]], 1)[:, 0]
        off[0, k] = s.values[at] - float(posterior.weight @ labs)
        if len(exact) > 1:
            before = exact[-2]
            change[0, k] = (s.values[at] - s.values[before]) / (s.days[at] - s.days[before])
    given = np.array([[float(t.value in o.background) for t in Treatment]])
    return Known(last, change, off, np.array([[o.age, o.encephalopathy]]), given, np.array([o.last_day]))


def lab_sample(posterior: Posterior, learnt: Learnt, lab: str, days: Floats, course: int, *, assay: bool) -> Floats:
    """Weighted sample of a log lab on later days, (m, days), with the correction that people taught.

    The correction was learnt of people without cells: each member is moved to the same level of the corrected
    distribution, and what cells change of its lab is added.

    Parameters
    ----------
    posterior : Posterior
        Of the person.
    learnt : Learnt
        What people of the kind taught.
    lab : str
        Of the library.
    days : (k,)
        Days.
    course : int
        Course to forecast.
    assay : bool
        With the error of measurement.
    """
    sample = posterior.labs(lab, days, course, assay=assay)
    correction = learnt.corrections.get(lab)
    if correction is None or not any(posterior.observations.background == arm for arm in _arms()):
        return sample
    base = sample if course == posterior.course else posterior.labs(lab, days, posterior.course, assay=assay)
    mean, variance = _moments(posterior, base)
    pool = _corrected(posterior, correction, mean, variance, days)
    taught = pool.quantile(_levels(base, posterior.sample_weight))
    strength = np.where(variance < MIN_VARIANCE, 0.0, correction.strength(days - posterior.observations.last_day))
    return np.asarray(sample + strength * (taught - base))


def _levels(sample: Floats, weight: Floats) -> Floats:
    """Level of each value of a weighted sample (m, days) within its day, between 0 and 1."""
    order = np.argsort(sample, axis=0, kind="stable")
    sorted_weight = weight[order]
    level = np.empty_like(sample)
    np.put_along_axis(level, order, (np.cumsum(sorted_weight, axis=0) - 0.5 * sorted_weight) / weight.sum(), axis=0)
    return level


def _arms() -> list[tuple[str, ...]]:
    """Combinations of treatments of which people taught."""
    return [tuple(sorted(t.value for t in arm)) for arm in TREATMENT_ARMS]


def _moments(posterior: Posterior, sample: Floats) -> tuple[Floats, Floats]:
    mean = posterior.mean(sample)
    return mean, np.asarray(posterior.mean((sample - mean) ** 2))


def _corrected(
    posterior: Posterior, correction: Correction, mean: Floats, variance: Floats, days: Floats
) -> NormalPool:
    """Corrected forecasts of one person's lab on some days."""
    known = known_of(posterior).take(np.zeros(len(days), int))
    ahead = days - posterior.observations.last_day
    unknown = np.full(len(days), np.nan)
    rows = Rows(make_features(mean, known), unknown, mean, variance, ahead, known.day, np.zeros(len(days), int))
    return correction.apply(rows)


def lab_bands(posterior: Posterior, learnt: Learnt, horizon: float, courses: dict[str, int]) -> pd.DataFrame:
    """Forecast bands of each lab, in its unit: one row a lab, course and day.

    Parameters
    ----------
    posterior : Posterior
        Of the person.
    learnt : Learnt
        What people of the kind taught.
    horizon : float
        Last day.
    courses : dict of str to int
        Name and position of the courses to forecast.

    Returns
    -------
    DataFrame
        Of those alive: ``low``, ``q1``, ``median``, ``q3``, ``high`` of the true value (90 % and 50 %), and
        ``next_low``, ``next_high``, the 90 % interval of a sample taken that day.
    """
    days, tables = forecast_days(posterior.observations, horizon), []
    weights = {name: alive_weights(posterior, days, course) for name, course in courses.items()}
    for lab in LABS:
        for name, course in courses.items():
            own = lab_sample(posterior, learnt, lab, days, course, assay=False)
            error = posterior.errors[lab].assay
            middle = np.stack(
                [weighted_quantile(own[:, d], weights[name][:, d], np.array(LEVELS)) for d in range(len(days))], axis=1
            )
            half = np.abs(middle[[0, 4]] - middle[2])
            ends = np.hypot(half, 1.645 * error)
            columns = dict(zip(("low", "q1", "median", "q3", "high"), np.exp(middle), strict=True))
            columns |= {"next_low": np.exp(middle[2] - ends[0]), "next_high": np.exp(middle[2] + ends[1])}
            tables.append(pd.DataFrame({"lab": lab, "course": name, "day": days} | columns))
    return pd.concat(tables, ignore_index=True)


def alive_weights(posterior: Posterior, days: Floats, course: int) -> Floats:
    """Weights of the members among those alive without transplant on each day, normalised, (m, days)."""
    c = posterior.candidates
    start = at_times(c.free[course], [posterior.observations.last_day], 1)
    alive = at_times(c.free[course], days, 1) / np.maximum(start, MIN_ALIVE)
    weight = posterior.sample_weight[:, None] * posterior.probability(np.clip(alive, 0.0, 1.0))
    return np.asarray(weight / np.maximum(weight.sum(axis=0), 1e-300))
