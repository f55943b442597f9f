"""Dose-response of benefit and harm, by route, hypothesis and schedule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepatica.dose_study import Answer


@dataclass(frozen=True, order=True)
class Schedule:
    """Number of infusions and the days between them; 0 where there is one."""

    infusions: int
    interval: float


@dataclass(frozen=True)
class DoseSeries:
    """Regimens that differ in dose alone, under one hypothesis.

    Attributes
    ----------
    hypothesis : str
    schedule : Schedule
    rows : DataFrame
        Of the decision's table, by ``per_kg_dose``.
    """

    hypothesis: str
    schedule: Schedule
    rows: pd.DataFrame


def regimen_table(answer: Answer) -> pd.DataFrame:
    """Decision's table of regimens with cells, with ``per_kg_dose``, cells per kg at the median body weight."""
    frame = answer.decision.frame()
    frame = frame[(frame["infusions"] > 0) & (frame["dose"] > 0)].copy()
    weight = float(np.median(answer.patients.cohort.covariate("body_weight")))
    frame["per_kg_dose"] = frame["dose"].where(frame["per_kg"], frame["dose"] / weight)
    return frame


def schedules_of(frame: pd.DataFrame) -> list[Schedule]:
    """Schedules of a table, the fewest infusions first."""
    pairs = zip(frame["infusions"], frame["interval"], strict=True)
    return sorted({Schedule(int(n), float(q) if n > 1 else 0.0) for n, q in pairs})


def dose_series(frame: pd.DataFrame) -> list[DoseSeries]:
    """Dose-response of each hypothesis and schedule of one route."""
    schedules, series = schedules_of(frame), []
    for hypothesis, rows in frame.groupby("hypothesis", sort=False):
        for s in schedules:
            here = (rows["infusions"] == s.infusions) & ((rows["interval"] == s.interval) | (s.infusions == 1))
            if here.any():
                own = rows[here].drop_duplicates("per_kg_dose").sort_values("per_kg_dose")
                series.append(DoseSeries(str(hypothesis), s, own))
    return series
