"""Metabolic recovery: share of each lost liver function regained, time to recovery, and patients who recover."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.model.parameters import read_table
from hepatica.outcomes.survival import survival_from_intensity

Array = NDArray[np.float64]
HALF = 0.5  # a function is back when half of what was lost is regained
LEAST = 0.05  # of the healthy level; a function that lost less is not counted
WORST = -1.0  # a share counts no lower, so that a small loss that doubles does not rule the mean
TABLES = ("bilirubin", "synthesis", "metabolism")


@dataclass(frozen=True)
class Function:
    """One function of the liver and the output that shows it.

    Attributes
    ----------
    name : str
    output : str
        A state or quantity of the model.
    unit : str
        Unit of the output, "" without one.
    healthy : float or str
        Level in health, or the name of the parameter that gives it.
    direction : {1, -1}
        1 when more is better.
    lag : str
        How the reading lags behind the liver: "none", "hours", "days" or "weeks".
    """

    name: str
    output: str
    unit: str
    healthy: float | str
    direction: int
    lag: str


FUNCTIONS: tuple[Function, ...] = (
    Function("bilirubin excretion", "excretion_capacity", "", 1.0, 1, "none"),
    Function("bilirubin conjugation", "conjugation_capacity", "", 1.0, 1, "none"),
    Function("bilirubin", "bilirubin", "mg/dL", 0.644, -1, "weeks"),
    Function("albumin synthesis", "albumin_synthesis_capacity", "", 1.0, 1, "none"),
    Function("factor V", "factor_v", "", 1.0, 1, "days"),
    Function("factor VII", "factor_vii", "", 1.0, 1, "hours"),
    Function("INR", "inr", "", 1.0, -1, "days"),
    Function("fibrinogen", "fibrinogen", "g/L", "fibrinogen_healthy", 1, "days"),
    Function("urea synthesis", "fhnc", "L/hour", "fhnc_healthy", 1, "none"),
    Function("ammonia", "ammonia", "umol/L", "ammonia_healthy", -1, "hours"),
    Function("lactate clearance", "lactate_clearance", "", 1.0, 1, "none"),
    Function("glucose production", "glucose_production", "umol/kg/min", "production_healthy", 1, "days"),
    Function("glycogen", "glycogen", "", 1.0, 1, "days"),
    Function("ICG clearance", "icg_pdr", "percent/min", 21.5, 1, "none"),
)
OUTPUTS = (*dict.fromkeys(f.output for f in FUNCTIONS), "death_intensity")


def healthy_level(function: Function, parameters: Mapping[str, ArrayLike] | None = None) -> Array:
    """Level of a function in health.

    Parameters
    ----------
    function : Function
        Of the liver.
    parameters : mapping of str to (patient,), optional
        Patients' own parameters; those missing take the typical value of their table.

    Returns
    -------
    () or (patient,) ndarray

    Examples
    --------
    >>> [float(healthy_level(f)) for f in FUNCTIONS if f.name in ("urea synthesis", "INR")]
    [1.0, 22.4]
    """
    if not isinstance(function.healthy, str):
        return np.asarray(function.healthy, float)
    if parameters is not None and function.healthy in parameters:
        return np.asarray(parameters[function.healthy], float)
    return np.asarray(_typical(function.healthy), float)


@functools.cache
def _typical(parameter: str) -> float:
    """Typical value of a parameter, from the table that has it."""
    for table in TABLES:
        entry = read_table(table).parameters.get(parameter)
        if entry is not None:
            return float(entry.value)
    raise InputError("healthy", parameter, f"a number or a parameter of {', '.join(TABLES)}")


def share_recovered(values: ArrayLike, healthy: ArrayLike, direction: int = 1) -> Array:
    """Share of the lost function that is back: 0 as at the first time, 1 as in health.

    Parameters
    ----------
    values : (..., time)
        Readings from admission on.
    healthy : () or (...)
        Level in health.
    direction : {1, -1}
        1 when more is better.

    Returns
    -------
    (..., time) ndarray
        From -1 (as much lost again, or more) to 1; NaN where hardly anything was lost at admission.

    Examples
    --------
    >>> share_recovered([0.2, 0.4, 0.6, 1.2, 0.1], 1.0).round(3).tolist()
    [0.0, 0.25, 0.5, 1.0, -0.125]
    >>> share_recovered([4.0, 2.0], 1.0, -1).round(3).tolist()
    [0.0, 0.667]
    """
    values = np.asarray(values, float)
    healthy = np.broadcast_to(np.asarray(healthy, float), values.shape[:-1])[..., None]
    missing = direction * (healthy - values)
    lost = missing[..., :1]
    counted = lost > LEAST * np.abs(healthy)
    share = np.clip(1.0 - missing / np.where(counted, lost, 1.0), WORST, 1.0)
    return np.where(counted, share, np.nan)


def day_back(times: ArrayLike, share: ArrayLike, level: float = HALF) -> Array:
    """First day at which a share reaches a level, by straight lines; inf where it never does, NaN where it is NaN.

    Examples
    --------
    >>> day_back([0, 10, 20], [[0.0, 0.4, 0.6], [0.0, 0.1, 0.2]]).tolist()
    [15.0, inf]
    """
    times, share = np.asarray(times, float), np.asarray(share, float)
    reached = share >= level
    after = np.argmax(reached, axis=-1)[..., None]
    before = np.maximum(after - 1, 0)
    low, high = np.take_along_axis(share, before, -1), np.take_along_axis(share, after, -1)
    rise = np.where(high > low, high - low, 1.0)
    part = np.where(after > before, (level - low) / rise, 0.0)
    day = (times[before] + part * (times[after] - times[before]))[..., 0]
    return np.where(np.isnan(share).any(-1), np.nan, np.where(reached.any(-1), day, np.inf))


def weighted_median(values: ArrayLike, weights: ArrayLike) -> float:
    """Smallest value that half of the weight does not exceed; NaN where that is inf, or without weight.

    Examples
    --------
    >>> weighted_median([3.0, 1.0, np.inf], [1.0, 1.0, 0.5]), weighted_median([1.0, np.inf], [1.0, 2.0])
    (3.0, nan)
    """
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    use = ~np.isnan(values) & (weights > 0)
    if not use.any():
        return float("nan")
    order = np.argsort(values[use], kind="stable")
    below = np.cumsum(weights[use][order])
    median = float(values[use][order][np.searchsorted(below, below[-1] / 2 * (1 - 1e-12))])
    return median if np.isfinite(median) else float("nan")


def recovery(
    ds: xr.Dataset,
    days: Sequence[float] = (7.0, 28.0, 90.0),
    *,
    functions: Sequence[Function] = FUNCTIONS,
    parameters: Mapping[str, ArrayLike] | None = None,
) -> xr.Dataset:
    """Recovery of each function by arm.

    Parameters
    ----------
    ds : xr.Dataset
        Outputs of `simulate` with dimensions (arm, patient, time), among them `death_intensity`; time from 0, in days.
    days : sequence of float
        When shares are wanted.
    functions : sequence of Function
        To follow.
    parameters : mapping of str to (patient,), optional
        Patients' own healthy levels; else typical ones.

    Returns
    -------
    xr.Dataset
        `share_recovered` (arm, function, day), mean among those alive; `median_day` (arm, function), day at which
        half of the lost function is back, median of those alive at the last time, NaN where it comes back in less
        than half of them; `share_back` (arm, function), share of all patients alive at the last time with at least
        half of it back; `counted` (arm, function), share of patients who had lost the function. A patient counts
        by the probability of being alive; one whose solve failed does not count.

    Raises
    ------
    InputError
        If a day lies outside the simulated time, or an output is missing.

    Examples
    --------
    >>> dims = ("arm", "patient", "time")
    >>> ds = xr.Dataset({"factor_v": (dims, [[[0.2, 0.6, 1.0], [0.4, 0.4, 0.4]]]),
    ...                  "death_intensity": (dims, np.zeros((1, 2, 3)))}, {"arm": ["a"], "time": [0.0, 10.0, 20.0]})
    >>> found = recovery(ds, [10.0], functions=[f for f in FUNCTIONS if f.name == "factor V"])
    >>> float(found["share_recovered"][0, 0, 0]), float(found["share_back"][0, 0]), float(found["median_day"][0, 0])
    (0.25, 0.5, 10.0)
    """
    times, at = np.asarray(ds["time"].values, float), np.asarray(days, float)
    if missing := [n for n in ("death_intensity", *(f.output for f in functions)) if n not in ds]:
        raise InputError("outputs", missing[0], "a Dataset that holds it; simulate recovery.OUTPUTS")
    if np.any(at < times[0]) or np.any(at > times[-1]):
        raise InputError("days", list(days), f"days from {times[0]:g} to {times[-1]:g}")
    alive = survival_from_intensity(times, ds["death_intensity"].transpose("arm", "patient", "time").values)
    alive = np.where(np.isnan(alive), 0.0, alive)
    rows = [_one(ds, f, times, alive, at, parameters) for f in functions]
    by = ("arm", "function")
    said = (
        ("share_recovered", (*by, "day"), "share of the lost function that is back, mean of those alive", ""),
        ("median_day", by, "day at which half of the lost function is back", "day"),
        ("share_back", by, "patients alive with at least half of the lost function back", ""),
        ("counted", by, "patients who had lost the function at admission", ""),
    )
    return xr.Dataset(
        {
            name: (dims, np.stack([r[k] for r in rows], axis=1), {"label": label, "units": units})
            for k, (name, dims, label, units) in enumerate(said)
        },
        coords={
            "arm": ds["arm"].values,
            "function": [f.name for f in functions],
            "day": ("day", at, {"units": "day"}),
            "output": ("function", [f.output for f in functions]),
            "lag": ("function", [f.lag for f in functions]),
        },
        attrs={"horizon": float(times[-1])},
    )


def _one(
    ds: xr.Dataset, f: Function, times: Array, alive: Array, at: Array, parameters: Mapping[str, ArrayLike] | None
) -> tuple[Array, Array, Array, Array]:
    values = ds[f.output].transpose("arm", "patient", "time").values
    solved = np.asarray(~np.isnan(values).any(-1))
    share = share_recovered(np.where(solved[..., None], values, np.nan), healthy_level(f, parameters), f.direction)
    lost = np.asarray(~np.isnan(share).any(-1))
    weight = np.where(lost[..., None], alive, 0.0)
    below = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(times) - 2)
    part = (at - times[below]) / (times[below + 1] - times[below])
    at_days = [
        (1 - part) * v[..., below] + part * v[..., below + 1] for v in (weight, np.where(lost[..., None], share, 0.0))
    ]
    total = at_days[0].sum(1)
    mean = np.where(total > 0, (at_days[0] * at_days[1]).sum(1) / np.where(total > 0, total, 1.0), np.nan)
    when = day_back(times, share)
    median = np.array([weighted_median(w, a) for w, a in zip(when, weight[..., -1], strict=True)])
    patients = np.maximum(lost.sum(1), 1)
    back = (weight[..., -1] * (np.where(lost, share[..., -1], 0.0) >= HALF)).sum(1) / patients
    any_lost = lost.any(1)
    return mean, median, np.where(any_lost, back, np.nan), lost.sum(1) / np.maximum(solved.sum(1), 1)
