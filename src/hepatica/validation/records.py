"""Records of predicted and published numbers, and mean scores in which each publication counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.validation.batches import Scored, batch_errors
from hepatica.validation.scores import covered

Floats = NDArray[np.float64]
REFERENCES = ("no_effect", "pooled_effect", "meta_regression")


class HypothesisScore(NamedTuple):
    """Predictive median and scores under one hypothesis, with their Monte Carlo standard errors."""

    median: float
    crps: float
    log_score: float
    crps_error: float = float("nan")
    log_score_error: float = float("nan")

    @classmethod
    def of(cls, predictive: Scored, observed: float) -> HypothesisScore:
        """Scores of a predictive distribution."""
        errors = predictive.monte_carlo_errors(observed)
        return cls(predictive.median, predictive.crps(observed), predictive.log_score(observed), *errors)


class BaselineScore(NamedTuple):
    """90 % interval and scores of a baseline, with their Monte Carlo standard errors."""

    q05: float
    q95: float
    crps: float
    log_score: float
    crps_error: float = float("nan")
    log_score_error: float = float("nan")

    @classmethod
    def of(cls, predictive: Scored, observed: float) -> BaselineScore:
        """Scores of a predictive distribution.

        Parameters
        ----------
        predictive : Scored
            Of the baseline.
        observed : float
            The published value.
        """
        q, errors = predictive.quantiles(), predictive.monte_carlo_errors(observed)
        return cls(float(q[0]), float(q[4]), predictive.crps(observed), predictive.log_score(observed), *errors)


SCORE_NAMES = ("crps", "logscore", "crps_error", "logscore_error")  # of columns


def _json_number(x: float) -> float | None:
    """Number for JSON, which has no NaN."""
    return None if np.isnan(x) else float(x)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One published number, its predictive quantiles and its scores.

    Attributes
    ----------
    publication, arm, against, endpoint, unit : str
        `against` names the arm from which it is a difference; empty for an arm by itself.
    time, observed : float
    quantiles : (5,)
    crps, log_score : float
    crps_error, log_score_error : float
        Monte Carlo standard errors, by the finite number of draws.
    by_hypothesis : dict of str to HypothesisScore
    references : dict of str to BaselineScore
    cells : bool
        True where cells were given in the arm.
    change : bool
        True where the endpoint is a change since day 0.
    until : float
        Last day that it may be of; NaN where the day is exact.
    statement : str
        What was printed, where it is a statement on a number and `observed` is NaN; its scores are those of its
        probability.
    probability : float
        Of the statement; NaN of a number.
    scale : str
        Of a comparison of arms: ``difference``, a ratio, or ``z`` of its test.
    batches : (2, batches)
        CRPS and logarithmic score of batches of the draws.
    odds : tuple of float
        Of a difference of shares, as an odds ratio: observed, predicted median, 5 and 95 % quantiles, half a person
        added to each count. Empty for everything else.
    """

    publication: str
    arm: str
    against: str
    endpoint: str
    unit: str
    time: float
    observed: float
    quantiles: Floats
    crps: float
    log_score: float
    by_hypothesis: dict[str, HypothesisScore]
    references: dict[str, BaselineScore]
    cells: bool
    crps_error: float = float("nan")
    log_score_error: float = float("nan")
    odds: tuple[float, ...] = ()
    change: bool = False
    until: float = float("nan")
    statement: str = ""
    probability: float = float("nan")
    scale: str = "difference"
    batches: Floats = field(default_factory=lambda: np.full((2, 1), np.nan))

    @property
    def is_statement(self) -> bool:
        """True where a statement was printed and not a number."""
        return bool(np.isnan(self.observed))

    @property
    def endpoint_text(self) -> str:
        """Endpoint as files and tables name it."""
        text = f"{self.endpoint} (change)" if self.change else self.endpoint
        return text if self.scale == "difference" else f"{text} ({self.scale.replace('_', ' ')})"

    @property
    def day_text(self) -> str:
        """Day as tables show it; a span where it is not exact."""
        return f"{self.time:g}" if np.isnan(self.until) else f"{self.time:g} - {self.until:g}"

    def json(self) -> dict[str, Any]:
        """One flat record in types of JSON."""
        q = dict(zip(("q05", "q25", "median", "q75", "q95"), map(float, self.quantiles), strict=True))
        own = {
            f"{n}_{k}": v
            for n, row in self.references.items()
            for k, v in zip(("q05", "q95", *SCORE_NAMES), map(_json_number, row), strict=True)
        }
        mine = {
            f"{h}_{k}": v
            for h, row in self.by_hypothesis.items()
            for k, v in zip(("median", *SCORE_NAMES), map(_json_number, row), strict=True)
        }
        return {
            "publication": self.publication,
            "arm": self.arm,
            "against": self.against,
            "endpoint": self.endpoint_text,
            "time": self.time,
            "unit": self.unit,
            "observed": _json_number(self.observed),
            "until": _json_number(self.until),
            "statement": self.statement,
            "probability": _json_number(self.probability),
            **q,
            "crps": self.crps,
            "logscore": self.log_score,
            "crps_error": _json_number(self.crps_error),
            "logscore_error": _json_number(self.log_score_error),
            **own,
            **mine,
            **dict(
                zip(("odds_ratio", "odds_ratio_median", "odds_ratio_q05", "odds_ratio_q95"), self.odds, strict=False)
            ),
            "cells": self.cells,
        }


@dataclass(frozen=True)
class Validation:
    """Predictions of publications and their scores.

    Attributes
    ----------
    records : tuple of Record
        One for each published number and each difference between arms.
    not_predicted : dict of str to str
        Numbers and arms without a prediction, and the reason.
    matching : dict of str to float
        Effective share of virtual patients of each arm once they match its published means at day 0.
    pareto_k : dict of str to float
        Of publications left out of the calibration by importance sampling; from 0.7 on it was repeated without them.
    in_sample : tuple of str
        Publications that the draws were calibrated to.
    effective : dict of str to float
        Effective number of virtual patients of each arm, over all draws.
    assumed : dict of str to tuple of str
        What was assumed of each arm, for its publication does not say.
    """

    records: tuple[Record, ...]
    not_predicted: dict[str, str] = field(default_factory=dict)
    matching: dict[str, float] = field(default_factory=dict)
    pareto_k: dict[str, float] = field(default_factory=dict)
    in_sample: tuple[str, ...] = ()
    effective: dict[str, float] = field(default_factory=dict)
    assumed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def joined(cls, parts: Sequence[Validation]) -> Validation:
        """Validation of all publications of some others, in their order."""
        return cls(
            records=tuple(r for v in parts for r in v.records),
            not_predicted={k: w for v in parts for k, w in v.not_predicted.items()},
            matching={k: w for v in parts for k, w in v.matching.items()},
            pareto_k={k: w for v in parts for k, w in v.pareto_k.items()},
            in_sample=tuple(dict.fromkeys(k for v in parts for k in v.in_sample)),
            effective={k: w for v in parts for k, w in v.effective.items()},
            assumed={k: w for v in parts for k, w in v.assumed.items()},
        )

    def frame(self) -> pd.DataFrame:
        """Records as a table."""
        return pd.DataFrame([r.json() for r in self.records])

    def totals(self) -> pd.DataFrame:
        """Mean coverage and scores by publication, of model and baselines, and over publications with equal weights.

        Errors are Monte Carlo standard errors by batches of the draws, which all numbers of a validation share.
        """
        frame = self.frame()
        if frame.empty:
            return frame
        observed = frame["observed"].astype(float)
        scale, none = np.maximum(observed.abs().fillna(1.0), 1.0), observed.isna()  # no interval holds a statement
        rows = pd.DataFrame(
            {
                "publication": frame["publication"],
                "numbers": 1.0,
                "in_50": ((frame["q25"] <= observed) & (observed <= frame["q75"])).astype(float).mask(none),
                "in_90": ((frame["q05"] <= observed) & (observed <= frame["q95"])).astype(float).mask(none),
                "crps": frame["crps"] / scale,
                "logscore": frame["logscore"],
                "width_90": ((frame["q95"] - frame["q05"]) / scale).mask(none),
                **{f"{n}_crps": frame[f"{n}_crps"] / scale for n in REFERENCES},
                **{f"{n}_logscore": frame[f"{n}_logscore"] for n in REFERENCES},
                **{f"{n}_width_90": ((frame[f"{n}_q95"] - frame[f"{n}_q05"]) / scale).mask(none) for n in REFERENCES},
            }
        )
        numbers = rows.groupby("publication")["numbers"].sum()
        each = rows.drop(columns="numbers").groupby("publication").mean()
        each.insert(0, "numbers", numbers)
        overall = each.mean().to_frame("all, each once").T
        overall["numbers"] = numbers.sum()
        totals = pd.concat([each, overall])
        totals[["crps_error", "logscore_error"]] = self._errors(scale.to_numpy(float), list(each.index))
        return totals.rename_axis("publication").reset_index()

    def _errors(self, scale: Floats, keys: list[str]) -> Floats:
        """Monte Carlo standard errors of both mean scores, (publications and all, 2)."""
        size = min(r.batches.shape[1] for r in self.records)
        unit = np.stack([scale, np.ones_like(scale)], axis=1)[:, :, None]
        each = np.stack([r.batches[:, :size] for r in self.records]) / unit
        of = np.array([r.publication for r in self.records])
        means = np.stack([each[of == key].mean(axis=0) for key in keys])
        return np.array([batch_errors(x) for x in (*means, means.mean(axis=0))])

    def parts(self) -> pd.DataFrame:
        """Totals of untreated numbers, numbers with cells and differences apart, publications weighing the same."""
        chosen = {
            "untreated": [r for r in self.records if not r.cells],
            "with_cells": [r for r in self.records if r.cells and not r.against],
            "differences": [r for r in self.records if r.cells and r.against],
        }
        rows = {part: Validation(tuple(some)).totals().iloc[-1] for part, some in chosen.items() if some}
        return pd.DataFrame(rows).T.drop(columns="publication", errors="ignore").rename_axis("part").reset_index()


def coverage(v: Validation) -> tuple[float, float]:
    """Coverage of the central 50 % and 90 % intervals, publications with equal weights.

    Parameters
    ----------
    v : Validation
        With at least one record.
    """
    each: dict[str, list[tuple[bool, bool]]] = {}
    for r in (r for r in v.records if not r.is_statement):
        each.setdefault(r.publication, []).append(covered(r.observed, r.quantiles))
    means = [np.mean(rows, axis=0) for rows in each.values()]
    both = np.mean(means, axis=0)
    return float(both[0]), float(both[1])
