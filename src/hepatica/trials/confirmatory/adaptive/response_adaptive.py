"""Response-adaptive randomisation of two arms with a binary endpoint, and its operating characteristics.

Trials are simulated side by side, patient by patient. Adaptation costs power and can inflate the type I error of the
usual test, most of all if patients drift over time; both come out of the same simulation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, ndtri

from hepatica.errors import InputError
from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
AT_ONCE = 1_000_000  # terms of sums that are held at a time
MOST_TERMS, LEAST_LOG = 400, -600.0  # of sums whose terms double precision holds as products


class Allocation(ABC):
    """Rule that gives the next patient's probability of treatment from what is known."""

    @abstractmethod
    def probability(self, successes: Ints, known: Ints, allocated: Ints) -> Floats:
        """Probability (trials,) that the next patient is treated.

        Parameters
        ----------
        successes, known, allocated : (trials, 2)
            Successes, patients with known outcome and patients allocated, of control and treated.
        """


@final
@dataclass(frozen=True)
class EqualAllocation(Allocation):
    """Equal randomisation."""

    def probability(self, successes: Ints, known: Ints, allocated: Ints) -> Floats:
        """One half; see `Allocation`."""
        return np.full(len(known), 0.5)


@final
@dataclass(frozen=True)
class RandomisedPlayTheWinner(Allocation):
    """Randomised play-the-winner urn (Wei and Durham 1978, J Am Stat Assoc 73:840).

    Attributes
    ----------
    initial : float
        Balls of each arm at the start.
    reward : float
        Balls added for an outcome: to the arm after success, to the other after failure.
    """

    initial: float = 1.0
    reward: float = 1.0

    def probability(self, successes: Ints, known: Ints, allocated: Ints) -> Floats:
        """Share of treated balls; see `Allocation`."""
        failures = known - successes
        balls = self.initial + self.reward * (successes + failures[:, ::-1])
        return np.asarray(balls[:, 1] / balls.sum(axis=1))


class Target:
    """Allocation targets of the doubly adaptive biased coin, as the treated share for two success probabilities."""

    @staticmethod
    def neyman(control: Floats, treated: Floats) -> Floats:
        """Smallest variance of the difference."""
        a, b = np.sqrt(control * (1 - control)), np.sqrt(treated * (1 - treated))
        return np.asarray(b / (a + b))

    @staticmethod
    def fewest_failures(control: Floats, treated: Floats) -> Floats:
        """Fewest expected failures at fixed variance (Rosenberger et al. 2001, Biometrics 57:909)."""
        a, b = np.sqrt(control), np.sqrt(treated)
        return np.asarray(b / (a + b))


@final
@dataclass(frozen=True)
class DoublyAdaptiveBiasedCoin(Allocation):
    """Doubly adaptive biased coin (Hu and Zhang 2004, Ann Stat 32:268).

    Attributes
    ----------
    neyman : bool
        True for the target of smallest variance, False for that of fewest failures.
    gamma : float
        Strength of the correction to the target; 0 follows the target alone.
    """

    neyman: bool = False
    gamma: float = 2.0

    def probability(self, successes: Ints, known: Ints, allocated: Ints) -> Floats:
        """Corrected target; see `Allocation`."""
        p = (successes + 0.5) / (known + 1.0)
        target = (Target.neyman if self.neyman else Target.fewest_failures)(p[:, 0], p[:, 1])
        share = (allocated[:, 1] + 0.5) / (allocated.sum(axis=1) + 1.0)
        up = target * (target / share) ** self.gamma
        down = (1 - target) * ((1 - target) / (1 - share)) ** self.gamma
        return np.asarray(up / (up + down))


@final
@dataclass(frozen=True)
class ThompsonSampling(Allocation):
    """Bayesian adaptive randomisation: powered posterior probability of being better (Thall and Wathen 2007).

    Eur J Cancer 43:859.

    Attributes
    ----------
    power : float, or None
        Of the probability; None: patients so far over twice the maximum, so that adaptation grows.
    maximum : int
        Patients of the trial, for that.
    least : float
        Smallest probability of either arm.
    """

    power: float | None = None
    maximum: int = 200
    least: float = 0.1

    def probability(self, successes: Ints, known: Ints, allocated: Ints) -> Floats:
        """Powered posterior probability, kept off 0 and 1; see `Allocation`."""
        better = probability_better(successes, known)
        power = allocated.sum(axis=1) / (2 * self.maximum) if self.power is None else self.power
        up, down = better**power, (1 - better) ** power
        return np.asarray(np.clip(up / (up + down), self.least, 1 - self.least))


def probability_better(successes: Ints, known: Ints) -> Floats:
    """Posterior probability (trials,) that treated succeed more often than control, with uniform priors.

    Parameters
    ----------
    successes, known : (trials, 2)
        Of control and treated.

    Examples
    --------
    >>> probability_better(np.array([[3, 6]]), np.array([[10, 10]])).round(3).tolist()
    [0.901]
    """
    base = int(known.max(initial=0)) + 1
    code = np.hstack([successes, known]).astype(np.int64) @ base ** np.arange(4)
    states, first, back = np.unique(code, return_index=True, return_inverse=True)
    better, rows = np.empty(len(states)), max(1, AT_ONCE // base)
    for k in range(0, len(states), rows):
        of = first[k : k + rows]
        better[k : k + rows] = _larger_beta(successes[of] + 1.0, known[of] - successes[of] + 1.0)
    return np.asarray(np.clip(better, 0.0, 1.0)[back.ravel()])


def _larger_beta(a: Floats, b: Floats) -> Floats:
    """Probability (states,) that the second of two beta variables of whole parameters (states, 2) is the larger.

    P = sum over i below a1 of B(a0 + i, b0 + b1) / ((b1 + i) B(1 + i, b1) B(a0, b0)); all terms are positive.
    """
    i = np.arange(int(a[:, 1].max()))
    (a0, a1), (b0, b1) = a.T[..., None], b.T[..., None]
    step = (a0 + i) * (b1 + i) / ((a0 + b0 + b1 + i) * (1 + i))
    step = np.concatenate([np.ones((len(a), 1)), step[:, :-1]], axis=1)
    start = betaln(a0, b0 + b1) - betaln(a0, b0)
    if len(i) <= MOST_TERMS and start.min() > LEAST_LOG:
        term = np.exp(start) * np.cumprod(step, axis=1)
    else:
        term = np.exp(start + np.cumsum(np.log(step), axis=1))
    return np.asarray(np.where(i < a1, term, 0.0).sum(axis=1))


class AdaptiveTrials(NamedTuple):
    """Simulated trials.

    Attributes
    ----------
    successes, patients : (trials, 2)
        Of control and treated.
    """

    successes: Ints
    patients: Ints

    def z(self) -> Floats:
        """Pooled statistic (trials,) of the difference; 0 where it is not defined."""
        n0, n1 = self.patients.T
        p0, p1 = (self.successes / np.maximum(self.patients, 1)).T
        pooled = self.successes.sum(axis=1) / self.patients.sum(axis=1)
        variance = pooled * (1 - pooled) * (1 / np.maximum(n0, 1) + 1 / np.maximum(n1, 1))
        defined = (variance > 0) & (n0 > 0) & (n1 > 0)
        return np.where(defined, (p1 - p0) / np.sqrt(np.where(defined, variance, 1.0)), 0.0)

    def rejection_rate(self, critical: float) -> float:
        """Share of trials whose statistic is at or above the critical value."""
        return float((self.z() >= critical).mean())

    def treated_share(self) -> float:
        """Mean share of treated patients."""
        return float((self.patients[:, 1] / self.patients.sum(axis=1)).mean())

    def critical_value(self, alpha: float) -> float:
        """Critical value at which these trials, without effect, reject with probability alpha at most."""
        z = np.sort(self.z())[::-1]
        k = int(np.floor(alpha * len(z)))
        return float(np.nextafter(z[k], np.inf)) if k < len(z) else float(z[-1])


def simulate_adaptive(
    success: tuple[float, float], patients: int, allocation: Allocation, *, trials: int = 10000, seed: int = 1,
    burn_in: int = 20, delay: int = 0, drift: float = 0.0,
) -> AdaptiveTrials:  # fmt: skip
    """Simulate trials with response-adaptive randomisation.

    Parameters
    ----------
    success : tuple of float
        Success probabilities of control and treated.
    patients : int
        Of each trial.
    allocation : Allocation
        Rule of randomisation.
    trials, seed : int
        Simulated trials, and seed of the random streams.
    burn_in : int
        First patients, who are allocated in permuted pairs.
    delay : int
        Patients who enter before an outcome is known.
    drift : float
        Change of both probabilities on the logit scale from the first to the last patient.

    Returns
    -------
    AdaptiveTrials

    Raises
    ------
    InputError
        If a probability or number is impossible.
    """
    if not all(0 <= p <= 1 for p in success):
        raise InputError("success", success, "give two probabilities from 0 to 1")
    if patients < 2 or trials < 1 or burn_in < 0 or delay < 0:
        raise InputError(
            "patients", (patients, trials, burn_in, delay), "give at least 2 patients and 1 trial, nothing negative"
        )
    who = np.arange(trials)
    successes, known, allocated = (np.zeros((trials, 2), np.int64) for _ in range(3))
    first = np.zeros(trials, bool)
    waiting: list[tuple[Ints, NDArray[np.bool_]]] = []
    for i in range(patients):
        draw = uniforms(seed, who, f"adaptive randomisation:{i}", 2)
        if i < burn_in:
            first = draw[:, 0] < 0.5 if i % 2 == 0 else ~first  # of each pair one is treated
            arm = first.astype(np.int64)
        else:
            arm = (draw[:, 0] < allocation.probability(successes, known, allocated)).astype(np.int64)
        allocated[who, arm] += 1
        waiting.append((arm, draw[:, 1] < _chance(success, arm, drift * i / (patients - 1))))
        if len(waiting) > delay:
            _learn(successes, known, *waiting.pop(0))
    for arm, outcome in waiting:
        _learn(successes, known, arm, outcome)
    return AdaptiveTrials(successes, known)


def _chance(success: tuple[float, float], arm: Ints, moved: float) -> Floats:
    p = np.asarray(success, float)
    if moved:
        odds = np.where(p < 1, p / np.where(p < 1, 1 - p, 1.0), np.inf) * np.exp(moved)
        p = np.where(np.isfinite(odds), odds / (1 + np.where(np.isfinite(odds), odds, 0.0)), 1.0)
    return np.asarray(p[arm])


def _learn(successes: Ints, known: Ints, arm: Ints, outcome: NDArray[np.bool_]) -> None:
    who = np.arange(len(arm))
    known[who, arm] += 1
    successes[who, arm] += outcome


def naive_critical_value(alpha: float = 0.025) -> float:
    """Critical value of the usual test, which takes no account of adaptation."""
    return float(-ndtri(alpha))
