"""Forecasts of real people without cells, one by one, set beside what needs no model. For research use.

A pool of virtual patients is weighted by how like each person's labs theirs are at first; their later course is the
person's forecast. How far off the model is, by lab and day, is learnt from people other than the one forecast: from
another file, or from the other folds of the same one. Files are read by path; nothing of them is kept.
"""

from __future__ import annotations

import functools
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
from hepatica.individual.discrepancy import (
    BARE,
    BOTH,
    LAST,
    LEAST_PEOPLE,
    MELD,
    MIXED,
    MODEL,
    OUTCOME,
    REGRESSION,
    Fold,
    learn_outcome_widths,
    learn_widths,
    meld_of,
)
from hepatica.individual.file import LABS, LAST_DAY, People, read_people
from hepatica.individual.inflammation import READINGS, compare, read_readings
from hepatica.individual.mixed_model import Mixed
from hepatica.individual.pool import HORIZON, acute, chronic, make_pool
from hepatica.individual.scores import auc, brier, resampled_auc
from hepatica.individual.weights import LEAST_EFFECTIVE, Likeness
from hepatica.patients import Draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BASES: Mapping[str, tuple[float, ...]] = {"day 0": (0.0,), "days 0 to 1": (0.0, 1.0)}
ABOUT_LABS = (
    "Later labs: share of people inside the model's 50 and 90 % intervals; mean CRPS of log values (less is better) and",
    "ratios of it (below 1 the first is better). 'model as it is' has learnt only its spread; 'model' also its bias, from",
    "treatment and the same lab so far; 'regression' is ridge least squares on all labs so far, age, coma grade and",
    "treatment; 'regression with model' also knows the model's forecast; 'mixed model' is a linear mixed model of the lab by",
    "day, age, coma grade and treatment with an own intercept and slope of each person, fitted to all visits of the others.",
)
ABOUT_OUTCOME = (
    f"Death or transplant by day {HORIZON:g}; the horizon is assumed, the file has no times of events. 'model as it is' is the",
    "model's own probability, 'model' the same recalibrated; MELD and the regression are logistic.",
)
ABOUT_READINGS = (
    "Inflammation on day 0, by which nobody was weighted and from which nothing was learnt: medians and quartiles, seen and as",
    "the other labs of the same day imply; 'rank' is Spearman's correlation of the two (95 % interval), beside that of MELD.",
)
POOL = 12_000
KINDS = ("acute", "chronic", "both")


@dataclass(frozen=True)
class Validation:
    """Forecasts of people and how they did.

    Attributes
    ----------
    file, learnt_from : str
        Names of the files, without folders.
    people, events : int
        Forecast, and died or transplanted.
    rows : DataFrame
        One row per person, basis, quantity, day and predictor.
    not_predicted : tuple of (what, how many, why)
    notes : tuple of str
    tempered : mapping of str to float
        Share of people, by basis, whose weights had to be evened out.
    widths : mapping of str to mapping
        Discrepancy of each lab that weighs, by basis, for labs and for the outcome, median of folds; infinite leaves it out.
    settings : mapping
        Seed, pool, folds, versions.
    inflammation : DataFrame
        Readings of day 0 (`people_inflammation.compare`).
    """

    file: str
    learnt_from: str
    people: int
    events: int
    rows: pd.DataFrame
    not_predicted: tuple[tuple[str, int, str], ...]
    notes: tuple[str, ...]
    tempered: Mapping[str, float]
    widths: Mapping[str, Mapping[str, float]]
    settings: Mapping[str, Any]
    inflammation: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """One row per prediction: what was predicted by what, its intervals, what was observed and the score.

        Labs are in the model's units with `sd_log` and the CRPS of the logarithm; the outcome is a probability with
        its squared error.
        """
        return self.rows.copy()

    def totals(self) -> pd.DataFrame:
        """By basis, lab and day: people, coverage of the model, CRPS of each predictor on the same people, and ratios."""
        return self._totals.copy()

    @functools.cached_property
    def _totals(self) -> pd.DataFrame:
        labs = self.rows[(self.rows["quantity"] != OUTCOME) & self.rows["score"].notna()]
        found = []
        for basis in BASES:
            for lab in LABS:
                part = labs[(labs["basis"] == basis) & (labs["quantity"] == lab)]
                for day in sorted(part["day"].unique()):
                    found.append(_total(part[part["day"] == day], basis, lab, f"{day:g}"))
                if len(part):
                    found.append(_total(part, basis, lab, "all"))
        return pd.DataFrame([row for row in found if row is not None])

    def outcomes(self) -> pd.DataFrame:
        """Death or transplant by basis and predictor: people, AUC with 95 % interval, Brier score, mean probability.

        `model_more_by` is the AUC of the model as it is minus that of the predictor, on the same people and bootstrap samples.
        """
        return self._outcomes.copy()

    @functools.cached_property
    def _outcomes(self) -> pd.DataFrame:
        part = self.rows[(self.rows["quantity"] == OUTCOME) & self.rows["observed"].notna()]
        found = []
        for basis in BASES:
            here = part[part["basis"] == basis]
            wide = (
                here.pivot(index="person", columns="predictor", values="predicted").dropna(axis=1, how="all").dropna()
            )
            if not len(wide):
                continue
            event = here.drop_duplicates("person").set_index("person")["observed"].loc[wide.index].to_numpy(float)
            scores = {str(c): wide[c].to_numpy(float) for c in (BARE, MODEL, MELD, REGRESSION, BOTH) if c in wide}
            drawn = resampled_auc(event, scores, seed=int(self.settings["seed"]))
            for name, score in scores.items():
                low, high = _ends(drawn[name])
                less, more = _ends(drawn[BARE] - drawn[name])
                row = {"basis": basis, "predictor": name, "people": len(event), "events": int(event.sum())}
                row |= {"auc": auc(event, score), "auc_low": low, "auc_high": high}
                row |= {
                    "model_more_by": auc(event, scores[BARE]) - auc(event, score),
                    "more_low": less,
                    "more_high": more,
                }
                found.append(row | {"brier": brier(event, score), "mean_probability": float(score.mean())})
        return pd.DataFrame(found)

    def text(self) -> str:
        """What was found, in words and tables, for a terminal."""
        folds = f"{self.settings['folds']} folds within the file"
        source = folds if self.settings["folds"] else f"learnt from {self.learnt_from}"
        lines = [f"{self.file}: {self.people} people, {self.events} died or transplanted; {source}. For research use."]
        totals, outcomes = self.totals(), self.outcomes()
        if len(totals):
            lines += ["", *ABOUT_LABS, "", totals.round(3).to_string(index=False)]
            rows = totals[totals["day"] == "all"]
            for ours in (BARE, MODEL):
                for other in (LAST, REGRESSION, MIXED):
                    ratio = (rows[f"crps {ours}"] / rows.get(f"crps {other}", np.nan)).dropna()
                    better = f"{int((ratio < 1).sum())} of {len(ratio)} labs and bases"
                    lines.append(f"'{ours}' is better than the {other} in {better}.")
        if len(outcomes):
            lines += ["", *ABOUT_OUTCOME, "", outcomes.round(3).to_string(index=False)]
        if len(self.inflammation):
            lines += ["", *ABOUT_READINGS, "", self.inflammation.round(2).to_string(index=False)]
        lines.append("")
        for basis, share in self.tempered.items():
            evened = (
                f"weights of {100 * share:.0f} % of people were evened out to {LEAST_EFFECTIVE:g} effective candidates"
            )
            lines.append(f"{basis}: {evened}.")
        for basis, row in self.widths.items():
            unused = [lab for lab, width in row.items() if not np.isfinite(width)]
            lines.append(f"{basis}: {', '.join(unused) or 'no lab'} did not weigh, as the people learnt from say.")
        lines += [f"Not predicted: {what} ({n} people): {why}." for what, n, why in self.not_predicted]
        lines += [f"Note: {note}." for note in self.notes]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """All but the rows, in types that JSON has; the rows hold data of people and stay out."""

        def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
            return [
                {str(k): None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}
                for row in table.to_dict("records")
            ]

        widths = {b: {lab: w if np.isfinite(w) else None for lab, w in row.items()} for b, row in self.widths.items()}
        return {
            "file": self.file,
            "learnt_from": self.learnt_from,
            "people": self.people,
            "events": self.events,
            "labs": plain(self.totals()),
            "outcomes": plain(self.outcomes()),
            "inflammation": plain(self.inflammation),
            "tempered": dict(self.tempered),
            "widths": widths,
            "not_predicted": [{"what": w, "people": n, "why": y} for w, n, y in self.not_predicted],
            "notes": list(self.notes),
            "settings": dict(self.settings),
            "purpose": "for research use",
        }


def validate_people(
    path: str | Path,
    system: System,
    *,
    train: str | Path | None = None,
    pool: int = POOL,
    folds: int = 5,
    seed: int = 1,
    kinds: str = "acute",
    known: Draws | None = None,
    workers: int | None = None,
) -> Validation:
    """Forecast each person of a file from their first labs, and score it.

    Parameters
    ----------
    path : str or Path
        A CSV file as `hepatica.individual.file` says.
    system : System
    train : str or Path, optional
        Another such file, to learn from how far the model is off; nothing later than the basis is then used of `path`, but
        to score.
    pool : int
        Virtual patients.
    folds : int
        Parts of the file, without `train`; each is forecast by what the others teach.
    kinds : str
        Virtual patients with a healthy liver before (acute), with chronic disease (chronic), or both.
    known : Draws, optional
        What calibration says of the model's parameters; without it they come from the priors.

    Raises
    ------
    InputError
        If a file or setting cannot be used.
    """
    if kinds not in KINDS:
        raise InputError("kinds", kinds, f"one of {', '.join(KINDS)}")
    if folds < 2 or pool < 200:
        raise InputError("folds, pool", (folds, pool), "at least 2 folds and 200 virtual patients")
    people = read_people(path)
    teachers = people if train is None else read_people(train)
    chosen = (acute(system) if kinds != "chronic" else {}) | (chronic(system) if kinds != "acute" else {})
    drawn = make_pool(system, pool, seed=seed, kinds=chosen, known=known, workers=workers)
    groups = people.folds(folds) if train is None else None
    dropped = [(what, len(people.ids), why) for what, why in people.absent.items() if what in (*LABS, "platelets")]
    parts: dict[str, _Part] = {}
    inflammation = pd.DataFrame()
    mixed: dict[tuple[int, str], Mixed | None] = {}
    for basis, days in BASES.items():
        missing = [(d, p.name) for d in days for p in (people, teachers) if d not in p.days]
        if missing:
            why = f"no rows of day {missing[0][0]:g} in {missing[0][1]}"
            dropped.append((f"everything from {basis}", len(people.ids), why))
            continue
        later = _later((people, teachers), days)
        mine = Likeness(drawn, people, days, later)
        theirs = mine if groups is not None else Likeness(drawn, teachers, days, later)
        parts[basis] = _forecast(basis, mine, theirs, groups, mixed)
        dropped += parts[basis].dropped
        if days == (0.0,):
            inflammation, unread = _inflammation(path, mine, parts[basis].widths[basis], seed)
            dropped += [(what, len(people.ids), why) for what, why in unread.items()]
    tables = [t for part in parts.values() for t in part.tables if len(t)]
    if not tables:
        needed = f"at least {LEAST_PEOPLE} people with labs on day 0 and later"
        raise InputError(teachers.name, f"{len(teachers.ids)} people to learn from", needed)
    notes = people.notes + tuple(f"{teachers.name}: {note}" for note in teachers.notes if train is not None)
    notes += tuple(why for what, why in people.absent.items() if what not in (*LABS, "platelets"))
    notes += tuple(dict.fromkeys(note for part in parts.values() for note in part.borrowed))
    settings = {
        "seed": seed,
        "pool": len(drawn.age),
        "tried": drawn.tried,
        "folds": folds if train is None else 0,
        "kinds": kinds,
        "model_hash": system.model.hash,
        "hepatica_version": __version__,
    }
    widths = {name: row for part in parts.values() for name, row in part.widths.items()}
    tempered = {basis: part.tempered for basis, part in parts.items()}
    rows = pd.concat(tables, ignore_index=True)
    return Validation(
        people.name,
        teachers.name,
        len(people.ids),
        int(np.nansum(people.event)),
        rows,
        _gathered(dropped),
        notes,
        tempered,
        widths,
        settings,
        inflammation,
    )


@dataclass(frozen=True)
class _Part:
    """What comes of one basis."""

    tables: list[pd.DataFrame]
    dropped: list[tuple[str, int, str]]
    borrowed: list[str]
    tempered: float
    widths: dict[str, Mapping[str, float]]


def _forecast(
    basis: str, mine: Likeness, theirs: Likeness, groups: Ints | None, mixed: dict[tuple[int, str], Mixed | None]
) -> _Part:
    """Forecast everyone from one basis, by the other folds where there are folds."""
    people, days = mine.people, mine.known
    usable, able = _usable(people, days), _usable(theirs.people, days)
    tables: list[pd.DataFrame] = []
    dropped: list[tuple[str, int, str]] = []
    if not usable.all():
        dropped.append((f"everything from {basis}", int((~usable).sum()), f"no lab on day {days[-1]:g}"))
    borrowed: list[str] = []
    used: list[dict[str, float]] = []
    ends: list[dict[str, float]] = []
    evened = np.zeros(len(people.ids))
    for fold in [0] if groups is None else np.unique(groups):
        tested = np.flatnonzero(usable if groups is None else usable & (groups == fold))
        taught = np.flatnonzero(able if groups is None else able & (groups != fold))
        used.append(learn_widths(theirs, taught))
        ends.append(learn_outcome_widths(theirs, taught))
        one = Fold(basis, int(fold), theirs, taught, mine, tested, used[-1], ends[-1], mixed)
        tables += [one.labs(), one.outcomes()]
        dropped += one.dropped
        borrowed += one.borrowed
        evened[tested] = one.posterior.temper[tested] < 1
    widths: dict[str, Mapping[str, float]] = {
        name: {lab: float(np.median([w[lab] for w in found])) for lab in LABS}
        for name, found in ((basis, used), (f"{basis}, {OUTCOME}", ends))
    }
    return _Part(tables, dropped, borrowed, float(evened[usable].mean()) if usable.any() else 0.0, widths)


def _inflammation(
    path: str | Path, mine: Likeness, widths: Mapping[str, float], seed: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Readings of day 0 beside what the labs of that day imply, and what cannot be compared."""
    seen, unread = read_readings(path)
    said = np.exp(mine.readings(widths))
    return compare(seen, dict(zip(READINGS, said.T, strict=True)), meld_of(mine.people, (0.0,)), seed=seed), unread


def _later(both: Sequence[People], known: Sequence[float]) -> tuple[float, ...]:
    """Days after those known that either file has."""
    days = {float(d) for people in both for d in people.days}
    return tuple(sorted(d for d in days if max(known) < d <= LAST_DAY))


def _usable(people: People, days: Sequence[float]) -> NDArray[np.bool_]:
    """Who has a lab on each of the days."""
    found: NDArray[np.bool_] = np.all(
        [np.any([np.isfinite(people.at(lab, day)) for lab in LABS], axis=0) for day in days], axis=0
    )
    return found


def _gathered(dropped: Sequence[tuple[str, int, str]]) -> tuple[tuple[str, int, str], ...]:
    """The same reason once, people of all folds together."""
    found: dict[tuple[str, str], int] = {}
    for what, n, why in dropped:
        found[what, why] = found.get((what, why), 0) + n
    return tuple((what, n, why) for (what, why), n in found.items())


def _total(part: pd.DataFrame, basis: str, lab: str, day: str) -> dict[str, Any] | None:
    """Scores of all predictors on the people whom all of them predicted."""
    wide = part.pivot(index=["person", "day"], columns="predictor", values="score").dropna()
    if not len(wide):
        return None
    row: dict[str, Any] = {"basis": basis, "lab": lab, "day": day, "n": len(wide)}
    for name, told in ((MODEL, "in"), (MIXED, f"{MIXED} in")):
        if name in wide:
            own = part[part["predictor"] == name].set_index(["person", "day"]).loc[wide.index]
            for share in (50, 90):
                inside = (own["observed"] >= own[f"low{share}"]) & (own["observed"] <= own[f"high{share}"])
                row[f"{told} {share} %"] = float(inside.mean())
    named = (LAST, REGRESSION, MIXED)
    row |= {f"crps {name}": float(wide[name].mean()) for name in (MODEL, BARE, *named, BOTH) if name in wide}
    row |= {f"model / {name}": row[f"crps {MODEL}"] / row[f"crps {name}"] for name in named if name in wide}
    if BOTH in wide and REGRESSION in wide:
        row["with model / regression"] = row[f"crps {BOTH}"] / row[f"crps {REGRESSION}"]
    return row


def _ends(values: Floats) -> tuple[float, float]:
    """2.5 and 97.5 % quantiles of what is a number."""
    good = values[np.isfinite(values)]
    return (
        (float(np.quantile(good, 0.025)), float(np.quantile(good, 0.975)))
        if len(good)
        else (float("nan"), float("nan"))
    )
