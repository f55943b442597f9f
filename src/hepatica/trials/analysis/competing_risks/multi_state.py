"""State probabilities and expected time in states of any multi-state process (Aalen-Johansen)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Stays:
    """Stays of patients in states: one row for each stay.

    Attributes
    ----------
    state, into : (stay,) of int
        State of the stay, and the state entered at its end; equal when censored.
    start, stop : (stay,)
        The patient is at risk after `start` up to `stop`.
    states : tuple of str
        Names.
    """

    state: Integers
    into: Integers
    start: Array
    stop: Array
    states: tuple[str, ...]

    def __post_init__(self) -> None:
        """Verify the stays."""
        start, stop = (np.asarray(x, dtype=np.float64) for x in (self.start, self.stop))
        state, into = (np.asarray(x, dtype=np.intp) for x in (self.state, self.into))
        if not (start.shape == stop.shape == state.shape == into.shape) or start.ndim != 1 or not start.size:
            raise InputError("stays", start.shape, "one state, destination, start and stop for each stay")
        if not (np.all(np.isfinite(stop)) and np.all(start >= 0) and np.all(stop >= start)):
            raise InputError("start, stop", "a stay that ends before it starts", "0 <= start <= stop, both finite")
        for name, codes in (("state", state), ("into", into)):
            if codes.min() < 0 or codes.max() >= len(self.states):
                raise InputError(name, (int(codes.min()), int(codes.max())), f"codes from 0 to {len(self.states) - 1}")
        for name, value in (("start", start), ("stop", stop), ("state", state), ("into", into)):
            object.__setattr__(self, name, value)

    @classmethod
    def competing(cls, time: ArrayLike, cause: ArrayLike, states: Sequence[str]) -> Stays:
        """Stays of competing risks: alive (state 0) until an event of some cause.

        Parameters
        ----------
        time : (patient,)
            Of the event or of censoring.
        cause : (patient,) int
            0 censored, otherwise the number of the state entered.
        states : sequence of str
            Names, the first that of being alive.
        """
        time, causes = checked_history(time, cause)
        n = time.size
        return cls(
            state=np.zeros(n, dtype=np.intp),
            into=causes.astype(np.intp),
            start=np.zeros(n),
            stop=time,
            states=tuple(states),
        )


@dataclass(frozen=True, kw_only=True)
class StateProbabilities:
    """Probability of being in each state over time.

    Attributes
    ----------
    states : tuple of str
    times : (time,)
        From the start on; the first is the start.
    probability, std_error : (time, state)
    expected_time, expected_time_std_error : (time, state)
        Mean time spent in each state since the start.
    """

    states: tuple[str, ...]
    times: Array
    probability: Array
    std_error: Array
    expected_time: Array
    expected_time_std_error: Array

    def at(self, times: ArrayLike) -> Array:
        """Probabilities and standard errors at given times, (2, time, state); NaN beyond the last time.

        Parameters
        ----------
        times : (time,)
            In the unit of the stays.
        """
        when = np.atleast_1d(np.asarray(times, dtype=np.float64))
        index = np.maximum(np.searchsorted(self.times, when, side="right") - 1, 0)
        values = np.stack([self.probability[index], self.std_error[index]])
        values[:, (when > self.times[-1]) | (when < self.times[0])] = np.nan
        return values


def state_probabilities(
    stays: Stays, *, start: float = 0.0, initial: ArrayLike | None = None, horizon: float | None = None
) -> StateProbabilities:
    """Aalen-Johansen estimate of state occupation, with its variance.

    Parameters
    ----------
    stays : Stays
        Of all patients.
    start : float
        Time from which probabilities are followed.
    initial : (state,), optional
        Distribution at the start; the share of patients under observation in each state just after it unless given,
        whose sampling variance is then counted.
    horizon : float, optional
        Last time; the end of follow-up unless given.

    Returns
    -------
    StateProbabilities

    Raises
    ------
    InputError
        If nobody is under observation at the start, or the initial distribution does not add to 1.

    Notes
    -----
    The process need not be Markov for occupation probabilities to be consistent when censoring is independent. With
    I + dA the transition matrix of a time, p(t) = p(t-) (I + dA), and the covariance follows the same linear map, plus
    the multinomial covariance of the transitions. Expected times are carried along, so that their covariance is exact
    to the same order.

    References
    ----------
    Aalen1978, Andersen1993

    Examples
    --------
    >>> stays = Stays.competing([1, 2, 3, 4], [1, 2, 1, 0], ["alive", "dead", "transplant"])
    >>> state_probabilities(stays).probability[-1].tolist()
    [0.25, 0.5, 0.25]
    """
    n = len(stays.states)
    end = float(stays.stop.max()) if horizon is None else horizon
    present = (stays.start <= start) & (stays.stop > start)
    counts = np.bincount(stays.state[present], minlength=n).astype(float)
    covariance = np.zeros((2 * n, 2 * n))
    if initial is None:
        if not counts.sum():
            raise InputError("start", start, "a time at which somebody is under observation")
        p = counts / counts.sum()
        covariance[:n, :n] = (np.diag(p) - np.outer(p, p)) / counts.sum()
    else:
        p = np.asarray(initial, dtype=np.float64)
        if p.shape != (n,) or not np.all(p >= 0) or abs(p.sum() - 1) > 1e-9:
            raise InputError("initial", p.tolist(), f"{n} probabilities that add to 1")
    moves = (stays.into != stays.state) & (stays.stop > start) & (stays.stop <= end)
    times = np.unique(stays.stop[moves])
    at_risk, jumps = _counts(stays, times, moves)
    now, vector = start, np.concatenate([p, np.zeros(n)])
    rows, spreads, when = [vector], [np.sqrt(np.diag(covariance))], [start]
    for k, time in enumerate([*times, end]):
        step = np.eye(2 * n)
        step[:n, n:] = np.eye(n) * (time - now)
        covariance = step.T @ covariance @ step
        vector, now = vector @ step, time
        if k < times.size:
            vector, covariance = _jump(vector, covariance, at_risk[k], jumps[k])
        rows.append(vector)
        spreads.append(np.sqrt(np.maximum(np.diag(covariance), 0.0)))
        when.append(float(time))
    values, sizes = np.stack(rows), np.stack(spreads)
    return StateProbabilities(
        states=stays.states,
        times=np.array(when),
        probability=values[:, :n],
        std_error=sizes[:, :n],
        expected_time=values[:, n:],
        expected_time_std_error=sizes[:, n:],
    )


def _counts(stays: Stays, times: Array, moves: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Numbers at risk (time, state) and transitions (time, state, state) at the times of transitions."""
    n = len(stays.states)
    at_risk = np.zeros((times.size, n))
    for state in range(n):
        mine = stays.state == state
        begun = np.searchsorted(np.sort(stays.start[mine]), times, side="left")
        gone = np.searchsorted(np.sort(stays.stop[mine]), times, side="left")
        at_risk[:, state] = begun - gone
    jumps = np.zeros((times.size, n, n))
    np.add.at(jumps, (np.searchsorted(times, stays.stop[moves]), stays.state[moves], stays.into[moves]), 1.0)
    return at_risk, jumps


def _jump(vector: Array, covariance: Array, at_risk: Array, jumps: Array) -> tuple[Array, Array]:
    """State and covariance after the transitions of one time."""
    n = at_risk.size
    share = np.divide(jumps, at_risk[:, None], out=np.zeros_like(jumps), where=at_risk[:, None] > 0)
    move = np.eye(2 * n)
    move[:n, :n] += share - np.diag(share.sum(axis=1))
    noise = np.zeros((2 * n, 2 * n))
    for state in np.flatnonzero(share.sum(axis=1)):
        chance = share[state].copy()
        chance[state] = 1.0 - chance.sum()
        noise[:n, :n] += vector[state] ** 2 / at_risk[state] * (np.diag(chance) - np.outer(chance, chance))
    return vector @ move, move.T @ covariance @ move + noise
