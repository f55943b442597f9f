"""Correction of forecasts learnt from people, by lab, over days ahead: a linear pool of five predictors.

Four are ridge regressions: one of what the model misses, one of the lab itself, one of its change from the last value,
and one of the lab whose coefficients follow the days ahead more closely; the latter three without the model. The fifth
is the last value. So shrinkage pulls towards the model, towards the mean of the people and towards the last value.
Weights, and a dispersion of each member by days ahead, are those of least CRPS on people of other folds; no member is
chosen. Beyond the days that people were followed the correction fades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.learning.grouped_ridge import GroupedRidge
from hepatica.individual.learning.linear_pool import NormalPool, fit_pool
from hepatica.individual.learning.matching import Forecasts, Matching, learnable
from hepatica.individual.learning.time_basis import TimeBasis, make_knots, regressors
from hepatica.individual.learning.training_rows import (
    N_FEATURES,
    Rows,
    last_column,
    rows_of,
    training_rows,
    without_model,
)
from hepatica.individual.library.candidates import LABS
from hepatica.individual.regressions import fit_dispersion, standardisation, standardise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FADE = 14.0
"""Days over which a correction fades beyond those of its people; assumed."""
MIN_ROWS = 30


@dataclass(frozen=True, kw_only=True)
class Member:
    """One predictor of the pool: ``own * forecast + functions(time) @ coefficients @ [1, features]``.

    Attributes
    ----------
    basis : TimeBasis
        Functions of time; the first of them, as many as there are rows of coefficients.
    own : float
        Weight of the uncorrected forecast.
    coefficients : (q, k + 1)
        Of an intercept and the standardised features.
    factor, sd : (d,)
        Variance of its forecast is ``factor * variance + sd^2``, by days ahead.
    weight : float
        In the pool.
    """

    basis: TimeBasis
    own: float
    coefficients: Floats
    factor: Floats
    sd: Floats
    weight: float

    def to_dict(self) -> dict[str, Any]:
        """Numbers in types of JSON."""
        return {name: _plain(value) for name, value in vars(self).items()}

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Member:
        """Member of the numbers of `to_dict`."""
        numbers: dict[str, Any] = {k: np.array(v, float) if isinstance(v, list) else v for k, v in row.items()}
        return cls(**numbers | {"basis": TimeBasis(row["basis"])})


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Correction of one lab.

    Attributes
    ----------
    centre, scale : (k,)
        Mean and SD of each feature of `hepatica.individual.learning.training_rows.make_features` among the people.
    ahead : (d,)
        Days ahead on which people were measured.
    knots : (m,)
        Days ahead of the knots of `TimeBasis.KNOTS`.
    members : tuple of Member
        Of the pool.
    """

    centre: Floats
    scale: Floats
    ahead: Floats
    knots: Floats
    members: tuple[Member, ...]

    def apply(self, rows: Rows) -> NormalPool:
        """Corrected forecasts of n rows, whose observed values are not looked at; those of later days as of the last.

        Returns
        -------
        NormalPool
            Of n forecasts.
        """
        z, ahead = standardise(rows.features, self.centre, self.scale), np.minimum(rows.ahead, self.ahead[-1])
        place, days = np.log1p(np.maximum(ahead, 0.0)), np.log1p(self.ahead)
        means, variances = [], []
        for member in self.members:
            functions = member.basis.functions(ahead, rows.day, self.knots)[:, : len(member.coefficients)]
            factor, sd = (np.interp(place, days, v) for v in (member.factor, member.sd))
            means.append(member.own * rows.forecast + regressors(z, functions) @ member.coefficients.ravel())
            variances.append(factor * rows.variance + sd**2)
        return NormalPool(np.stack(means), np.sqrt(variances), np.array([m.weight for m in self.members]))

    def strength(self, ahead: Floats) -> Floats:
        """Share of the correction that applies some days ahead (n,): from none at the last lab to all, and fading."""
        begins = np.clip(ahead / self.ahead[0], 0.0, 1.0)
        return np.asarray(begins * np.exp(-np.maximum(ahead - self.ahead[-1], 0.0) / FADE))

    def to_dict(self) -> dict[str, Any]:
        """Numbers in types of JSON."""
        numbers = {name: _plain(getattr(self, name)) for name in ("centre", "scale", "ahead", "knots")}
        return numbers | {"members": [member.to_dict() for member in self.members]}

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Correction:
        """Correction of the numbers of `to_dict`."""
        numbers = {name: np.array(row[name], float) for name in ("centre", "scale", "ahead", "knots")}
        return cls(**numbers, members=tuple(Member.of(member) for member in row["members"]))


def _plain(value: Any) -> Any:
    """Numbers of six digits, lists of them, and the name of a basis."""
    if isinstance(value, TimeBasis):
        return value.value
    return [_plain(x) for x in value] if isinstance(value, np.ndarray) else float(f"{value:.6g}")


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
        rows = training_rows(matchings, forecasts, training, lab)
        if len(rows.observed) >= MIN_ROWS:
            result[lab] = fit_correction(rows, lab)
    return result


def residual_variances(matchings: Sequence[Matching], forecasts: Sequence[Forecasts], training: Ints) -> list[float]:
    """Mean squared residual on other people of each lab's regression by the model; arguments as `fit_corrections`."""
    result = []
    for lab in learnable(matchings):
        rows = training_rows(matchings, forecasts, training, lab)
        if len(rows.observed) >= MIN_ROWS:
            z = standardise(rows.features, *standardisation(rows.features))
            x = regressors(z, TimeBasis.SMOOTH.functions(rows.ahead, rows.day, np.ones(1)))
            prior = TimeBasis.SMOOTH.prior(np.ones(N_FEATURES), 1).ravel()
            fit = GroupedRidge.fit(x, rows.observed - rows.forecast, rows.person, prior)
            result.append(float(np.mean(fit.residual**2)))
    return result


def fit_correction(rows: Rows, lab: str) -> Correction:
    """Correction of one lab fitted to its measured rows."""
    centre, scale = standardisation(rows.features)
    scale = np.where(np.isfinite(scale), scale, 1e30)
    z, column, knots = standardise(rows.features, centre, scale), last_column(lab), make_knots(rows.ahead)
    last: Floats = np.zeros((1, N_FEATURES + 1))
    last[0, 0], last[0, 1 + column] = centre[column], scale[column] if scale[column] < 1e30 else 0.0
    value = last[0, 0] + last[0, 1 + column] * z[:, column]
    others, none = without_model(), np.zeros_like(last)
    plans = (
        (TimeBasis.SMOOTH, 1.0, none, rows.forecast, np.ones(N_FEATURES)),
        (TimeBasis.SMOOTH, 0.0, none, np.zeros(len(z)), others),
        (TimeBasis.SMOOTH, 0.0, last, value, others),
        (TimeBasis.KNOTS, 0.0, none, np.zeros(len(z)), others),
    )
    # basis, weight of the forecast, coefficients, residuals on people of other folds
    parts: list[tuple[TimeBasis, float, Floats, Floats]] = []
    for basis, own, added, start, relative in plans:
        functions = basis.functions(rows.ahead, rows.day, knots)
        prior = basis.prior(relative, len(knots))
        fit = GroupedRidge.fit(regressors(z, functions), rows.observed - start, rows.person, prior.ravel())
        coefficients = _unstandardised(fit, basis, len(knots)).reshape(prior.shape)
        coefficients[0] += added[0]
        parts.append((basis, own, coefficients, fit.residual))
    parts.append((TimeBasis.SMOOTH, 0.0, last, rows.observed - value))
    return Correction(centre=centre, scale=scale, knots=knots, **_pooled(parts, rows))


def _unstandardised(fit: GroupedRidge, basis: TimeBasis, n_knots: int) -> Floats:
    """Coefficients of the regressors as they are, the intercept on the functions of time that sum to one."""
    finite = np.isfinite(fit.scale)
    slope = np.where(finite, fit.slope / np.where(finite, fit.scale, 1.0), 0.0)
    intercept = fit.intercept - float(slope @ fit.centre)
    level = n_knots if basis is TimeBasis.KNOTS else 1
    for row in range(level):
        slope[row * (N_FEATURES + 1)] += intercept
    return slope


def _pooled(parts: Sequence[tuple[TimeBasis, float, Floats, Floats]], rows: Rows) -> dict[str, Any]:
    """Days ahead and members with their dispersions and weights."""
    days = [d for d in np.unique(rows.ahead) if (rows.ahead == d).sum() >= MIN_ROWS / 2]
    ahead, place = np.array(days), np.log1p(np.maximum(rows.ahead, 0.0))
    factors, sds, wide = [], [], []
    for _, _, _, residual in parts:
        each = [fit_dispersion(residual[rows.ahead == d], rows.variance[rows.ahead == d]) for d in days]
        factor, sd = (np.array(column) for column in zip(*each, strict=True))
        own, added = (np.interp(place, np.log1p(ahead), v) for v in (factor, sd))
        factors.append(factor)
        sds.append(sd)
        wide.append(own * rows.variance + added**2)
    mean = np.stack([rows.observed - residual for _, _, _, residual in parts])
    weight, scale = fit_pool(rows.observed, mean, np.sqrt(wide))
    members = tuple(
        Member(basis=b, own=own, coefficients=c, factor=scale**2 * f, sd=scale * s, weight=float(w))
        for (b, own, c, _), f, s, w in zip(parts, factors, sds, weight, strict=True)
    )
    return {"ahead": ahead, "members": members}


def corrected(
    matching: Matching, forecasts: Forecasts, corrections: Mapping[str, Correction], who: Ints
) -> dict[str, NormalPool]:
    """Corrected forecasts of some people's labs on the later days, (members, m, days) by lab.

    Parameters
    ----------
    matching : Matching
        The cohort beside its libraries.
    forecasts : Forecasts
        Of `matching`, uncorrected.
    corrections : mapping of str to Correction
        By lab; a lab without one is forecast by the model alone.
    who : (m,)
        Positions of the people.
    """
    result = {}
    for k, lab in enumerate(LABS):
        if lab not in corrections:
            mean, sd = forecasts.mean[who][None, :, :, k], np.sqrt(forecasts.variance[who][None, :, :, k])
            result[lab] = NormalPool(mean, sd, np.ones(1))
            continue
        pool = corrections[lab].apply(rows_of(matching, forecasts, who, lab))
        shape = (len(pool.weight), len(matching.later), len(who))
        mean, sd = (np.swapaxes(x.reshape(shape), 1, 2) for x in (pool.mean, pool.sd))
        result[lab] = NormalPool(mean, sd, pool.weight)
    return result
