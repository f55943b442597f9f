"""Records of predicted and published numbers, and mean scores in which each publication counts once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.validation.scores import Predictive, covered

Floats = NDArray[np.float64]
REFERENCES = ("no_effect", "pooled_effect", "meta_regression")


class HypothesisScore(NamedTuple):
    """Predictive median and scores under one hypothesis."""

    median: float
    crps: float
    log_score: float


class BaselineScore(NamedTuple):
    """90 % interval and scores of a baseline."""

    q05: float
    q95: float
    crps: float
    log_score: float

    @classmethod
    def of(cls, predictive: Predictive, observed: float) -> BaselineScore:
        """Scores of a predictive distribution.

        Parameters
        ----------
        predictive : Predictive
            Of the baseline.
        observed : float
            The published value.
        """
        q = predictive.quantiles()
        return cls(float(q[0]), float(q[4]), predictive.crps(observed), predictive.log_score(observed))


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

    @property
    def endpoint_text(self) -> str:
        """Endpoint as files and tables name it."""
        return f"{self.endpoint} (change)" if self.change else self.endpoint

    def json(self) -> dict[str, Any]:
        """One flat record in types of JSON."""
        q = dict(zip(("q05", "q25", "median", "q75", "q95"), map(float, self.quantiles), strict=True))
        own = {
            f"{n}_{k}": v
            for n, row in self.references.items()
            for k, v in zip(("q05", "q95", "crps", "logscore"), row, strict=True)
        }
        mine = {
            f"{h}_{k}": v
            for h, row in self.by_hypothesis.items()
            for k, v in zip(("median", "crps", "logscore"), row, strict=True)
        }
        return {
            "publication": self.publication,
            "arm": self.arm,
            "against": self.against,
            "endpoint": self.endpoint_text,
            "time": self.time,
            "unit": self.unit,
            "observed": self.observed,
            **q,
            "crps": self.crps,
            "logscore": self.log_score,
            "crps_error": None if np.isnan(self.crps_error) else self.crps_error,
            "logscore_error": None if np.isnan(self.log_score_error) else self.log_score_error,
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
    """

    records: tuple[Record, ...]
    not_predicted: dict[str, str] = field(default_factory=dict)
    matching: dict[str, float] = field(default_factory=dict)
    pareto_k: dict[str, float] = field(default_factory=dict)
    in_sample: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Records as a table."""
        return pd.DataFrame([r.json() for r in self.records])

    def totals(self) -> pd.DataFrame:
        """Mean coverage and scores by publication, of model and baselines, and over publications with equal weights."""
        frame = self.frame()
        if frame.empty:
            return frame
        scale = np.maximum(frame["observed"].abs(), 1.0)
        rows = pd.DataFrame(
            {
                "publication": frame["publication"],
                "numbers": 1.0,
                "in_50": (frame["q25"] <= frame["observed"]) & (frame["observed"] <= frame["q75"]),
                "in_90": (frame["q05"] <= frame["observed"]) & (frame["observed"] <= frame["q95"]),
                "crps": frame["crps"] / scale,
                "logscore": frame["logscore"],
                "width_90": (frame["q95"] - frame["q05"]) / scale,
                **{f"{n}_crps": frame[f"{n}_crps"] / scale for n in REFERENCES},
                **{f"{n}_logscore": frame[f"{n}_logscore"] for n in REFERENCES},
                **{f"{n}_width_90": (frame[f"{n}_q95"] - frame[f"{n}_q05"]) / scale for n in REFERENCES},
            }
        )
        numbers = rows.groupby("publication")["numbers"].sum()
        each = rows.drop(columns="numbers").groupby("publication").mean()
        each.insert(0, "numbers", numbers)
        overall = each.mean().to_frame("all, each once").T
        overall["numbers"] = numbers.sum()
        return pd.concat([each, overall]).rename_axis("publication").reset_index()

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
    for r in v.records:
        each.setdefault(r.publication, []).append(covered(r.observed, r.quantiles))
    means = [np.mean(rows, axis=0) for rows in each.values()]
    both = np.mean(means, axis=0)
    return float(both[0]), float(both[1])
