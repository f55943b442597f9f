"""Cox's partial likelihood with its score and information, ties by Breslow or Efron."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


class Ties(StrEnum):
    """Treatment of events at the same time."""

    BRESLOW = "breslow"
    EFRON = "efron"
    EXACT = "exact"


@dataclass(frozen=True, kw_only=True)
class CoxData:
    """Histories and covariates in order of stratum and time, with the sets of the event times.

    Attributes
    ----------
    order : (patient,)
        Positions in what was given.
    time, entry : (patient,)
        End and start of observation.
    event : (patient,) of bool
    stratum : (patient,) of int
    x : (patient, covariate)
        Less `centre`.
    weight : (patient,)
        Case weights.
    centre : (covariate,)
    set_of : (patient,)
        For an event, its event time's number; -1 otherwise.
    set_time, set_stratum : (event time,)
        Time and stratum of each event time.
    """

    order: Integers
    time: Array
    entry: Array
    event: NDArray[np.bool_]
    stratum: Integers
    x: Array
    weight: Array
    centre: Array
    set_of: Integers
    set_time: Array
    set_stratum: Integers

    @property
    def deaths(self) -> Array:
        """Events at each event time."""
        return np.bincount(self.set_of[self.event], minlength=self.set_time.size).astype(float)

    def at_risk_sums(self, values: Array) -> Array:
        """Sums over the patients at risk at each event time, (event time, ...).

        Parameters
        ----------
        values : (patient, ...)
            In the order of the data.
        """
        return self._sums_from(self.time, values, side="left") - (
            self._sums_from(self.entry, values, side="left") if self.entry.any() else 0.0
        )

    def _sums_from(self, leave: Array, values: Array, *, side: str) -> Array:
        """Sums over patients of the same stratum whose time is at or after each event time."""
        sums = np.zeros((self.set_time.size, *values.shape[1:]))
        for k in range(int(self.stratum.max()) + 1):
            mine, sets = np.flatnonzero(self.stratum == k), self.set_stratum == k
            if not sets.any():
                continue
            sorted_ = mine[np.argsort(leave[mine], kind="stable")]
            tail = np.zeros((mine.size + 1, *values.shape[1:]))
            tail[:-1] = np.cumsum(values[sorted_][::-1], axis=0)[::-1]
            sums[sets] = tail[np.searchsorted(leave[sorted_], self.set_time[sets], side=side)]  # type: ignore[call-overload]
        return sums

    def event_sums(self, values: Array) -> Array:
        """Sums over the patients with the event at each event time, (event time, ...).

        Parameters
        ----------
        values : (patient, ...)
            In the order of the data.
        """
        sums = np.zeros((self.set_time.size, *values.shape[1:]))
        np.add.at(sums, self.set_of[self.event], values[self.event])
        return sums


def cox_data(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> CoxData:
    """Histories and covariates, verified and ordered.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    covariates : (patient, covariate)
        Without gaps.
    strata : (patient,), optional
        Each has its own baseline hazard.
    entry : (patient,), optional
        Start of observation; at risk after it.
    weights : (patient,), optional
        Case weights > 0.

    Raises
    ------
    InputError
        If shapes differ, a value is missing, or there is no event.
    """
    time, happened = checked_history(time, event)
    n, x = time.size, np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.shape[0] != n or x.ndim != 2 or not np.all(np.isfinite(x)):
        raise InputError("covariates", x.shape, f"a finite value of every covariate for each of the {n} patients")
    start = np.zeros(n) if entry is None else np.asarray(entry, dtype=np.float64)
    if start.shape != (n,) or (entry is not None and not np.all(start < time)):
        raise InputError("entry", start.tolist(), "one entry for each patient, before its time")
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (n,) or not np.all(weight > 0):
        raise InputError("weights", weight.tolist(), "one weight > 0 for each patient")
    stratum = np.zeros(n, dtype=np.intp) if strata is None else np.unique(np.asarray(strata), return_inverse=True)[1]
    if stratum.shape != (n,):
        raise InputError("strata", stratum.shape, f"one stratum for each of the {n} patients")
    if not np.any(happened > 0):
        raise InputError("event", "no event", "at least one event")
    order = np.lexsort((time, stratum))
    time, dead, stratum = time[order], happened[order] > 0, stratum[order]
    sets, inverse = np.unique(np.stack([stratum[dead], time[dead]]), axis=1, return_inverse=True)
    set_of = np.full(n, -1, dtype=np.intp)
    set_of[dead] = inverse.ravel()
    centre = np.average(x, axis=0, weights=weight)
    return CoxData(
        order=order,
        time=time,
        entry=start[order],
        event=dead,
        stratum=stratum,
        x=(x - centre)[order],
        weight=weight[order],
        centre=centre,
        set_of=set_of,
        set_time=sets[1],
        set_stratum=sets[0].astype(np.intp),
    )


def thinning(data: CoxData, ties: Ties) -> tuple[Integers, Array]:
    """Terms of the denominators: the event time of each, and the share of the tied events that has left, (term,).

    Efron's treatment has d terms at a time with d events, the l-th (from 0) without the share l/d of them; Breslow's
    has the same without any share.

    Parameters
    ----------
    data : CoxData
        Ordered histories.
    ties : Ties
        Breslow or Efron.
    """
    deaths = data.deaths.astype(np.intp)
    at = np.repeat(np.arange(deaths.size), deaths)
    if ties is Ties.BRESLOW:
        return at, np.zeros(at.size)
    first = np.concatenate(([0], np.cumsum(deaths)[:-1]))
    return at, (np.arange(at.size) - first[at]) / deaths[at]


def partial_likelihood(data: CoxData, beta: Array, ties: Ties) -> tuple[float, Array, Array]:
    """Logarithm of the partial likelihood, its score (covariate,) and information (covariate, covariate).

    Parameters
    ----------
    data : CoxData
        Ordered histories.
    beta : (covariate,)
        Coefficients.
    ties : Ties
        Breslow or Efron.

    References
    ----------
    Cox1972, Breslow1974, Efron1977
    """
    eta = data.x @ beta
    shift = float(eta.max())
    risk = data.weight * np.exp(eta - shift)
    moments = (risk, risk[:, None] * data.x, risk[:, None, None] * data.x[:, :, None] * data.x[:, None, :])
    at, share = thinning(data, ties)
    weight = (data.event_sums(data.weight) / data.deaths)[at]
    s0, s1, s2 = (
        data.at_risk_sums(m)[at] - share.reshape(-1, *[1] * (m.ndim - 1)) * data.event_sums(m)[at] for m in moments
    )
    mean = s1 / s0[:, None]
    dead = data.weight * data.event
    value = float(dead @ eta - weight @ (np.log(s0) + shift))
    score = dead @ data.x - weight @ mean
    information = np.einsum("t,tij->ij", weight / s0, s2) - (mean * weight[:, None]).T @ mean
    return value, score, information
