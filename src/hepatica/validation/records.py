"""Predicted numbers beside what was seen, and their scores by publication, each counting once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.validation.scores import covered

Floats = NDArray[np.float64]
REFERENCES = ("no_effect", "pooled_effect")


@dataclass(frozen=True)
class Record:
    """One published number and what was predicted of it.

    Attributes
    ----------
    publication, arm, against, endpoint, unit : str
        `against` names the arm from which it is a difference; empty for an arm by itself.
    time, observed : float
    quantiles : (5,)
    crps, log_score : float
    by_hypothesis : dict of str to (median, crps, log score)
    references : dict of str to (q05, q95, crps, log score)
    cells : bool
        Whether cells were given in the arm.
    change : bool
        Whether the endpoint is a change since day 0.
    odds : tuple of float
        Of a difference of shares, as an odds ratio: observed, predicted median, 5 and 95 % quantiles, half a person added
        to each count. Empty for everything else.
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
    by_hypothesis: dict[str, tuple[float, float, float]]
    references: dict[str, tuple[float, float, float, float]]
    cells: bool
    odds: tuple[float, ...] = ()
    change: bool = False

    @property
    def endpoint_text(self) -> str:
        """Endpoint as files and tables name it."""
        return f"{self.endpoint} (change)" if self.change else self.endpoint

    def json(self) -> dict[str, Any]:
        """As one flat record."""
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
            **own,
            **mine,
            **dict(
                zip(("odds_ratio", "odds_ratio_median", "odds_ratio_q05", "odds_ratio_q95"), self.odds, strict=False)
            ),
            "cells": self.cells,
        }


@dataclass(frozen=True)
class Validation:
    """Records, what could not be predicted and why, and how well each arm's patients could be made to look like it.

    `shapes` are Pareto k of publications that were left out of what was learnt; from 0.7 on it was learnt anew without
    them. `in_sample` names those that were learnt from.
    """

    records: tuple[Record, ...]
    left: dict[str, str] = field(default_factory=dict)
    alike: dict[str, float] = field(default_factory=dict)
    shapes: dict[str, float] = field(default_factory=dict)
    in_sample: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row a record."""
        return pd.DataFrame([r.json() for r in self.records])

    def totals(self) -> pd.DataFrame:
        """One row a publication and one for all of them, each counting once: coverage, scores, and the references' scores."""
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
        whole = each.mean().to_frame("all, each once").T
        whole["numbers"] = numbers.sum()
        return pd.concat([each, whole]).rename_axis("publication").reset_index()


def coverage(v: Validation) -> tuple[float, float]:
    """Shares of numbers in their 50 and 90 % intervals, each publication counting once."""
    each: dict[str, list[tuple[bool, bool]]] = {}
    for r in v.records:
        each.setdefault(r.publication, []).append(covered(r.observed, r.quantiles))
    means = [np.mean(rows, axis=0) for rows in each.values()]
    both = np.mean(means, axis=0)
    return float(both[0]), float(both[1])
