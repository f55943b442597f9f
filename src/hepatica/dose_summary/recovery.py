"""Recovery of metabolic functions of standard care and of the shown regimen, on the days of a table and of a curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from hepatica.dose_study import Answer
from hepatica.dose_summary.courses import first_course
from hepatica.outcomes.recovery import recovery

DAYS = (7.0, 28.0, 90.0)
CURVE_POINTS = 40


@dataclass(frozen=True)
class ArmRecovery:
    """Recovery of one arm.

    Attributes
    ----------
    hypothesis : str or None
        None of standard care, which is the same under all.
    table : Dataset
        As of `outcomes.recovery.recovery` on `table_days`: (function, day).
    curve : Dataset
        The same on `curve_days`.
    """

    hypothesis: str | None
    table: xr.Dataset
    curve: xr.Dataset


def table_days(answer: Answer) -> list[float]:
    """Days of the table: those of `DAYS` within the horizon, and the horizon."""
    last = float(first_course(answer)["time"].values[-1])
    return [*(d for d in DAYS if d < last), last]


def curve_days(answer: Answer) -> list[float]:
    """At most `CURVE_POINTS` simulated days, from the first to the last."""
    times = first_course(answer)["time"].values
    places = np.linspace(0, len(times) - 1, min(CURVE_POINTS, len(times)))
    return [float(t) for t in times[np.unique(np.rint(places).astype(int))]]


def recovery_by_arm(answer: Answer) -> list[ArmRecovery]:
    """Standard care, then the shown regimen under each hypothesis."""
    rows = [_of(answer, first_course(answer), 0, None)]
    if first_course(answer).sizes["arm"] > 1:
        rows += [_of(answer, ds, 1, h) for h, ds in answer.courses.items()]
    return rows


def _of(answer: Answer, ds: xr.Dataset, arm: int, hypothesis: str | None) -> ArmRecovery:
    table, curve = table_days(answer), curve_days(answer)
    recovered = recovery(ds.isel(arm=[arm]), days=[*table, *curve]).isel(arm=0)
    return ArmRecovery(
        hypothesis,
        recovered.isel(day=slice(0, len(table))),
        recovered.isel(day=slice(len(table), len(table) + len(curve))),
    )


def functions_of(rows: list[ArmRecovery]) -> list[str]:
    """Names of the functions."""
    return [str(f) for f in rows[0].table["function"].values]


def order_of_return(care: ArmRecovery) -> list[tuple[str, float]]:
    """Functions whose median survivor regains half of the loss, with the day, the earliest first."""
    when, names = care.table["median_day"].values, functions_of([care])
    order = np.argsort(np.nan_to_num(when, nan=np.inf), kind="stable")
    return [(names[k], float(when[k])) for k in order if np.isfinite(when[k])]


@dataclass(frozen=True)
class LargestGain:
    """Function and day at which an arm is farthest ahead of standard care, as a share of the lost function."""

    function: str
    day: float
    share: float


def largest_gain(care: ArmRecovery, arm: ArmRecovery) -> LargestGain:
    """Largest gain of an arm over standard care among the days of the table."""
    more = np.nan_to_num(arm.table["share_recovered"].values - care.table["share_recovered"].values)
    k, d = np.unravel_index(int(np.argmax(more)), more.shape)
    return LargestGain(functions_of([care])[k], float(arm.table["day"].values[d]), float(more[k, d]))
