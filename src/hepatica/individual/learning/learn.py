"""Learning from a cohort of real people: errors, corrections and recalibrated risk, with scores on other people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.engine import System
from hepatica.individual.discrepancy import meld3_of, meld_of
from hepatica.individual.learning.correction import corrected, fit_corrections
from hepatica.individual.learning.fit_errors import fit_errors, fit_outcome_errors
from hepatica.individual.learning.learnt import Learnt
from hepatica.individual.learning.matching import Matching, learnable, observed_later
from hepatica.individual.learning.risk import RiskModel
from hepatica.individual.library.candidates import LABS, Candidates
from hepatica.individual.library.proposals import Kind
from hepatica.individual.library.simulate import Design
from hepatica.individual.library.store import Library
from hepatica.individual.people import LAST_DAY, TREATMENT_ARMS, People
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.regressions import Logistic
from hepatica.individual.scores import auc, brier
from hepatica.patients import Draws
from hepatica.progress import Progress, ignore_progress
from hepatica.therapy import NO_CELLS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SIZE = 1_500
"""Candidates of each combination of treatments."""
FOLDS = 5
BASES: Mapping[str, tuple[float, ...]] = {"day 0": (0.0,), "days 0 to 1": (0.0, 1.0)}


@dataclass(frozen=True)
class Taught:
    """Fitted corrections of a cohort, and out-of-fold scores of its forecasts.

    Attributes
    ----------
    learnt : Learnt
        From everybody.
    labs : DataFrame
        One row a person, basis, lab and day: CRPS of the log lab, whether in the 90 % interval, and its SD.
    outcomes : DataFrame
        One row a person and basis: event and probabilities by predictor.
    """

    learnt: Learnt
    labs: pd.DataFrame
    outcomes: pd.DataFrame


def libraries(
    system: System, kind: Kind, known: Draws | None, *, size: int = SIZE, seed: int = 1, workers: int | None = None
) -> dict[int, Candidates]:
    """Libraries without cells, one a combination of treatments, by position in `TREATMENT_ARMS`."""
    result = {}
    for arm, treatments in enumerate(TREATMENT_ARMS):
        design = Design(regimens=(NO_CELLS,), hypotheses=(), background=tuple(sorted(t.value for t in treatments)))
        library = Library(system=system, kind=kind, known=known, design=design, seed=seed, workers=workers)
        result[arm] = library.candidates(size)
    return result


def learn(
    people: People,
    libraries: Mapping[int, Candidates],
    *,
    source: str,
    model_hash: str,
    progress: Progress | None = None,
) -> Taught:
    """Learn from a cohort, and score forecasts of people whom they were not learnt from, in five folds.

    Parameters
    ----------
    people : People
        The cohort.
    libraries : mapping of int to Candidates
        Of `libraries`.
    source : str
        Citation of the cohort.
    model_hash : str
        Of the model that made the libraries.
    progress : Progress, optional
        Told of the stage "learn", in folds.
    """
    report = progress or ignore_progress
    matchings = {name: Matching(libraries, people, known, _later(people, known)) for name, known in BASES.items()}
    labs, outcomes = [], []
    groups = people.folds(FOLDS)
    for fold in range(FOLDS):
        report("learn", fold, FOLDS + 1)
        test, training = np.flatnonzero(groups == fold), np.flatnonzero(groups != fold)
        taught = _fit(matchings, training)
        labs += [_score_labs(name, m, taught, test) for name, m in matchings.items()]
        outcomes += [_score_outcome(name, m, taught, training, test) for name, m in matchings.items()]
    taught = _fit(matchings, np.arange(people.n))
    report("learn", FOLDS + 1, FOLDS + 1)
    every, ends = pd.concat(labs, ignore_index=True), pd.concat(outcomes, ignore_index=True)
    provenance = {
        "source": source,
        "people": people.n,
        "events": int(np.nansum(people.event)),
        "model_hash": model_hash,
        "hepatica_version": __version__,
        "scores": outcome_scores(ends).to_dict(orient="records"),
        "crps": {lab: float(f"{x:.4g}") for lab, x in every.groupby("lab")["crps"].mean().items()},
    }
    learnt = Learnt(
        **{name: getattr(taught, name) for name in ("errors", "outcome_errors", "outcome_kernels", "corrections")},
        risk=taught.risk,
        horizon=LAST_DAY,
        provenance=provenance,
    )
    return Taught(learnt, every, ends)


def _later(people: People, known: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(d) for d in people.days if max(known) < d <= LAST_DAY)


def _fit(matchings: Mapping[str, Matching], training: Ints) -> Learnt:
    """Everything learnt from some of the people; the risk from every set of known days together."""
    every = list(matchings.values())
    errors = fit_errors(every, training)
    outcome_errors, kernels = fit_outcome_errors(every, training, LAST_DAY)
    forecasts = [m.forecasts(errors, Kernels()) for m in every]
    probability = np.concatenate([m.event(outcome_errors, kernels, LAST_DAY)[training] for m in every])
    features = np.concatenate([risk_features(m)[training] for m in every])
    event = np.tile(every[0].people.event[training], len(every))
    return Learnt(
        errors=errors,
        outcome_errors=outcome_errors,
        outcome_kernels=kernels,
        corrections=fit_corrections(every, forecasts, training),
        risk=RiskModel.fit(probability, features, event),
        horizon=LAST_DAY,
        provenance={},
    )


def risk_features(matching: Matching) -> Floats:
    """Features of the labs' logistic model, (n, k): last log labs, age, encephalopathy, treatments."""
    people = matching.people
    last = np.full((people.n, len(LABS)), np.nan)
    for j in range(len(matching.known)):
        last = np.where(np.isfinite(matching.values[:, j]), matching.values[:, j], last)
    return np.column_stack([last, people.covariates])


def _score_labs(name: str, matching: Matching, taught: Learnt, test: Ints) -> pd.DataFrame:
    """Scores of the corrected forecasts of some people."""
    forecasts = matching.forecasts(taught.errors, Kernels())
    pools = corrected(matching, forecasts, taught.corrections, test)
    observed, tables = observed_later(matching)[test], []
    for lab in learnable([matching]):
        pool, y = pools[lab], observed[:, :, LABS.index(lab)]
        score, place, sd = pool.crps(y), pool.cdf(y), np.sqrt(pool.variance())
        for d, day in enumerate(matching.later):
            good = np.isfinite(y[:, d])
            row = {"person": matching.people.ids[test][good], "basis": name, "lab": lab, "day": day}
            inside = np.abs(place[good, d] - 0.5) < 0.45
            tables.append(pd.DataFrame(row | {"sd": sd[good, d], "crps": score[good, d], "in_90": inside}))
    return pd.concat(tables, ignore_index=True)


def _score_outcome(name: str, matching: Matching, taught: Learnt, training: Ints, test: Ints) -> pd.DataFrame:
    """Probabilities of the outcome of some people by every predictor."""
    people, features = matching.people, risk_features(matching)
    raw = matching.event(taught.outcome_errors, taught.outcome_kernels, LAST_DAY)
    result: dict[str, Any] = {
        "person": people.ids[test], "basis": name, "event": people.event[test], "model as it is": raw[test],
    }  # fmt: skip
    event = people.event
    for label, of in (("MELD", meld_of), ("MELD 3.0", meld3_of)):
        score = of(people, matching.known)[:, None]
        good = training[np.isfinite(event[training]) & np.isfinite(score[training, 0])]
        result[label] = np.full(len(test), np.nan)
        if len(good):
            fitted = Logistic.fit(score[good], event[good]).predict(score[test])
            result[label] = np.where(np.isfinite(score[test, 0]), fitted, np.nan)
    if taught.risk is not None:
        result["model, recalibrated"] = taught.risk.by_model(raw[test])
        result["labs' logistic model"] = taught.risk.by_labs(features[test])
        result["Hepatica"] = taught.risk.recalibrate(raw[test], features[test])
    return pd.DataFrame(result)


def outcome_scores(outcomes: pd.DataFrame) -> pd.DataFrame:
    """AUC, Brier score and calibration of each predictor on the people whom all forecast, by basis."""
    rows = []
    outcomes = outcomes.dropna(axis=1, how="all")
    names = [c for c in outcomes.columns if c not in ("person", "basis", "event")]
    for basis, part in outcomes.groupby("basis", sort=False):
        kept = part.dropna()
        event = kept["event"].to_numpy(float)
        for name in names:
            p = kept[name].to_numpy(float)
            slope, large = calibration(event, p)
            row = {"auc": auc(event, p), "brier": brier(event, p), "slope": slope, "in_the_large": large}
            rows.append({"basis": basis, "predictor": name, "people": len(kept)} | row)
    return pd.DataFrame(rows).round(4)


def calibration(event: Floats, probability: Floats) -> tuple[float, float]:
    """Calibration slope on the log odds, and expected less observed share of events.

    Examples
    --------
    >>> p = np.repeat([0.2, 0.8], 500)
    >>> slope, large = calibration((np.arange(1000) % 10 < 10 * p).astype(float), p)
    >>> round(slope, 2), round(large, 3)
    (1.0, 0.0)
    """
    odds = np.log(np.clip(probability, 1e-4, 1 - 1e-4) / (1 - np.clip(probability, 1e-4, 1 - 1e-4)))[:, None]
    fit = Logistic.fit(odds, event, penalty=1e-9)
    return float(fit.weights[1] / fit.scale[0]), float(probability.mean() - event.mean())
