"""Which virtual patients are like a real person: importance weights from labs, age and coma grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.file import LABS, People
from hepatica.individual.pool import Pool
from hepatica.variables import variable

Floats = NDArray[np.float64]
Small = NDArray[np.float32]
Widths = Mapping[str, float]
MEASURED = {name: variable(name).error for name in LABS}
"""Error of measurement, SD on the log scale; assumed from what laboratories allow."""
AGE_WIDTH, COMA_WIDTH = 20.0, 0.7  # year, grade
FURTHEST = 16.0  # square of the distance, in SDs, beyond which a single lab tells no more
LEAST_EFFECTIVE = 50.0
ROUNDS = 24  # of bisection for the tempering


@dataclass(frozen=True)
class Posterior:
    """What the weighted pool says of each person.

    Attributes
    ----------
    mean, variance : (n, n_days, n_labs)
        Of the log labs of those alive.
    effective : (n,)
        Effective candidates, before tempering.
    temper : (n,)
        Power to which the likelihood was raised, 1 where it could stay.
    """

    mean: Floats
    variance: Floats
    effective: Floats
    temper: Floats


class Likeness:
    """Squared distances between people and the candidates of their treatment, ready for any kernel widths."""

    def __init__(self, pool: Pool, people: People, known: Sequence[float], days: Sequence[float]) -> None:
        self.pool, self.people, self.known, self.later = pool, people, tuple(known), tuple(days)
        self.days = (*self.known, *self.later)
        seen, _ = pool.at(self.known)
        labs, self.alive = pool.at(self.days)
        self.labs: Floats = labs
        self.groups = [(arm, np.flatnonzero(people.arm == arm)) for arm in range(len(pool.labs))]
        self.groups = [(arm, who) for arm, who in self.groups if len(who)]
        self.squares: list[dict[tuple[str, float], Small]] = [self._squares(seen[arm], who) for arm, who in self.groups]
        self.base: list[Small] = [self._base(who) for _, who in self.groups]
        self.memo: dict[tuple[tuple[str, float], ...], Posterior] = {}
        self.events: dict[tuple[tuple[str, float], ...], Floats] = {}

    def _squares(self, seen: Floats, who: NDArray[np.int64]) -> dict[tuple[str, float], Small]:
        found: dict[tuple[str, float], Small] = {}
        for k, lab in enumerate(LABS):
            for j, day in enumerate(self.known):
                value = self.people.at(lab, day)[who]
                if np.isfinite(value).any():
                    away = np.nan_to_num(
                        value[:, None] - seen[None, :, j, k], nan=0.0
                    )  # nothing measured, nothing told
                    found[lab, day] = (away**2).astype(np.float32)
        return found

    def _base(self, who: NDArray[np.int64]) -> Small:
        age = np.nan_to_num((self.people.age[who, None] - self.pool.age[None]) / AGE_WIDTH, nan=0.0)
        coma = np.nan_to_num(
            (np.minimum(self.people.coma[who, None], 4.0) - self.pool.coma[None]) / COMA_WIDTH, nan=0.0
        )
        return np.asarray(-0.5 * (age**2 + np.minimum(coma**2, FURTHEST)), np.float32)

    def posterior(self, widths: Widths) -> Posterior:
        """Weigh with SDs of model discrepancy by lab, on top of the error of measurement; infinite leaves a lab out."""
        key = tuple(sorted(widths.items()))
        if key not in self.memo:
            self.memo[key] = self._posterior(widths)
        return self.memo[key]

    def event(self, widths: Widths) -> Floats:
        """Probability of death or transplant by the horizon, (n,), weighed in the same way."""
        key = tuple(sorted(widths.items()))
        if key not in self.events:
            found = np.full(len(self.people.ids), np.nan)
            for arm, who, weight, _, _ in self._weighed(widths):
                found[who] = weight @ self.pool.event[arm]
            self.events[key] = found
        return self.events[key]

    def readings(self, widths: Widths) -> Floats:
        """Mean of the log readings of day 0, (n, n_readings), weighed in the same way."""
        found = np.full((len(self.people.ids), self.pool.readings.shape[1]), np.nan)
        for _, who, weight, _, _ in self._weighed(widths):
            found[who] = weight @ self.pool.readings
        return found

    def _weighed(self, widths: Widths) -> Iterator[tuple[int, NDArray[np.int64], Floats, Floats, Floats]]:
        for (arm, who), squares, base in zip(self.groups, self.squares, self.base, strict=True):
            told = base.copy()
            for (lab, _), square in squares.items():
                if np.isfinite(widths[lab]):
                    error = np.float32(MEASURED[lab] ** 2 + widths[lab] ** 2)
                    told -= np.minimum(square / error, np.float32(FURTHEST)) / 2
            yield arm, who, *tempered(told)

    def _posterior(self, widths: Widths) -> Posterior:
        n, shape = len(self.people.ids), (len(self.days), len(LABS))
        mean, variance = np.full((n, *shape), np.nan), np.full((n, *shape), np.nan)
        effective, power = np.full(n, np.nan), np.full(n, np.nan)
        for arm, who, weight, before, temper in self._weighed(widths):
            effective[who], power[who] = before, temper
            for d in range(len(self.days)):
                living = weight * self.alive[arm][None, :, d]
                living /= living.sum(axis=1, keepdims=True)
                first = living @ self.labs[arm][:, d]
                mean[who, d] = first
                variance[who, d] = np.maximum(living @ self.labs[arm][:, d] ** 2 - first**2, 0.0)
        return Posterior(mean, variance, effective, power)


def tempered(told: Floats | Small) -> tuple[Floats, Floats, Floats]:
    """Weights (people, candidates) with at least `LEAST_EFFECTIVE` effective ones; that number before, and the power.

    Examples
    --------
    >>> weight, before, power = tempered(np.concatenate([[0.0], np.full(999, -20.0)])[None])
    >>> round(float(before[0])), bool(power[0] < 1), bool(1 / (weight**2).sum() > LEAST_EFFECTIVE - 1)
    (1, True, True)
    """
    log: Floats = np.asarray(told, np.float64)
    log = log - log.max(axis=1, keepdims=True)
    weight, power = _weights(log), np.ones(len(log))
    before = 1.0 / (weight**2).sum(axis=1)
    least = min(LEAST_EFFECTIVE, log.shape[1] / 4)
    few = np.flatnonzero(before < least)
    if len(few):
        low, high = np.zeros(len(few)), np.ones(len(few))
        for _ in range(ROUNDS):
            middle = (low + high) / 2
            enough = 1.0 / (_weights(log[few] * middle[:, None]) ** 2).sum(axis=1) >= least
            low, high = np.where(enough, middle, low), np.where(enough, high, middle)
        power[few] = low
        weight[few] = _weights(log[few] * low[:, None])
    return weight, before, power


def _weights(told: Floats) -> Floats:
    weight = np.exp(told)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), float)
