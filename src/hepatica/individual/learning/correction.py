"""Correction of forecasts learnt from people, by lab, over days ahead: the mean of three ridge regressions.

One predicts what the model misses, one the lab itself, one its change from the last value, the latter two without the
model; so that shrinkage pulls towards the model, towards the mean of the people, and towards the last value. Features
are the forecast, last labs and their last change, what the model was off by in each of them, covariates and treatments,
and all of them times the logarithm of the days ahead, and times that of the day of the last lab, so that one regression
serves any day and any number of labs: what a lab of the first day says is not what one of the second says. Beyond the
days that people were followed the correction fades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.learning.grouped_ridge import GroupedRidge
from hepatica.individual.learning.matching import Forecasts, Matching, learnable, observed_later
from hepatica.individual.library.candidates import LABS
from hepatica.individual.people import Treatment
from hepatica.individual.regressions import fit_dispersion

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FADE = 14.0
"""Days over which a correction fades beyond those of its people; assumed."""
MIN_ROWS = 30
MIN_DAY = 0.5
INTERACTION_SD = 0.7
"""SD of a coefficient of a product with time, relative to that of its feature; assumed."""
LATEST = 1.0
"""Latest day of the last labs with which people teach; later ones count as it."""


@dataclass(frozen=True)
class Correction:
    """Correction of one lab: ``forecast + intercept + slope @ (features - centre) / scale``.

    Attributes
    ----------
    centre, scale, slope : (k,)
        Mean and SD of each feature of `make_features` among the people, and the coefficient once standardised.
    intercept : float
    own : float
        Weight of the uncorrected forecast itself.
    ahead : (d,)
        Days ahead on which people were measured.
    factor, sd : (d,)
        Variance of a corrected forecast is ``factor * variance + sd^2``.
    """

    centre: Floats
    scale: Floats
    slope: Floats
    intercept: float
    own: float
    ahead: Floats
    factor: Floats
    sd: Floats

    def apply(self, features: Floats, forecast: Floats, variance: Floats, ahead: Floats) -> tuple[Floats, Floats]:
        """Corrected mean and variance of forecasts, (n,) each.

        Parameters
        ----------
        features : (n, k)
            Of `make_features`.
        forecast, variance : (n,)
            Of the uncorrected forecasts.
        ahead : (n,)
            Days from the last lab.
        """
        z = np.nan_to_num((features - self.centre) / self.scale, nan=0.0)
        mean = self.own * forecast + self.intercept + z @ self.slope
        fade = np.exp(-np.maximum(ahead - self.ahead[-1], 0.0) / FADE)
        place = np.log1p(np.maximum(ahead, 0.0))
        factor, sd = (np.interp(place, np.log1p(self.ahead), v) for v in (self.factor, self.sd))
        wide = factor * variance + sd**2
        return forecast + fade * (mean - forecast), np.asarray(fade * wide + (1 - fade) * np.maximum(wide, variance))

    def to_dict(self) -> dict[str, Any]:
        """Numbers in types of TOML."""
        return {
            name: [_rounded(x) for x in value] if isinstance(value, np.ndarray) else _rounded(value)
            for name, value in vars(self).items()
        }

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Correction:
        """Correction of the numbers of `to_dict`."""
        numbers: dict[str, Any] = {k: np.array(v, float) if isinstance(v, list) else float(v) for k, v in row.items()}
        return cls(**numbers)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


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


def make_features(forecast: Floats, known: Known, ahead: Floats) -> Floats:
    """Features of the correction of one lab, (n, k).

    Parameters
    ----------
    forecast : (n,)
        Mean of the uncorrected forecast, log scale.
    known : Known
        State at the last lab.
    ahead : (n,)
        Days from the last lab.
    """
    basic = np.column_stack([forecast, known.off, known.last, known.change, known.covariates, known.treatments])
    time, since = np.log(np.maximum(ahead, MIN_DAY)), np.log1p(np.clip(known.day, 0.0, LATEST))
    return np.column_stack([basic, basic * time[:, None], time, basic * since[:, None], since, since * time])


def _priors() -> tuple[Floats, Floats]:
    """Relative SDs of the coefficients with and without the model."""
    n, labs = 1 + 3 * len(LABS) + 2 + len(Treatment), len(LABS)
    full = np.r_[np.ones(n), np.full(n, INTERACTION_SD), 1.0, np.full(n, INTERACTION_SD), 1.0, 1.0]
    without = full.copy()
    for start in (0, n, 2 * n + 1):
        without[start : start + 1 + labs] = 0.0
    return full, without


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


def _select(known: Known, who: Ints) -> Known:
    return Known(*(getattr(known, name)[who] for name in Known.__dataclass_fields__))


@dataclass(frozen=True)
class _Rows:
    """Rows of one lab: a person and a later day each."""

    features: Floats
    observed: Floats
    forecast: Floats
    variance: Floats
    ahead: Floats
    person: Ints

    def take(self, which: Any) -> _Rows:
        return _Rows(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def _rows(matching: Matching, forecasts: Forecasts, who: Ints, lab: str) -> _Rows:
    """Rows of one lab for some people, all of the first later day first."""
    k, days = LABS.index(lab), len(matching.later)
    known = _select(known_of(matching, forecasts), who)
    ahead = np.repeat(np.array(matching.later) - max(matching.known), len(who))
    mean = forecasts.mean[who][:, :, k].T
    features = np.concatenate(
        [make_features(mean[d], known, ahead[d * len(who) : (d + 1) * len(who)]) for d in range(days)]
    )
    return _Rows(
        features,
        observed_later(matching)[who][:, :, k].T.ravel(),
        mean.ravel(),
        forecasts.variance[who][:, :, k].T.ravel(),
        ahead,
        np.tile(who, days),
    )


def _training_rows(matchings: Sequence[Matching], forecasts: Sequence[Forecasts], training: Ints, lab: str) -> _Rows:
    """Measured rows of one lab from every set of known days."""
    parts = [_rows(m, f, training, lab) for m, f in zip(matchings, forecasts, strict=True)]
    rows = _Rows(*(np.concatenate([getattr(p, name) for p in parts]) for name in _Rows.__dataclass_fields__))
    return rows.take(np.isfinite(rows.observed))


def fit_corrections(
    matchings: Sequence[Matching], forecasts: Sequence[Forecasts], training: Ints
) -> dict[str, Correction]:
    """Corrections of all labs that the people have.

    Parameters
    ----------
    matchings : sequence of Matching
        Of one cohort, from each set of known days.
    forecasts : sequence of Forecasts
        Of each, uncorrected.
    training : (m,)
        Positions of the training people.
    """
    result = {}
    for lab in learnable(matchings):
        rows = _training_rows(matchings, forecasts, training, lab)
        if len(rows.observed) >= MIN_ROWS:
            result[lab] = _fit(rows, lab)
    return result


def residual_variances(matchings: Sequence[Matching], forecasts: Sequence[Forecasts], training: Ints) -> list[float]:
    """Mean squared residual on other people of each lab's correction by the model; arguments as `fit_corrections`."""
    result, (full, _) = [], _priors()
    for lab in learnable(matchings):
        rows = _training_rows(matchings, forecasts, training, lab)
        if len(rows.observed) >= MIN_ROWS:
            fit = GroupedRidge.fit(rows.features, rows.observed - rows.forecast, rows.person, full)
            result.append(float(np.mean(fit.residual**2)))
    return result


def _fit(rows: _Rows, lab: str) -> Correction:
    """Correction of one lab: the regressions, averaged, and their dispersion by days ahead."""
    (full, without), column = _priors(), 1 + len(LABS) + LABS.index(lab)
    last = rows.features[:, column]
    middle = float(np.nanmean(last)) if np.isfinite(last).any() else 0.0
    last = np.where(np.isfinite(last), last, middle)
    targets = ((rows.observed - rows.forecast, full), (rows.observed, without), (rows.observed - last, without))
    fits = [GroupedRidge.fit(rows.features, target, rows.person, prior) for target, prior in targets]
    residual = np.mean([fit.residual for fit in fits], axis=0)
    days = [d for d in np.unique(rows.ahead) if (rows.ahead == d).sum() >= MIN_ROWS / 2]
    spreads = [fit_dispersion(residual[rows.ahead == d], rows.variance[rows.ahead == d]) for d in days]
    share, scale = 1 / len(fits), np.where(np.isfinite(fits[0].scale), fits[0].scale, 1e30)
    slope = np.mean([fit.slope for fit in fits], axis=0)
    slope[column] += share * (scale[column] if scale[column] < 1e30 else 0.0)  # the last value itself
    return Correction(
        centre=fits[0].centre,
        scale=scale,
        slope=slope,
        intercept=float(np.mean([fit.intercept for fit in fits])) + share * middle,
        own=share,
        ahead=np.array(days),
        factor=np.array([factor for factor, _ in spreads]),
        sd=np.array([sd for _, sd in spreads]),
    )


def corrected(
    matching: Matching, forecasts: Forecasts, corrections: Mapping[str, Correction], who: Ints
) -> tuple[Floats, Floats]:
    """Corrected mean and variance of some people's labs on the later days, (m, days, labs) each.

    Parameters
    ----------
    matching : Matching
        The cohort beside its libraries.
    forecasts : Forecasts
        Of `matching`, uncorrected.
    corrections : mapping of str to Correction
        By lab.
    who : (m,)
        Positions of the people.
    """
    mean, variance = forecasts.mean[who].copy(), forecasts.variance[who].copy()
    for lab, correction in corrections.items():
        k, shape = LABS.index(lab), (len(matching.later), len(who))
        rows = _rows(matching, forecasts, who, lab)
        middle, wide = correction.apply(rows.features, rows.forecast, rows.variance, rows.ahead)
        mean[:, :, k], variance[:, :, k] = middle.reshape(shape).T, wide.reshape(shape).T
    return mean, variance
