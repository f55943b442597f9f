"""What is learnt of how far the model is off, from some people, and the forecasts of others that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from hepatica.individual.file import LABS, People
from hepatica.individual.mixed_model import Mixed
from hepatica.individual.pool import HORIZON
from hepatica.individual.regressions import Logistic, Ridge, spread
from hepatica.individual.scores import crps_normal, interval
from hepatica.individual.weights import Likeness, Posterior
from hepatica.outcomes.scores import meld

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
OUTCOME = "death or transplant"
BARE, MODEL, LAST, REGRESSION, BOTH = "model as it is", "model", "last value", "regression", "regression with model"
MIXED = "mixed model"
MELD = "MELD"
LEAST_PEOPLE = 15  # to learn a lab on a day from
LEAST_EVENTS = 5  # people with the outcome, and without it, to learn it from
WIDTHS = (0.1, 0.3, 0.7, float("inf"))  # of model discrepancy that are tried, log scale; infinite leaves a lab out
START, OUTCOME_START = 0.3, 0.7
LEAST_GAIN = 1e-3  # of log loss, for which a lab is left out


def learn_widths(like: Likeness, taught: Ints) -> dict[str, float]:
    """Discrepancy of each lab in the kernel, one lab after the other, by what then foretells the later labs of those taught."""
    widths = dict.fromkeys(LABS, START)
    best = _misfit(like, taught, like.posterior(widths))
    for lab in LABS:
        for width in WIDTHS:
            if width != widths[lab]:
                tried = widths | {lab: width}
                found = _misfit(like, taught, like.posterior(tried))
                if found < best:
                    best, widths = found, tried
    return widths


def learn_outcome_widths(like: Likeness, taught: Ints) -> dict[str, float]:
    """Labs that weigh for death or transplant, with one wide discrepancy: those without which those taught are foretold worse.

    A lab that the model reads wrongly is found here; ALT and AST are, in acute injury: where many cells die in the
    model it goes badly, where they are high in people it is early.
    """
    event = like.people.event[taught]
    good = np.isfinite(event)
    if not _learnable(event):
        return dict.fromkeys(LABS, OUTCOME_START)

    def loss(widths: Mapping[str, float]) -> float:
        odds = _odds(like.event(widths)[taught][good])
        p = np.clip(Logistic.fit(odds, event[good]).predict(odds), 1e-6, 1 - 1e-6)
        return -float(np.mean(event[good] * np.log(p) + (1 - event[good]) * np.log1p(-p)))

    widths = dict.fromkeys(LABS, OUTCOME_START)
    best = loss(widths)
    while True:  # leave out the lab that misleads most, as long as one does
        found = min(
            ((loss(widths | {lab: np.inf}), lab) for lab in LABS if np.isfinite(widths[lab])), default=(np.inf, "")
        )
        if found[0] >= best - LEAST_GAIN:
            return widths
        best, widths = found[0], widths | {found[1]: np.inf}


def _learnable(event: Floats) -> bool:
    """Whether enough people had the outcome, and enough had not."""
    return bool(min((event == 1).sum(), (event == 0).sum()) >= LEAST_EVENTS)


def _odds(probability: Floats) -> Floats:
    """Log odds as the one feature of a regression, (n, 1)."""
    return np.asarray(logit(np.clip(probability, 1e-4, 1 - 1e-4)), float)[:, None]


def _misfit(like: Likeness, taught: Ints, posterior: Posterior) -> float:
    """Mean over labs and days of the log SD of what the corrected model leaves unexplained."""
    found = []
    for lab in LABS:
        for day in like.later:
            observed = like.people.at(lab, day)[taught]
            good = np.isfinite(observed)
            if good.sum() >= LEAST_PEOPLE:
                features, mean = _features(like, posterior, lab, day)
                features, target = features[taught][good], observed[good] - mean[taught][good]
                found.append(0.5 * np.log(np.mean(Ridge.fit(features, target).residual ** 2) + 1e-6))
    return float(np.mean(found)) if found else 0.0


def _features(like: Likeness, posterior: Posterior, lab: str, day: float) -> tuple[Floats, Floats]:
    """What corrects the model (its forecast, the lab so far and what the model had then, treatment), and its forecast."""
    k = list(LABS).index(lab)
    mean = posterior.mean[:, like.days.index(day), k]
    known = [
        column
        for seen in like.known
        for column in (like.people.at(lab, seen), posterior.mean[:, like.days.index(seen), k])
    ]
    return np.column_stack([mean, *known, like.people.plasma, like.people.steroid]), mean


@dataclass
class Fold:
    """Some people forecast by what others teach, from one basis."""

    basis: str
    fold: int
    theirs: Likeness
    taught: Ints
    mine: Likeness
    tested: Ints
    widths: Mapping[str, float]
    outcome_widths: Mapping[str, float]
    mixed: dict[tuple[int, str], Mixed | None] = field(
        default_factory=dict
    )  # by fold and lab, the same from every basis

    def __post_init__(self) -> None:
        self.dropped: list[tuple[str, int, str]] = []
        self.borrowed: list[str] = []
        self.teaching, self.posterior = self.theirs.posterior(self.widths), self.mine.posterior(self.widths)
        self.teaching_event, self.event = self.theirs.event(self.outcome_widths), self.mine.event(self.outcome_widths)
        self.seen = self._seen(self.theirs.people)[self.taught], self._seen(self.mine.people)[self.tested]

    def _seen(self, people: People) -> Floats:
        """What a regression may know of people: log labs so far, age, coma grade, plasma exchange and steroid."""
        labs = [people.at(lab, day) for lab in LABS for day in self.mine.known]
        return np.column_stack([*labs, self._covariates(people)])

    def labs(self) -> pd.DataFrame:
        """Forecasts of later labs, all predictors."""
        tables = [self._lab(lab, day) for lab in LABS for day in self.mine.later]
        tables = [t for t in tables if t is not None]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def _lab(self, lab: str, day: float) -> pd.DataFrame | None:
        if lab in self.mine.people.absent or not len(self.tested):
            return None
        near = self._day_to_learn(lab, day)
        if near is None:
            what = f"{lab} on day {day:g} from {self.basis}"
            self.dropped.append((what, len(self.tested), f"fewer than {LEAST_PEOPLE} people to learn from"))
            return None
        if near != day:
            self.borrowed.append(f"how far the model is off in {lab} on day {day:g} is learnt on day {near:g}")
        y = self.theirs.people.at(lab, near)[self.taught]
        good = np.isfinite(y)
        y = y[good]
        theirs, their_mean = (x[self.taught][good] for x in _features(self.theirs, self.teaching, lab, near))
        mine, my_mean = (x[self.tested] for x in _features(self.mine, self.posterior, lab, day))
        k = list(LABS).index(lab)
        their_variance = self.teaching.variance[self.taught, self.theirs.days.index(near), k][good]
        my_variance = self.posterior.variance[self.tested, self.mine.days.index(day), k]
        known = self.seen[0][good], self.seen[1]
        given: dict[str, tuple[Floats, Floats]] = {}
        factor, sd = spread(y - their_mean, their_variance)
        given[BARE] = my_mean, np.sqrt(factor * my_variance + sd**2)
        correction = Ridge.fit(theirs, y - their_mean)
        factor, sd = spread(correction.residual, their_variance)
        given[MODEL] = my_mean + correction.predict(mine), np.sqrt(factor * my_variance + sd**2)
        last, before = (
            self.theirs.people.last(lab, self.theirs.known)[self.taught][good],
            self.mine.people.last(lab, self.mine.known)[self.tested],
        )
        steady = np.isfinite(last)
        if steady.sum() >= LEAST_PEOPLE:
            given[LAST] = before, np.full(len(before), spread((y - last)[steady])[1])
        for name, extra in ((REGRESSION, False), (BOTH, True)):
            x, new = (
                np.column_stack([a, b]) if extra else a
                for a, b in ((known[0], theirs[:, :-2]), (known[1], mine[:, :-2]))
            )
            fit = Ridge.fit(x, y)
            given[name] = fit.predict(new), np.full(len(new), spread(fit.residual)[1])
        mixed = self._mixed(lab)
        if mixed is None:
            self.dropped.append((f"{lab} by the {MIXED}", len(self.tested), "no fit of it converges"))
        else:
            so_far = np.stack([self.mine.people.at(lab, d)[self.tested] for d in self.mine.known], axis=1)
            given[MIXED] = mixed.predict(so_far, self.mine.known, self._covariates(self.mine.people)[self.tested], day)
        return self._rows(lab, day, given)

    def _mixed(self, lab: str) -> Mixed | None:
        """The mixed model of a lab, from every visit of those taught."""
        if (self.fold, lab) not in self.mixed:
            people = self.theirs.people
            values = np.log(people.labs[lab][self.taught]) if lab in people.labs else np.empty((0, len(people.days)))
            self.mixed[self.fold, lab] = Mixed.fit(values, people.days, self._covariates(people)[self.taught])
        return self.mixed[self.fold, lab]

    def _covariates(self, people: People) -> Floats:
        """What else a mixed model knows of people: age, coma grade, plasma exchange and steroid."""
        return np.column_stack([people.age, people.coma, people.plasma, people.steroid])

    def _day_to_learn(self, lab: str, day: float) -> float | None:
        """The day itself, or the nearest one with enough people."""
        days = [
            d
            for d in self.theirs.later
            if np.isfinite(self.theirs.people.at(lab, d)[self.taught]).sum() >= LEAST_PEOPLE
        ]
        return min(days, key=lambda d: abs(np.log((d + 1) / (day + 1)))) if days else None

    def _rows(self, lab: str, day: float, given: Mapping[str, tuple[Floats, Floats]]) -> pd.DataFrame:
        people = self.mine.people
        observed = people.at(lab, day)[self.tested]
        tables = []
        for name, (mean, sd) in given.items():
            ends = {
                f"{side}{share}": np.exp(end)
                for share in (50, 90)
                for side, end in zip(("low", "high"), interval(mean, sd, share / 100), strict=True)
            }
            ends |= {"observed": np.exp(observed), "score": crps_normal(observed, mean, sd)}
            tables.append(self._table(lab, day, name, predicted=np.exp(mean), sd_log=sd, **ends))
        return pd.concat(tables, ignore_index=True)

    def outcomes(self) -> pd.DataFrame:
        """Probability of death or transplant, all predictors."""
        people, event = self.mine.people, self.theirs.people.event[self.taught]
        if not len(self.tested):
            return pd.DataFrame()
        bare = self.event[self.tested]
        given = {BARE: bare}
        good = np.isfinite(event)
        if _learnable(event):
            odds = _odds(self.teaching_event[self.taught][good]), _odds(bare)
            scores = [
                meld_of(x.people, self.mine.known)[who][:, None]
                for x, who in ((self.theirs, self.taught[good]), (self.mine, self.tested))
            ]
            seen = self.seen[0][good], self.seen[1]
            pairs = {
                MODEL: (odds[0], odds[1]),
                MELD: (scores[0], scores[1]),
                REGRESSION: seen,
                BOTH: (np.column_stack([seen[0], odds[0]]), np.column_stack([seen[1], odds[1]])),
            }
            for name, (theirs, mine) in pairs.items():
                fitted = Logistic.fit(theirs, event[good]).predict(mine)
                given[name] = np.where(np.isfinite(mine).any(axis=1), fitted, np.nan)
        else:
            why = f"fewer than {LEAST_EVENTS} people with it, or without, to learn from"
            self.dropped.append((f"{OUTCOME} from {self.basis}, recalibrated", len(self.tested), why))
        observed = people.event[self.tested]
        return pd.concat(
            [
                self._table(OUTCOME, HORIZON, name, predicted=p, observed=observed, score=(p - observed) ** 2)
                for name, p in given.items()
            ],
            ignore_index=True,
        )

    def _table(self, quantity: str, day: float, predictor: str, **columns: Floats) -> pd.DataFrame:
        who = {"person": self.mine.people.ids[self.tested], "fold": self.fold, "basis": self.basis}
        return pd.DataFrame(who | {"quantity": quantity, "day": day, "predictor": predictor} | columns)


def meld_of(people: People, days: Sequence[float]) -> Floats:
    """MELD of the last labs on those days, (n,); NaN where one is missing."""
    bilirubin, inr, creatinine = (np.exp(people.last(lab, days)) for lab in ("bilirubin", "inr", "creatinine"))
    found: Floats = meld(bilirubin=bilirubin, creatinine=creatinine, inr=inr)
    return found
