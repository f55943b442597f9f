"""Supply of a trial or a clinic: a simulation of discrete events, of lots made and failed, doses given and expired.

Patients arrive as a Poisson process; each needs a dose at once, from the oldest doses that are left, and waits for at
most a stated time. A lot is started when the doses in stock and in manufacture fall to a reorder level; it takes its
time, fails release with a stated chance, and its doses expire.
"""

from __future__ import annotations

import heapq
from collections import deque
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, positive, whole
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress, ignore_progress

MAX_EVENTS = 2_000_000


class Supply(NamedTuple):
    """Supply policy of a clinic; times in days.

    Attributes
    ----------
    patients_per_day : float
    doses_per_patient : int
        Doses that a patient needs on the day, all or none.
    doses_per_lot : int
    lead : float
        From the start of a lot to its release.
    failure : float
        Chance that a lot fails release.
    expiry : float
        Days that a released dose keeps; infinite for doses that do not expire.
    reorder : int
        A lot is started while the doses in stock, less those that patients wait for, and in manufacture are at most so
        many.
    patience : float
        Days that a patient waits before being lost to the treatment.
    suites : int
        Lots that can be made at the same time.
    initial : int
        Doses in stock at the start.
    """

    patients_per_day: float
    doses_per_patient: int
    doses_per_lot: int
    lead: float
    failure: float
    expiry: float
    reorder: int
    patience: float = 0.0
    suites: int = 1_000
    initial: int = 0


class Estimate(NamedTuple):
    """Mean over simulated horizons with its Monte-Carlo standard error, and 95 % of the horizons."""

    mean: float
    error: float
    low: float
    high: float


class SupplyResult(NamedTuple):
    """Supply over a horizon.

    Attributes
    ----------
    patients : Estimate
        Patients that arrived.
    treated, at_once : Estimate
        Shares of them that were treated, and without waiting; of patients whose outcome falls in the horizon.
    wait : Estimate
        Mean wait of those treated, days.
    lots, failed : Estimate
        Lots finished, and of these the number that failed release.
    wasted : Estimate
        Share of released doses that expired.
    empty : Estimate
        Share of the time in which no patient could have been treated at once.
    runs : int
    """

    patients: Estimate
    treated: Estimate
    at_once: Estimate
    wait: Estimate
    lots: Estimate
    failed: Estimate
    wasted: Estimate
    empty: Estimate
    runs: int


def _check(s: Supply) -> Supply:
    positive(s.patients_per_day, "patients a day")
    for name, value in (
        ("doses per patient", s.doses_per_patient),
        ("doses per lot", s.doses_per_lot),
        ("suites", s.suites),
    ):
        whole(value, name)
    for name, value in (("reorder", s.reorder), ("initial", s.initial)):
        whole(value, name, least=0)
    if s.lead < 0.0 or s.patience < 0.0 or not np.isfinite([s.lead, s.patience]).all() or not s.expiry > 0.0:
        raise InputError("times", (s.lead, s.patience, s.expiry), "lead and patience of 0 or more, expiry above 0")
    if not 0.0 <= s.failure < 1.0:
        raise InputError("failure", s.failure, "a chance from 0 to below 1")
    if s.reorder < s.doses_per_patient - 1:
        raise InputError("reorder", s.reorder, f"at least {s.doses_per_patient - 1}, or a patient may wait for ever")
    return s


class _Run:
    """One horizon: stock, queue, and counts."""

    def __init__(self, s: Supply, days: float, arrivals: Floats, fails: Floats) -> None:
        self.s, self.days, self.fails = s, days, fails
        self.stock: deque[list[float]] = deque()  # [expiry, doses], the oldest first
        self.waiting: deque[float] = deque()
        self.events: list[tuple[float, int, int]] = [(float(t), 2, 0) for t in arrivals]
        heapq.heapify(self.events)
        self.held = self.making = self.started = 0
        self.released = self.expired = self.finished = self.failed = 0
        self.treated = self.at_once = self.lost = 0
        self.waited = self.empty = self.clock = 0.0

    def go(self) -> tuple[float, ...]:
        """Counts of the horizon, in the order of `SupplyResult`."""
        if self.s.initial:
            self._store(0.0, self.s.initial)
        self._order(0.0)
        while self.events and self.events[0][0] <= self.days:
            now, kind, doses = heapq.heappop(self.events)
            self._pass(now)
            (self._expire, self._finish, self._arrive)[kind](now, doses)
            self._order(now)
        self._pass(self.days)
        seen = self.treated + self.lost
        nan = float("nan")
        return (
            float(seen + len(self.waiting)),
            self.treated / seen if seen else nan,
            self.at_once / seen if seen else nan,
            self.waited / self.treated if self.treated else nan,
            float(self.finished),
            float(self.failed),
            self.expired / self.released if self.released else nan,
            self.empty / self.days,
        )

    def _pass(self, now: float) -> None:
        if self.held < self.s.doses_per_patient:
            self.empty += now - self.clock
        self.clock = now
        while self.waiting and now - self.waiting[0] > self.s.patience:
            self.waiting.popleft()
            self.lost += 1

    def _store(self, now: float, doses: int) -> None:
        self.stock.append([now + self.s.expiry, doses])
        self.held, self.released = self.held + doses, self.released + doses
        if np.isfinite(self.s.expiry):
            heapq.heappush(self.events, (now + self.s.expiry, 0, 0))

    def _expire(self, now: float, _: int) -> None:
        while self.stock and self.stock[0][0] <= now:
            doses = int(self.stock.popleft()[1])
            self.held, self.expired = self.held - doses, self.expired + doses

    def _finish(self, now: float, lot: int) -> None:
        self.making -= 1
        self.finished += 1
        if self.fails[lot % self.fails.size] < self.s.failure:
            self.failed += 1
            return
        self._store(now, self.s.doses_per_lot)
        while self.waiting and self.held >= self.s.doses_per_patient:
            self._treat(now, self.waiting.popleft())

    def _arrive(self, now: float, _: int) -> None:
        if self.held >= self.s.doses_per_patient and not self.waiting:
            self._treat(now, now)
        elif self.s.patience > 0.0:
            self.waiting.append(now)
        else:
            self.lost += 1

    def _treat(self, now: float, came: float) -> None:
        left = self.s.doses_per_patient
        while left:
            batch = self.stock[0]
            taken = min(left, int(batch[1]))
            batch[1] -= taken
            left -= taken
            if batch[1] == 0:
                self.stock.popleft()
        self.held -= self.s.doses_per_patient
        self.treated += 1
        self.at_once += now == came
        self.waited += now - came

    def _order(self, now: float) -> None:
        def position() -> int:
            owed = len(self.waiting) * self.s.doses_per_patient
            return self.held - owed + self.making * self.s.doses_per_lot

        while self.making < self.s.suites and position() <= self.s.reorder:
            heapq.heappush(self.events, (now + self.s.lead, 1, self.started))
            self.making, self.started = self.making + 1, self.started + 1


def simulate_supply(
    supply: Supply, days: float, *, runs: int = 200, seed: int = 1, progress: Progress = ignore_progress
) -> SupplyResult:
    """Simulate the supply of a clinic.

    Arrivals and failures of run i are the same whatever the supply, so that two ways of supply are compared on the same
    patients; results do not depend on how the runs are shared out.

    Parameters
    ----------
    supply : Supply
        How the clinic is supplied.
    days : float
        Horizon of one run.
    runs : int
        Horizons simulated.
    seed : int
        Of the random streams.
    progress : Progress
        Told of runs done.

    Raises
    ------
    InputError
        If a number is out of range, or the simulation were longer than `MAX_EVENTS` events.

    Examples
    --------
    >>> found = simulate_supply(Supply(0.2, 2, 20, 30.0, 0.2, 365.0, 20, patience=14.0, initial=20), 365.0, runs=40)
    >>> 0.5 < found.treated.mean <= 1.0
    True
    """
    s, horizon, n = _check(supply), positive(days, "days"), whole(runs, "runs", least=2)
    expected = s.patients_per_day * horizon
    most = int(expected + 10.0 * np.sqrt(expected) + 20)
    lots = int(most * s.doses_per_patient / s.doses_per_lot / (1.0 - s.failure) * 4 + 50)
    if (most + lots) * n > MAX_EVENTS * 2:
        raise InputError(
            "simulation", f"{(most + lots) * n:,} events", f"at most {2 * MAX_EVENTS:,}: fewer runs or days"
        )
    rows = np.empty((n, 8))
    for i in range(n):
        run = np.int64(i) << np.int64(32)  # with the number of the patient or lot, the subject of a stream
        gaps = -np.log(uniforms(seed, run + np.arange(most), "quality:arrivals")[:, 0]) / s.patients_per_day
        times = np.cumsum(gaps)
        fails = uniforms(seed, run + np.arange(lots), "quality:lots")[:, 0]
        rows[i] = _Run(s, horizon, times[times <= horizon], fails).go()
        if i % 20 == 19 or i == n - 1:
            progress("supply", i + 1, n)
    patients, treated, at_once, wait, made, failed, wasted, empty = (_estimate(column) for column in rows.T)
    return SupplyResult(patients, treated, at_once, wait, made, failed, wasted, empty, n)


def _estimate(column: Floats) -> Estimate:
    known = column[np.isfinite(column)]
    if known.size < 2:
        return Estimate(*[float("nan")] * 4)
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(float(known.mean()), float(known.std(ddof=1) / np.sqrt(known.size)), float(low), float(high))
