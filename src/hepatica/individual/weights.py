"""Importance weights of candidate virtual patients for a real person, from labs, age and grade of encephalopathy.

The log weight of candidate j for person i is -1/2 sum_k min((x_ik - y_jk)^2 / (s_k^2 + d_k^2), M) over the log labs k
of the days used, with measurement error s, model discrepancy d and a bound M on what one lab can say, and likewise for
age and encephalopathy. Weights are tempered until `MIN_EFFECTIVE` candidates are effective.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.labs import LABS
from hepatica.individual.people import TREATMENT_ARMS, People
from hepatica.individual.pool import Pool
from hepatica.variables import variable

Floats = NDArray[np.float64]
Small = NDArray[np.float32]
Ints = NDArray[np.int64]
Discrepancy = Mapping[str, float]
"""SD of the model discrepancy of each lab, log scale; infinite leaves the lab out of the weights."""
MEASUREMENT_SD = {name: variable(name).error for name in LABS}
"""Measurement error, SD on the log scale; assumed from the allowable error of laboratories."""
AGE_SD = 20.0  # of the kernel, year
ENCEPHALOPATHY_SD = 0.7  # of the kernel, grade
MAX_ENCEPHALOPATHY = 4.0  # highest grade of the model
MAX_SQUARED_DISTANCE = 16.0
"""Bound on the squared standardised distance in one lab, so that no single lab excludes a candidate."""
MIN_EFFECTIVE = 50.0
"""Effective sample size that tempering leaves to each person."""
BISECTIONS = 24  # of the power of tempering


@dataclass(frozen=True)
class PosteriorMoments:
    """Moments of the posterior predictive distribution of each person's log labs.

    Attributes
    ----------
    mean, variance : (n, days, labs)
        Of those alive on the day.
    effective : (n,)
        Effective sample size before tempering.
    power : (n,)
        Power to which the likelihood was raised; 1 without tempering.
    """

    mean: Floats
    variance: Floats
    effective: Floats
    power: Floats


def _key(discrepancy: Discrepancy) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(discrepancy.items()))


class ImportanceWeights:
    """Importance weights of a pool for each person, and what follows under them, for any model discrepancy.

    Squared distances are computed once. A person is weighed by candidates under the same treatments.

    Parameters
    ----------
    pool : Pool
    people : People
    known : sequence of float
        Days whose labs are used.
    days : sequence of float
        Later days to forecast.
    """

    def __init__(self, pool: Pool, people: People, known: Sequence[float], days: Sequence[float]) -> None:
        self.pool, self.people, self.known, self.later = pool, people, tuple(known), tuple(days)
        self.days = (*self.known, *self.later)
        known_labs, _ = pool.interpolate(self.known)
        self.labs, self.alive = pool.interpolate(self.days)
        arms = [(arm, np.flatnonzero(people.arm == arm)) for arm in range(len(TREATMENT_ARMS))]
        self.arms = [(arm, who) for arm, who in arms if len(who)]
        self._squares = [self._squared_distances(known_labs[arm], who) for arm, who in self.arms]
        self._base = [self._covariate_term(who) for _, who in self.arms]
        self._moments: dict[tuple[tuple[str, float], ...], PosteriorMoments] = {}
        self._events: dict[tuple[tuple[str, float], ...], Floats] = {}

    def moments(self, discrepancy: Discrepancy) -> PosteriorMoments:
        """Posterior predictive mean and variance of the log labs.

        Parameters
        ----------
        discrepancy : mapping of str to float
            SD of the model discrepancy of each lab; infinite leaves it out.
        """
        key = _key(discrepancy)
        if key not in self._moments:
            self._moments[key] = self._weighted_moments(discrepancy)
        return self._moments[key]

    def event(self, discrepancy: Discrepancy) -> Floats:
        """Posterior predictive probability of death or transplant by the horizon, (n,); as in `moments`."""
        key = _key(discrepancy)
        if key not in self._events:
            probability = np.full(self.people.n, np.nan)
            for arm, who, weight, _, _ in self._weights(discrepancy):
                probability[who] = weight @ self.pool.event[arm]
            self._events[key] = probability
        return self._events[key]

    def readings(self, discrepancy: Discrepancy) -> Floats:
        """Posterior predictive mean of the log readings of day 0, (n, readings); as in `moments`."""
        mean = np.full((self.people.n, self.pool.readings.shape[1]), np.nan)
        for _, who, weight, _, _ in self._weights(discrepancy):
            mean[who] = weight @ self.pool.readings
        return mean

    def _squared_distances(self, labs: Floats, who: Ints) -> dict[tuple[str, float], Small]:
        """Squared differences of log labs, (people, candidates), by lab and day; 0 where a lab was not measured."""
        squares: dict[tuple[str, float], Small] = {}
        for k, lab in enumerate(LABS):
            for j, day in enumerate(self.known):
                value = self.people.log_lab(lab, day)[who]
                if np.isfinite(value).any():
                    difference = np.nan_to_num(value[:, None] - labs[None, :, j, k], nan=0.0)
                    squares[lab, day] = (difference**2).astype(np.float32)
        return squares

    def _covariate_term(self, who: Ints) -> Small:
        """Log weight by age and encephalopathy, (people, candidates)."""
        grade = np.minimum(self.people.encephalopathy[who, None], MAX_ENCEPHALOPATHY)
        age = np.nan_to_num((self.people.age[who, None] - self.pool.age[None]) / AGE_SD, nan=0.0)
        coma = np.nan_to_num((grade - self.pool.encephalopathy[None]) / ENCEPHALOPATHY_SD, nan=0.0)
        return np.asarray(-0.5 * (age**2 + np.minimum(coma**2, MAX_SQUARED_DISTANCE)), np.float32)

    def _weights(self, discrepancy: Discrepancy) -> Iterator[tuple[int, Ints, Floats, Floats, Floats]]:
        """By arm: its people, their normalised weights, effective sample size before tempering, and power."""
        for (arm, who), squares, base in zip(self.arms, self._squares, self._base, strict=True):
            log = base.copy()
            for (lab, _), square in squares.items():
                if np.isfinite(discrepancy[lab]):
                    variance = np.float32(MEASUREMENT_SD[lab] ** 2 + discrepancy[lab] ** 2)
                    log -= np.minimum(square / variance, np.float32(MAX_SQUARED_DISTANCE)) / 2
            yield arm, who, *temper_weights(log)

    def _weighted_moments(self, discrepancy: Discrepancy) -> PosteriorMoments:
        n, shape = self.people.n, (len(self.days), len(LABS))
        mean, variance = np.full((n, *shape), np.nan), np.full((n, *shape), np.nan)
        effective, power = np.full(n, np.nan), np.full(n, np.nan)
        for arm, who, weight, before, raised in self._weights(discrepancy):
            effective[who], power[who] = before, raised
            for d in range(len(self.days)):
                living = weight * self.alive[arm][None, :, d]
                living /= living.sum(axis=1, keepdims=True)
                first = living @ self.labs[arm][:, d]
                mean[who, d] = first
                variance[who, d] = np.maximum(living @ self.labs[arm][:, d] ** 2 - first**2, 0.0)
        return PosteriorMoments(mean, variance, effective, power)


def temper_weights(log_weight: Floats | Small) -> tuple[Floats, Floats, Floats]:
    """Tempered importance weights with an effective sample size of at least `MIN_EFFECTIVE`.

    Parameters
    ----------
    log_weight : (people, candidates)
        Logarithms, up to a constant of each person.

    Returns
    -------
    weight : (people, candidates)
        Normalised.
    effective : (people,)
        Effective sample size without tempering.
    power : (people,)
        Power to which the weights were raised, the largest that leaves enough; 1 where none was needed.

    Examples
    --------
    >>> weight, before, power = temper_weights(np.concatenate([[0.0], np.full(999, -20.0)])[None])
    >>> round(float(before[0])), bool(power[0] < 1), bool(1 / (weight**2).sum() > MIN_EFFECTIVE - 1)
    (1, True, True)
    """
    log: Floats = np.asarray(log_weight, np.float64)
    log = log - log.max(axis=1, keepdims=True)
    weight, power = _normalised(log), np.ones(len(log))
    before = 1.0 / (weight**2).sum(axis=1)
    least = min(MIN_EFFECTIVE, log.shape[1] / 4)
    few = np.flatnonzero(before < least)
    if len(few):
        low, high = np.zeros(len(few)), np.ones(len(few))
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            enough = 1.0 / (_normalised(log[few] * middle[:, None]) ** 2).sum(axis=1) >= least
            low, high = np.where(enough, middle, low), np.where(enough, high, middle)
        power[few] = low
        weight[few] = _normalised(log[few] * low[:, None])
    return weight, before, power


def _normalised(log_weight: Floats) -> Floats:
    """Weights of each person that add up to 1."""
    weight = np.exp(log_weight)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), float)
