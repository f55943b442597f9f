"""Regressors of the correction of forecasts, and rows of a cohort: a person and a later day each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.learning.matching import Forecasts, Matching, observed_later
from hepatica.individual.library.candidates import LABS
from hepatica.individual.people import Treatment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
N_FEATURES = 1 + 3 * len(LABS) + 2 + len(Treatment)
"""Of `make_features`."""


@dataclass(frozen=True)
class Known:
    """Regressors of the correction for n people at their last lab.

    Attributes
    ----------
    last, change, off : (n, labs)
        Last log labs, their last change per day, and what they are above the model's; NaN where not measured.
    covariates : (n, c)
        Age and grade of encephalopathy.
    treatments : (n, t)
        0 or 1.
    day : (n,)
        Of the last lab.
    """

    last: Floats
    change: Floats
    off: Floats
    covariates: Floats
    treatments: Floats
    day: Floats

    def take(self, which: Any) -> Known:
        """Regressors of some of the people, or of one of them repeatedly."""
        return Known(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def make_features(forecast: Floats, known: Known) -> Floats:
    """Features of the correction of one lab, (n, k): the model's first, then `last_column` and the rest.

    Parameters
    ----------
    forecast : (n,)
        Mean of the uncorrected forecast, log scale.
    known : Known
        State at the last lab.
    """
    return np.column_stack([forecast, known.off, known.last, known.change, known.covariates, known.treatments])


def last_column(lab: str) -> int:
    """Position of a lab's last value among the features."""
    return 1 + len(LABS) + LABS.index(lab)


def without_model() -> Floats:
    """1 of each feature that is not the model's, else 0, (k,)."""
    return np.asarray(np.r_[np.zeros(1 + len(LABS)), np.ones(N_FEATURES - 1 - len(LABS))], float)


def known_of(matching: Matching, forecasts: Forecasts) -> Known:
    """Regressors of the correction for a cohort at the last of the known days."""
    people, shape = matching.people, (matching.people.n, len(LABS))
    last, change, off = (np.full(shape, np.nan) for _ in range(3))
    when = np.full(shape, np.nan)
    for j, day in enumerate(matching.known):
        value = matching.values[:, j]
        measured = np.isfinite(value)
        change = np.where(measured & np.isfinite(last), (value - last) / (day - when), change)
        last, when = np.where(measured, value, last), np.where(measured, day, when)
        off = np.where(measured, value - forecasts.at_known[:, j], off)
    covariates = np.column_stack([people.age, people.encephalopathy])
    treatments = np.column_stack([people.given[t] for t in Treatment]).astype(float)
    return Known(last, change, off, covariates, treatments, np.full(people.n, max(matching.known)))


@dataclass(frozen=True)
class Rows:
    """Rows of one lab: a person and a later day each.

    Attributes
    ----------
    features : (n, k)
        Of `make_features`.
    observed, forecast, variance : (n,)
        Log lab, NaN where not measured, and its uncorrected forecast.
    ahead, day : (n,)
        Days from the last lab, and day of it.
    person : (n,)
        Position in the cohort.
    """

    features: Floats
    observed: Floats
    forecast: Floats
    variance: Floats
    ahead: Floats
    day: Floats
    person: Ints

    def take(self, which: Any) -> Rows:
        """Some of the rows."""
        return Rows(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def rows_of(matching: Matching, forecasts: Forecasts, who: Ints, lab: str) -> Rows:
    """Rows of one lab for some people, all of the first later day first."""
    k, days = LABS.index(lab), len(matching.later)
    known = known_of(matching, forecasts).take(np.tile(who, days))
    mean = forecasts.mean[who][:, :, k].T.ravel()
    return Rows(
        features=make_features(mean, known),
        observed=observed_later(matching)[who][:, :, k].T.ravel(),
        forecast=mean,
        variance=forecasts.variance[who][:, :, k].T.ravel(),
        ahead=np.repeat(np.array(matching.later) - max(matching.known), len(who)),
        day=known.day,
        person=np.tile(who, days),
    )


def training_rows(matchings: Sequence[Matching], forecasts: Sequence[Forecasts], training: Ints, lab: str) -> Rows:
    """Measured rows of one lab from every set of known days."""
    parts = [rows_of(m, f, training, lab) for m, f in zip(matchings, forecasts, strict=True)]
    rows = Rows(*(np.concatenate([getattr(p, name) for p in parts]) for name in Rows.__dataclass_fields__))
    return rows.take(np.isfinite(rows.observed))
