"""Individual forecasts of real people without cells, evaluated against predictors without physiology. For research use.

A pool of virtual patients is weighted by importance weights given each person's first labs; their later course is the
posterior predictive distribution of the person. Model discrepancy, by lab and day, is estimated from people other than
the one forecast: from another file, or out of fold from the same one. Files are read by path; nothing of them is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.individual.discrepancy import fit_discrepancy, meld_of, select_outcome_labs
from hepatica.individual.evaluation import BASES, Evaluation
from hepatica.individual.inflammation import compare, read_readings
from hepatica.individual.labs import LABS, READINGS
from hepatica.individual.out_of_fold import Fold, MixedModels, Sample
from hepatica.individual.people import LAST_DAY, People
from hepatica.individual.pool import Pool, acute_populations, chronic_populations, make_pool
from hepatica.individual.predictors import MIN_PEOPLE, OUTCOME
from hepatica.individual.readers.cohort import read_cohort, read_cohort_readings
from hepatica.individual.readers.read import AnyMapping
from hepatica.individual.weights import Discrepancy, ImportanceWeights
from hepatica.patients import Draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NotPredicted = list[tuple[str, int, str]]
"""Quantity, number of people, and reason."""
KINDS = ("acute", "chronic", "both")
POOL = 12_000
MIN_POOL, MIN_FOLDS = 200, 2


@dataclass(frozen=True, kw_only=True)
class ForecastSettings:
    """Settings of individual forecasts.

    Attributes
    ----------
    pool : int
        Candidate virtual patients, at least 200.
    folds : int
        Folds of cross-validation within the file, at least 2; not used with a file of training people.
    seed : int
    kinds : {"acute", "chronic", "both"}
        Candidates with a healthy liver before, with chronic disease, or both.

    Raises
    ------
    InputError
        If one is out of range.

    Examples
    --------
    >>> ForecastSettings(folds=1)
    Traceback (most recent call last):
    ...
    hepatica.errors.InputError: folds, pool: got (1, 12000); at least 2 folds and 200 virtual patients
    """

    pool: int = POOL
    folds: int = 5
    seed: int = 1
    kinds: str = KINDS[0]

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.kinds not in KINDS:
            raise InputError("kinds", self.kinds, f"one of {', '.join(KINDS)}")
        if self.folds < MIN_FOLDS or self.pool < MIN_POOL:
            needed = f"at least {MIN_FOLDS} folds and {MIN_POOL} virtual patients"
            raise InputError("folds, pool", (self.folds, self.pool), needed)


def validate_people(
    path: str | Path,
    system: System,
    *,
    train: str | Path | None = None,
    known: Draws | None = None,
    settings: ForecastSettings = ForecastSettings(),  # noqa: B008 - frozen
    workers: int | None = None,
    mapping: AnyMapping | None = None,
) -> Evaluation:
    """Forecast each person of a file from the first labs, out of fold, and score the forecasts.

    Parameters
    ----------
    path : str or Path
        A CSV file as `hepatica.individual.readers.cohort.read_cohort` reads it.
    system : System
        The compiled model.
    train : str or Path, optional
        Another such file, of training people; nothing later than the basis is then used of `path`, except to score.
    known : Draws, optional
        Parameter draws of a calibration; without them, of the priors.
    settings : ForecastSettings
        Size, folds, seed and kinds.
    workers : int, optional
        Threads of the engine; all cores unless given.
    mapping : ColumnMapping, mapping, str or Path, optional
        Of the columns of both files; the fixed layout unless given.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        If a file cannot be used, or nobody can be forecast.
    """
    people = read_cohort(path, mapping)
    training = people if train is None else read_cohort(train, mapping)
    pool = _pool(system, settings, known, workers)
    groups = people.folds(settings.folds) if train is None else None
    not_predicted = [(lab, people.n, why) for lab, why in people.missing_labs.items()]
    forecasts: dict[str, _BasisForecast] = {}
    inflammation = pd.DataFrame()
    mixed_models: MixedModels = {}
    for basis, days in BASES.items():
        missing = [(d, p.name) for d in days for p in (people, training) if d not in p.days]
        if missing:
            why = f"no rows of day {missing[0][0]:g} in {missing[0][1]}"
            not_predicted.append((f"everything from {basis}", people.n, why))
            continue
        later = _later_days((people, training), days)
        own = ImportanceWeights(pool, people, days, later)
        other = own if groups is not None else ImportanceWeights(pool, training, days, later)
        forecasts[basis] = _forecast(basis, own, other, groups, mixed_models)
        not_predicted += forecasts[basis].not_predicted
        if days == (0.0,):
            discrepancy = forecasts[basis].discrepancy[basis]
            inflammation, unread = _inflammation(_readings(path, mapping), own, discrepancy, settings.seed)
            not_predicted += [(what, people.n, why) for what, why in unread.items()]
    return Evaluation(
        file=people.name,
        training_file=training.name,
        people=people.n,
        events=int(np.nansum(people.event)),
        rows=_rows(forecasts, training),
        not_predicted=_merged(not_predicted),
        notes=_notes(people, None if train is None else training, forecasts),
        tempered={basis: part.tempered for basis, part in forecasts.items()},
        discrepancy={name: row for part in forecasts.values() for name, row in part.discrepancy.items()},
        settings=_provenance(system, pool, settings, train is None),
        inflammation=inflammation,
    )


@dataclass(frozen=True)
class _BasisForecast:
    """Forecasts of everyone from one basis, and what they were made with."""

    tables: list[pd.DataFrame]
    not_predicted: NotPredicted
    notes: list[str]
    tempered: float
    discrepancy: dict[str, Mapping[str, float]]


def _forecast(
    basis: str, own: ImportanceWeights, other: ImportanceWeights, groups: Ints | None, mixed_models: MixedModels
) -> _BasisForecast:
    """Forecast everyone from one basis, out of fold where there are folds."""
    people, days = own.people, own.known
    usable, trainable = _measured_each_day(people, days), _measured_each_day(other.people, days)
    folds: list[Fold] = []
    tables: list[pd.DataFrame] = []
    discrepancies: dict[str, list[dict[str, float]]] = {basis: [], f"{basis}, {OUTCOME}": []}
    tempered = np.zeros(people.n)
    for fold in [0] if groups is None else np.unique(groups):
        test = np.flatnonzero(usable if groups is None else usable & (groups == fold))
        training = np.flatnonzero(trainable if groups is None else trainable & (groups != fold))
        fitted = fit_discrepancy(other, training), select_outcome_labs(other, training)
        for each, discrepancy in zip(discrepancies.values(), fitted, strict=True):
            each.append(discrepancy)
        folds.append(
            Fold(
                basis,
                int(fold),
                training=Sample(other, training),
                test=Sample(own, test),
                discrepancy=fitted[0],
                outcome_discrepancy=fitted[1],
                mixed_models=mixed_models,
            )
        )
        tables += [folds[-1].labs(), folds[-1].outcomes()]
        tempered[test] = folds[-1].tempered
    not_predicted: NotPredicted = []
    if not usable.all():
        not_predicted.append((f"everything from {basis}", int((~usable).sum()), f"no lab on day {days[-1]:g}"))
    return _BasisForecast(
        tables,
        not_predicted + [row for fold in folds for row in fold.not_predicted],
        [note for fold in folds for note in fold.notes],
        float(tempered[usable].mean()) if usable.any() else 0.0,
        {name: {lab: float(np.median([d[lab] for d in each])) for lab in LABS} for name, each in discrepancies.items()},
    )


def _pool(system: System, settings: ForecastSettings, known: Draws | None, workers: int | None) -> Pool:
    """Candidates of the kinds asked for."""
    populations = acute_populations(system) if settings.kinds != "chronic" else {}
    populations |= chronic_populations(system) if settings.kinds != "acute" else {}
    return make_pool(system, settings.pool, seed=settings.seed, populations=populations, known=known, workers=workers)


_Readings = tuple[dict[str, Floats], dict[str, str]]


def _readings(path: str | Path, mapping: AnyMapping | None) -> _Readings:
    """Readings of day 0, and those that cannot be used."""
    return read_readings(path) if mapping is None else (read_cohort_readings(path, mapping), {})


def _inflammation(
    readings: _Readings, weights: ImportanceWeights, discrepancy: Discrepancy, seed: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Readings of day 0 against their posterior predictive means, and those that cannot be compared."""
    measured, missing = readings
    predicted = dict(zip(READINGS, np.exp(weights.readings(discrepancy)).T, strict=True))
    return compare(measured, predicted, meld_of(weights.people, (0.0,)), seed=seed), missing


def _rows(forecasts: Mapping[str, _BasisForecast], training: People) -> pd.DataFrame:
    """Forecasts of all bases and folds; an error where there are none."""
    tables = [t for part in forecasts.values() for t in part.tables if len(t)]
    if not tables:
        needed = f"at least {MIN_PEOPLE} people with labs on day 0 and later"
        raise InputError(training.name, f"{training.n} people to learn from", needed)
    return pd.concat(tables, ignore_index=True)


def _notes(people: People, training: People | None, forecasts: Mapping[str, _BasisForecast]) -> tuple[str, ...]:
    """Exclusions and assumptions of reading and forecasting."""
    notes = people.notes
    if training is not None:
        notes += tuple(f"{training.name}: {note}" for note in training.notes)
    notes += tuple(people.missing_fields.values())
    return notes + tuple(dict.fromkeys(note for part in forecasts.values() for note in part.notes))


def _provenance(system: System, pool: Pool, settings: ForecastSettings, cross_validated: bool) -> dict[str, Any]:
    """Settings and versions that the forecasts can be repeated with."""
    return {
        "seed": settings.seed,
        "pool": len(pool.age),
        "tried": pool.n_simulated,
        "folds": settings.folds if cross_validated else 0,
        "kinds": settings.kinds,
        "model_hash": system.model.hash,
        "hepatica_version": __version__,
    }


def _later_days(cohorts: Sequence[People], known: Sequence[float]) -> tuple[float, ...]:
    """Days after the known ones on which anybody was measured."""
    days = {float(d) for people in cohorts for d in people.days}
    return tuple(sorted(d for d in days if max(known) < d <= LAST_DAY))


def _measured_each_day(people: People, days: Sequence[float]) -> Bools:
    """People with a lab on each of some days, (n,)."""
    return np.asarray(np.all([people.measured(tuple(LABS), day) for day in days], axis=0))


def _merged(not_predicted: Sequence[tuple[str, int, str]]) -> tuple[tuple[str, int, str], ...]:
    """Each quantity and reason once, with the people of all folds."""
    counts: dict[tuple[str, str], int] = {}
    for what, n, why in not_predicted:
        counts[what, why] = counts.get((what, why), 0) + n
    return tuple((what, n, why) for (what, why), n in counts.items())
