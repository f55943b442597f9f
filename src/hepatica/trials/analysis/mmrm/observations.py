"""Rows that a mixed model for repeated measures uses, and starting values of its covariance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.trials.analysis.mmrm.likelihood import Model

Array = NDArray[np.float64]
Codes = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]


def observed_rows(
    data: Mapping[str, ArrayLike],
    names: tuple[str, str, str, str | None],
    terms: Sequence[str | Sequence[str]],
    coordinates: Sequence[str] = (),
) -> tuple[dict[str, NDArray[np.generic]], Codes, tuple[tuple[object, ...], tuple[object, ...]]]:
    """Rows with an outcome, codes of patient, visit and group, and the labels of visits and groups.

    Parameters
    ----------
    data : mapping of str to (row,)
        One row for each patient and visit.
    names : (outcome, patient, visit, covariance group)
        The last may be None.
    terms : sequence of str or of sequence of str
        Fixed effects.
    coordinates : sequence of str
        Variables whose points take the place of the visits; their labels are the points.
    """
    outcome, patient, visit, group = names
    columns = (
        {n for n in names if n} | set(coordinates) | {n for t in terms for n in ((t,) if isinstance(t, str) else t)}
    )
    for name in sorted(columns - set(data)):
        raise InputError("data", name, f"a variable of the data: {', '.join(map(str, data))}")
    y = np.asarray(data[outcome], dtype=np.float64)
    seen = np.isfinite(y)
    if not seen.any():
        raise InputError(outcome, "no value", "at least one outcome that is not missing")
    rows = {name: np.asarray(data[name])[seen] for name in sorted(columns)}
    who = np.unique(rows[patient], return_inverse=True)[1]
    visits, when = np.unique(rows[visit], return_inverse=True)
    groups, arm = np.unique(rows[group], return_inverse=True) if group else (np.array(["all"]), np.zeros(who.size, int))
    pair = who * visits.size + when
    if np.unique(pair).size < pair.size:
        raise InputError(visit, "two rows of a patient at one visit", "one row for each patient and visit")
    if coordinates:
        visits, when = _points(rows, coordinates)
        if np.unique(who * len(visits) + when).size < who.size:
            raise InputError(
                "coordinates", tuple(coordinates), "no two rows of a patient at one point; the covariance has no noise"
            )
    return rows, (who, when, arm), (tuple(visits.tolist()), tuple(groups.tolist()))


def _points(rows: Mapping[str, NDArray[np.generic]], coordinates: Sequence[str]) -> tuple[Array, NDArray[np.intp]]:
    """Points that occur, (point, coordinate), and the point of each row."""
    try:
        at = np.column_stack([np.asarray(rows[name], float) for name in coordinates])
    except ValueError:
        raise InputError("coordinates", tuple(coordinates), "variables that are numbers") from None
    if not np.isfinite(at).all():
        raise InputError("coordinates", tuple(coordinates), "no coordinate missing where there is an outcome")
    points, when = np.unique(at, axis=0, return_inverse=True)
    return points, when.ravel()


def starting_values(model: Model, x: Array, y: Array, codes: Codes) -> Array:
    """Starting values of the covariance parameters from the residuals of least squares, (group x parameter,).

    Parameters
    ----------
    model : Model
        Whose structure is started.
    x : (row, p)
        Design.
    y : (row,)
        Outcome.
    codes : (patient, visit, group)
        Each (row,) of int.
    """
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    who, when, arm = codes
    rows = []
    for g in range(model.groups):
        mine = arm == g
        counts = np.maximum(np.bincount(when[mine], minlength=model.visits), 1)
        variances = np.bincount(when[mine], weights=residual[mine] ** 2, minlength=model.visits) / counts
        variances = np.where(variances > 0, variances, max(float(residual @ residual) / y.size, 1e-12))
        scaled = residual / np.sqrt(variances[when])
        sums = np.bincount(who[mine], weights=scaled[mine])
        squares, n = np.bincount(who[mine], weights=scaled[mine] ** 2), np.bincount(who[mine])
        pairs = float((n * (n - 1)).sum())
        correlation = float((sums**2 - squares).sum()) / pairs if pairs else 0.0
        low = -0.5 / max(model.visits - 1, 1)
        rows.append(model.structure.start(variances, float(np.clip(correlation, low, 0.9))))
    return np.concatenate(rows)
