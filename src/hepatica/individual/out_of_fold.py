"""Out-of-fold forecasts of labs and outcome: people of one fold, by models fitted on the people of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.individual.discrepancy import correction_features, enough_events, log_odds, meld3_of, meld_of
from hepatica.individual.labs import LABS
from hepatica.individual.learning.linear_pool import NormalPool, fit_pool
from hepatica.individual.mixed_model import MixedModel
from hepatica.individual.people import People, Treatment
from hepatica.individual.pool import HORIZON
from hepatica.individual.predictors import MIN_EVENTS, MIN_PEOPLE, OUTCOME, Predictor
from hepatica.individual.regressions import Logistic, Ridge, fit_dispersion
from hepatica.individual.scores import central_interval, crps_normal
from hepatica.individual.weights import Discrepancy, ImportanceWeights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
POOLED = (Predictor.CORRECTED, Predictor.REGRESSION, Predictor.REGRESSION_WITH_MODEL, Predictor.LAST_VALUE)
"""Members of the linear pool."""
MixedModels = dict[tuple[int, str], MixedModel | None]
"""Fitted mixed models by fold and lab: they do not depend on the basis."""


class Normal(NamedTuple):
    """Normal forecasts of a log lab.

    Attributes
    ----------
    mean, sd : (m,)
        Of the test people.
    residual, own_sd : (n,)
        Leave-one-out residuals of the training people, and SDs of their forecasts; empty where there are none.
    """

    mean: Floats
    sd: Floats
    residual: Floats = np.empty(0)
    own_sd: Floats = np.empty(0)


@dataclass(frozen=True)
class Sample:
    """People, their importance weights, and the positions of those who take part.

    Attributes
    ----------
    weights : ImportanceWeights
    who : (m,)
        Positions in the cohort.
    """

    weights: ImportanceWeights
    who: Ints

    @property
    def people(self) -> People:
        """The cohort."""
        return self.weights.people

    @property
    def features(self) -> Floats:
        """Features of a regression, (m, k): log labs so far, age, encephalopathy and treatments."""
        labs = [self.people.log_lab(lab, day) for lab in LABS for day in self.weights.known]
        return np.column_stack([*labs, self.people.covariates])[self.who]


class Fold:
    """Forecasts of a test sample from one basis, by what is fitted on a training sample.

    Parameters
    ----------
    basis : str
        Name of the days whose labs are used.
    fold : int
    training, test : Sample
    discrepancy, outcome_discrepancy : mapping of str to float
        SD of the model discrepancy, for labs and for the outcome.
    mixed_models : MixedModels
        Extended by those fitted here.
    """

    def __init__(
        self,
        basis: str,
        fold: int,
        *,
        training: Sample,
        test: Sample,
        discrepancy: Discrepancy,
        outcome_discrepancy: Discrepancy,
        mixed_models: MixedModels,
    ) -> None:
        self.basis, self.fold, self.training, self.test, self.mixed_models = basis, fold, training, test, mixed_models
        self.not_predicted: list[tuple[str, int, str]] = []
        self.notes: list[str] = []
        self.moments = tuple(s.weights.moments(discrepancy) for s in (training, test))
        self.event = tuple(s.weights.event(outcome_discrepancy)[s.who] for s in (training, test))
        self.features = training.features, test.features

    @property
    def tempered(self) -> Bools:
        """Test people whose weights were tempered, (m,)."""
        return np.asarray(self.moments[1].power[self.test.who] < 1)

    def labs(self) -> pd.DataFrame:
        """Forecasts of the later labs by every predictor, one row a person, lab, day and predictor."""
        tables = [self._lab(lab, day) for lab in LABS for day in self.test.weights.later]
        tables = [t for t in tables if t is not None]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def outcomes(self) -> pd.DataFrame:
        """Probability of death or transplant by every predictor, one row a person and predictor."""
        if not len(self.test.who):
            return pd.DataFrame()
        event = self.training.people.event[self.training.who]
        forecasts = {Predictor.UNCORRECTED: self.event[1]}
        if enough_events(event):
            forecasts |= self._outcome_regressions(event)
        else:
            why = f"fewer than {MIN_EVENTS} people with it, or without, to learn from"
            self.not_predicted.append((f"{OUTCOME} from {self.basis}, recalibrated", len(self.test.who), why))
        observed = self.test.people.event[self.test.who]
        tables = [
            self._table(OUTCOME, HORIZON, name, predicted=p, observed=observed, score=(p - observed) ** 2)
            for name, p in forecasts.items()
        ]
        return pd.concat(tables, ignore_index=True)

    def _lab(self, lab: str, day: float) -> pd.DataFrame | None:
        """Forecasts of one lab on one day; None where it cannot be forecast."""
        n = len(self.test.who)
        if lab in self.test.people.missing_labs or not n:
            return None
        training_day = self._training_day(lab, day)
        if training_day is None:
            why = f"fewer than {MIN_PEOPLE} people to learn from"
            self.not_predicted.append((f"{lab} on day {day:g} from {self.basis}", n, why))
            return None
        if training_day != day:
            note = f"how far the model is off in {lab} on day {day:g} is learnt on day {training_day:g}"
            self.notes.append(note)
        observed = self.training.people.log_lab(lab, training_day)[self.training.who]
        good = np.isfinite(observed)
        forecasts, own, new = self._model_forecasts(lab, day, training_day, observed[good], good)
        forecasts |= self._last_value(lab, observed, good)
        forecasts |= self._regressions(observed[good], good, own, new)
        mixed = self._mixed_model(lab)
        if mixed is None:
            self.not_predicted.append((f"{lab} by the {Predictor.MIXED_MODEL.value}", n, "no fit of it converges"))
        else:
            people, known = self.test.people, self.test.weights.known
            so_far = np.stack([people.log_lab(lab, d)[self.test.who] for d in known], axis=1)
            covariates = people.covariates[self.test.who]
            forecasts[Predictor.MIXED_MODEL] = Normal(*mixed.predict(so_far, known, covariates, day))
        pool = _pool([forecasts[name] for name in POOLED if name in forecasts], observed[good])
        return self._scored(lab, day, forecasts, pool)

    def _model_forecasts(
        self, lab: str, day: float, training_day: float, observed: Floats, good: Bools
    ) -> tuple[dict[Predictor, Normal], Floats, Floats]:
        """Forecasts of the model, uncorrected and corrected, and the features of the correction, training and test."""
        k = list(LABS).index(lab)
        (own, own_mean), (new, new_mean) = (
            tuple(x[s.who] for x in correction_features(s.weights, m, lab, d))
            for s, m, d in zip((self.training, self.test), self.moments, (training_day, day), strict=True)
        )
        own, own_mean = own[good], own_mean[good]
        own_variance, new_variance = (
            m.variance[s.who, s.weights.days.index(d), k]
            for s, m, d in zip((self.training, self.test), self.moments, (training_day, day), strict=True)
        )
        factor, sd = fit_dispersion(observed - own_mean, own_variance[good])
        uncorrected = Normal(new_mean, np.sqrt(factor * new_variance + sd**2))
        correction = Ridge.fit(own, observed - own_mean)
        factor, sd = fit_dispersion(correction.residual, own_variance[good])
        new_sd, own_sd = (np.sqrt(factor * v + sd**2) for v in (new_variance, own_variance[good]))
        corrected = Normal(new_mean + correction.predict(new), new_sd, correction.residual, own_sd)
        return {Predictor.UNCORRECTED: uncorrected, Predictor.CORRECTED: corrected}, own, new

    def _last_value(self, lab: str, observed: Floats, good: Bools) -> dict[Predictor, Normal]:
        """Last value carried forward, with the SD of its error in the training people; none where too few have one."""
        last, new = (s.people.last_log_lab(lab, s.weights.known)[s.who] for s in (self.training, self.test))
        error = (observed - last)[good]
        if np.isfinite(error).sum() < MIN_PEOPLE:
            return {}
        sd = fit_dispersion(error[np.isfinite(error)])[1]
        return {Predictor.LAST_VALUE: Normal(new, np.full(len(new), sd), error, np.full(len(error), sd))}

    def _regressions(self, observed: Floats, good: Bools, own: Floats, new: Floats) -> dict[Predictor, Normal]:
        """Ridge regressions without the model, and with its forecast among the features."""
        n_treatments = len(Treatment)  # in the features already
        training, test = self.features[0][good], self.features[1]
        with_model = (
            np.column_stack([training, own[:, :-n_treatments]]),
            np.column_stack([test, new[:, :-n_treatments]]),
        )
        forecasts = {}
        for name, (x, z) in {
            Predictor.REGRESSION: (training, test),
            Predictor.REGRESSION_WITH_MODEL: with_model,
        }.items():
            fit = Ridge.fit(x, observed)
            sd = fit_dispersion(fit.residual)[1]
            forecasts[name] = Normal(fit.predict(z), np.full(len(z), sd), fit.residual, np.full(len(x), sd))
        return forecasts

    def _mixed_model(self, lab: str) -> MixedModel | None:
        """Mixed model of a lab, fitted on every visit of the training people."""
        if (self.fold, lab) not in self.mixed_models:
            people, who = self.training.people, self.training.who
            values = np.log(people.labs[lab][who]) if lab in people.labs else np.empty((0, len(people.days)))
            self.mixed_models[self.fold, lab] = MixedModel.fit(values, people.days, people.covariates[who])
        return self.mixed_models[self.fold, lab]

    def _training_day(self, lab: str, day: float) -> float | None:
        """The day itself, or the nearest one with enough training people, on the scale of log(1 + day)."""
        people, who = self.training.people, self.training.who
        later = self.training.weights.later
        days = [d for d in later if np.isfinite(people.log_lab(lab, d)[who]).sum() >= MIN_PEOPLE]
        return min(days, key=lambda d: abs(np.log((d + 1) / (day + 1)))) if days else None

    def _scored(self, lab: str, day: float, forecasts: Mapping[Predictor, Normal], pool: NormalPool) -> pd.DataFrame:
        """Forecasts of a lab in its own unit, with their intervals and the CRPS of the logarithm."""
        observed = self.test.people.log_lab(lab, day)[self.test.who]
        tables = []
        for name, forecast in forecasts.items():
            columns = {
                f"{side}{share}": np.exp(end)
                for share in (50, 90)
                for side, end in zip(
                    ("low", "high"), central_interval(forecast.mean, forecast.sd, share / 100), strict=True
                )
            }
            columns |= {"observed": np.exp(observed), "score": crps_normal(observed, forecast.mean, forecast.sd)}
            tables.append(self._table(lab, day, name, predicted=np.exp(forecast.mean), sd_log=forecast.sd, **columns))
        levels = {"low50": 0.25, "high50": 0.75, "low90": 0.05, "high90": 0.95, "predicted": 0.5}
        ends = pool.quantile(np.tile(np.array(list(levels.values()))[:, None], len(observed)))
        columns = dict(zip(levels, np.exp(ends), strict=True)) | {"sd_log": np.sqrt(pool.variance())}
        columns |= {"observed": np.exp(observed), "score": pool.crps(observed)}
        return pd.concat([*tables, self._table(lab, day, Predictor.POOL, **columns)], ignore_index=True)

    def _outcome_regressions(self, event: Floats) -> dict[Predictor, Floats]:
        """Logistic regressions of the outcome on the model's log odds, MELD, all features, and all with the model."""
        good = np.isfinite(event)
        odds = log_odds(self.event[0][good]), log_odds(self.event[1])
        known = self.test.weights.known
        both = self.training, self.test
        scores, newer = (tuple(score(s.people, known)[s.who][:, None] for s in both) for score in (meld_of, meld3_of))
        features = self.features[0][good], self.features[1]
        pairs = {
            Predictor.CORRECTED: odds,
            Predictor.MELD: (scores[0][good], scores[1]),
            Predictor.REGRESSION: features,
            Predictor.REGRESSION_WITH_MODEL: tuple(
                np.column_stack([x, p]) for x, p in zip(features, odds, strict=True)
            ),
        }
        if np.isfinite(newer[0][good]).any():
            pairs[Predictor.MELD_3] = newer[0][good], newer[1]
        forecasts = {}
        for name, (own, new) in pairs.items():
            fitted = Logistic.fit(own, event[good]).predict(new)
            forecasts[name] = np.where(np.isfinite(new).any(axis=1), fitted, np.nan)
        return forecasts

    def _table(self, quantity: str, day: float, predictor: Predictor, **columns: Floats) -> pd.DataFrame:
        who = {"person": self.test.people.ids[self.test.who], "fold": self.fold, "basis": self.basis}
        return pd.DataFrame(who | {"quantity": quantity, "day": day, "predictor": predictor.value} | columns)


def _pool(members: Sequence[Normal], observed: Floats) -> NormalPool:
    """Linear pool fitted to leave-one-out forecasts; a last value that is missing is the mean of the others'."""
    known = np.all([np.isfinite(m.residual) for m in members], axis=0)
    own = np.stack([(observed - m.residual)[known] for m in members])
    fit = fit_pool(observed[known], own, np.stack([m.own_sd[known] for m in members]))
    mean = [np.where(np.isfinite(m.mean), m.mean, own[k].mean()) for k, m in enumerate(members)]
    return NormalPool(np.stack(mean), fit.scale * np.stack([m.sd for m in members]), fit.weight)
