"""Evaluation of individual forecasts: proper scoring rules, coverage and discrimination, by lab, day and predictor."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.individual.labs import LABS
from hepatica.individual.pool import HORIZON
from hepatica.individual.predictors import OUTCOME, Predictor
from hepatica.individual.scores import auc, bootstrap_auc, brier, percentile_interval
from hepatica.individual.weights import MIN_EFFECTIVE
from hepatica.words import say

Floats = NDArray[np.float64]
BASES: Mapping[str, tuple[float, ...]] = {"day 0": (0.0,), "days 0 to 1": (0.0, 1.0)}
"""Days whose labs a forecast uses, by the name of the basis."""
OUTCOME_PREDICTORS = (
    Predictor.UNCORRECTED,
    Predictor.CORRECTED,
    Predictor.MELD,
    Predictor.MELD_3,
    Predictor.REGRESSION,
    Predictor.REGRESSION_WITH_MODEL,
)
_MODELS = (Predictor.POOL, Predictor.CORRECTED, Predictor.UNCORRECTED)
_BASELINES = (Predictor.LAST_VALUE, Predictor.REGRESSION, Predictor.MIXED_MODEL)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Individual forecasts of a cohort of real people, and their scores.

    Attributes
    ----------
    file, training_file : str
        Names of the files of the people forecast and of the training people, without folders.
    people, events : int
        Number forecast, and of them died or transplanted.
    rows : DataFrame
        One row per person, basis, quantity, day and predictor.
    not_predicted : tuple of (str, int, str)
        Quantity, number of people, and reason.
    notes : tuple of str
    tempered : mapping of str to float
        Share of people, by basis, whose importance weights were tempered.
    discrepancy : mapping of str to mapping
        SD of the model discrepancy of each lab, by basis, for labs and for the outcome, median of folds; infinite
        leaves it out.
    settings : mapping
        Seed, pool, folds, versions.
    inflammation : DataFrame
        Readings of day 0 (`hepatica.individual.inflammation.compare`).
    """

    file: str
    training_file: str
    people: int
    events: int
    rows: pd.DataFrame
    not_predicted: tuple[tuple[str, int, str], ...]
    notes: tuple[str, ...]
    tempered: Mapping[str, float]
    discrepancy: Mapping[str, Mapping[str, float]]
    settings: Mapping[str, Any]
    inflammation: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Forecasts, intervals, observations and scores, one row per person, basis, quantity, day and predictor.

        Labs are in the model's units with ``sd_log`` and the CRPS of the logarithm; the outcome is a probability with
        its squared error.
        """
        return self.rows.copy()

    def totals(self) -> pd.DataFrame:
        """Coverage, mean CRPS and skill ratios by basis, lab and day, on the people whom all predictors forecast."""
        return self._totals.copy()

    @functools.cached_property
    def _totals(self) -> pd.DataFrame:
        labs = self.rows[(self.rows["quantity"] != OUTCOME) & self.rows["score"].notna()]
        rows = []
        for basis in BASES:
            for lab in LABS:
                part = labs[(labs["basis"] == basis) & (labs["quantity"] == lab)]
                for day in sorted(part["day"].unique()):
                    rows.append(_lab_totals(part[part["day"] == day], basis, lab, f"{day:g}"))
                if len(part):
                    rows.append(_lab_totals(part, basis, lab, "all"))
        return pd.DataFrame([row for row in rows if row is not None])

    def outcomes(self) -> pd.DataFrame:
        """AUC with 95 % bootstrap interval, Brier score and mean probability of the outcome, by basis and predictor.

        ``model_more_by`` is the AUC of the uncorrected model less that of the predictor, on the same people and
        bootstrap samples.
        """
        return self._outcomes.copy()

    @functools.cached_property
    def _outcomes(self) -> pd.DataFrame:
        outcome = self.rows[(self.rows["quantity"] == OUTCOME) & self.rows["observed"].notna()]
        rows: list[dict[str, Any]] = []
        for basis in BASES:
            part = outcome[outcome["basis"] == basis]
            wide = part.pivot(index="person", columns="predictor", values="predicted")
            wide = wide.dropna(axis=1, how="all").dropna()
            if len(wide):
                event = part.drop_duplicates("person").set_index("person")["observed"].loc[wide.index].to_numpy(float)
                rows += _outcome_rows(wide, event, basis, int(self.settings["seed"]))
        return pd.DataFrame(rows)

    def text(self, lang: str = "en") -> str:
        """Report for a terminal, in sentences and tables; their columns, and reasons and notes of files, are English.

        Parameters
        ----------
        lang : {"en", "zh"}
            Language.
        """
        folds = self.settings["folds"]
        within = say("people.folds", lang, n=folds) if folds else say("people.learnt", lang, file=self.training_file)
        n = {"people": self.people, "events": self.events}
        lines = [say("people.headline", lang, file=self.file, source=within, **n), say("common.research_use", lang)]
        totals, outcomes = self.totals(), self.outcomes()
        if len(totals):
            lines += ["", say("people.labs", lang), "", totals.round(3).to_string(index=False)]
            lines += _comparisons(totals, lang)
        if len(outcomes):
            about = say("people.outcome", lang, horizon=f"{HORIZON:g}")
            lines += ["", about, "", outcomes.round(3).to_string(index=False)]
        if len(self.inflammation):
            lines += ["", say("people.inflammation", lang), "", self.inflammation.round(2).to_string(index=False)]
        lines.append("")
        for basis, share in self.tempered.items():
            least = f"{MIN_EFFECTIVE:g}"
            lines.append(say("people.tempered", lang, basis=basis, share=f"{100 * share:.0f}", least=least))
        for basis, row in self.discrepancy.items():
            unused = ", ".join(lab for lab, sd in row.items() if not np.isfinite(sd)) or say("people.no_lab", lang)
            lines.append(say("people.unused", lang, basis=basis, labs=unused))
        lines += [
            say("people.not_predicted", lang, what=what, n=count, why=why) for what, count, why in self.not_predicted
        ]
        lines += [say("people.note", lang, note=note) for note in self.notes]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Summary in types of JSON, without the rows, which hold data of people."""
        discrepancy = {
            basis: {lab: sd if np.isfinite(sd) else None for lab, sd in row.items()}
            for basis, row in self.discrepancy.items()
        }
        return {
            "file": self.file,
            "training_file": self.training_file,
            "people": self.people,
            "events": self.events,
            "labs": _records(self.totals()),
            "outcomes": _records(self.outcomes()),
            "inflammation": _records(self.inflammation),
            "tempered": dict(self.tempered),
            "discrepancy": discrepancy,
            "not_predicted": [{"what": w, "people": n, "why": y} for w, n, y in self.not_predicted],
            "notes": list(self.notes),
            "settings": dict(self.settings),
            "purpose": "for research use",
        }


def _lab_totals(part: pd.DataFrame, basis: str, lab: str, day: str) -> dict[str, Any] | None:
    """Scores of all predictors on the people whom all of them forecast; None where there is nobody."""
    wide = part.pivot(index=["person", "day"], columns="predictor", values="score").dropna()
    if not len(wide):
        return None
    row: dict[str, Any] = {"basis": basis, "lab": lab, "day": day, "n": len(wide)}
    shown = {Predictor.CORRECTED: "in"} | {p: f"{p.value} in" for p in (Predictor.MIXED_MODEL, Predictor.POOL)}
    for predictor, label in shown.items():
        if predictor.value in wide:
            own = part[part["predictor"] == predictor.value].set_index(["person", "day"]).loc[wide.index]
            for share in (50, 90):
                inside = (own["observed"] >= own[f"low{share}"]) & (own["observed"] <= own[f"high{share}"])
                row[f"{label} {share} %"] = float(inside.mean())
    crps = {p: float(wide[p.value].mean()) for p in Predictor if p.value in wide}
    columns = (*_MODELS, *_BASELINES, Predictor.REGRESSION_WITH_MODEL)
    row |= {f"crps {p.value}": crps[p] for p in columns if p in crps}
    row["pool / best"] = crps[Predictor.POOL] / min(crps[p] for p in _BASELINES if p in crps)
    row |= {f"model / {p.value}": crps[Predictor.CORRECTED] / crps[p] for p in _BASELINES if p in crps}
    if {Predictor.REGRESSION_WITH_MODEL, Predictor.REGRESSION} <= set(crps):
        row["with model / regression"] = crps[Predictor.REGRESSION_WITH_MODEL] / crps[Predictor.REGRESSION]
    return row


def _outcome_rows(wide: pd.DataFrame, event: Floats, basis: str, seed: int) -> list[dict[str, Any]]:
    """Discrimination and Brier score of each predictor of the outcome on the same people."""
    scores = {p.value: wide[p.value].to_numpy(float) for p in OUTCOME_PREDICTORS if p.value in wide}
    drawn = bootstrap_auc(event, scores, seed=seed)
    model = Predictor.UNCORRECTED.value
    rows = []
    for name, score in scores.items():
        low, high = percentile_interval(drawn[name])
        less, more = percentile_interval(drawn[model] - drawn[name])
        rows.append(
            {
                "basis": basis,
                "predictor": name,
                "people": len(event),
                "events": int(event.sum()),
                "auc": auc(event, score),
                "auc_low": low,
                "auc_high": high,
                "model_more_by": auc(event, scores[model]) - auc(event, score),
                "more_low": less,
                "more_high": more,
                "brier": brier(event, score),
                "mean_probability": float(score.mean()),
            }
        )
    return rows


def _comparisons(totals: pd.DataFrame, lang: str) -> list[str]:
    """Sentences that count the labs and bases in which the model has the better CRPS."""
    rows = totals[totals["day"] == "all"]
    lines = []
    for model in reversed(_MODELS):
        for other in _BASELINES:
            ratio = (rows[f"crps {model.value}"] / rows.get(f"crps {other.value}", np.nan)).dropna()
            better, of = int((ratio < 1).sum()), len(ratio)
            lines.append(say("people.better", lang, model=model.value, other=other.value, better=better, of=of))
    return lines


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows in types of JSON, None where a number is not finite."""
    return [
        {str(k): None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]
