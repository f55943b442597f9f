"""Bayesian trial with a binary endpoint and beta priors: posterior and predictive probability rules.

One arm against a fixed rate: Thall and Simon 1994, Biometrics 50:337; predictive probability: Lee and Liu 2008, Clin
Trials 5:93.
The operating characteristics of one arm are exact, by recursion over the number of responses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc, betaincinv, betaln, gammaln
from scipy.stats import binom

from hepatica.errors import InputError

Floats = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)
_U = 0.5 + 0.5 * np.sin(np.pi / 2 * _NODES)  # dense at the ends of (0, 1)
_W = _WEIGHTS * np.pi / 4 * np.cos(np.pi / 2 * _NODES)


@dataclass(frozen=True)
class BetaPrior:
    """Beta prior of a response probability.

    Attributes
    ----------
    responses, failures : float
        Its two parameters.
    """

    responses: float = 1.0
    failures: float = 1.0

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not (0 < self.responses < np.inf and 0 < self.failures < np.inf):
            raise InputError("prior", (self.responses, self.failures), "give two positive numbers")


UNIFORM = BetaPrior()
"""Uniform prior."""


def posterior_probability(responses: ArrayLike, patients: ArrayLike, rate: float, prior: BetaPrior = UNIFORM) -> Floats:
    """Posterior probability (...) that the response probability exceeds a rate.

    Examples
    --------
    >>> posterior_probability(12, 20, 0.4).round(4).item()
    0.9648
    """
    x, n = np.asarray(responses, float), np.asarray(patients, float)
    return np.asarray(betaincc(prior.responses + x, prior.failures + n - x, rate))


def superiority_probability(
    treated: tuple[ArrayLike, ArrayLike], control: tuple[ArrayLike, ArrayLike], *, margin: float = 0.0,
    priors: tuple[BetaPrior, BetaPrior] = (UNIFORM, UNIFORM),
) -> Floats:  # fmt: skip
    """Posterior probability (...) that treated respond with a probability higher than control plus a margin.

    Parameters
    ----------
    treated, control : tuple of responses (...) and patients (...)
        Of the treated.
    margin : float
        Difference of the probabilities.
    priors : tuple of BetaPrior
        Of treated and control.

    Examples
    --------
    >>> superiority_probability((6, 10), (3, 10)).round(3).item()
    0.901
    """
    x1, n1, x0, n0 = (np.asarray(v, float)[..., None] for v in (*treated, *control))
    p0 = betaincinv(priors[1].responses + x0, priors[1].failures + n0 - x0, _U)
    limit = np.clip(p0 + margin, 0.0, 1.0)
    return np.asarray(betaincc(priors[0].responses + x1, priors[0].failures + n1 - x1, limit) @ _W)


def beta_binomial(patients: int, responses: float, failures: float) -> Floats:
    """Predictive distribution (patients + 1,) of responses among further patients, from a beta distribution."""
    x = np.arange(patients + 1)
    chosen = gammaln(patients + 1) - gammaln(x + 1) - gammaln(patients - x + 1)
    return np.asarray(np.exp(chosen + betaln(responses + x, failures + patients - x) - betaln(responses, failures)))


def predictive_probability(
    responses: int, patients: int, final: int, rate: float, *, threshold: float = 0.95, prior: BetaPrior = UNIFORM
) -> float:
    """Predictive probability that the posterior probability at the end exceeds the threshold, one arm.

    Parameters
    ----------
    responses, patients : int
        So far.
    final : int
        Patients at the end.
    rate : float
        To be exceeded.
    threshold : float
        Of the posterior probability at the end.
    prior : BetaPrior
        Prior of the analysis.

    Examples
    --------
    >>> round(predictive_probability(16, 23, 40, 0.6, threshold=0.9, prior=BetaPrior(0.6, 0.4)), 4)
    0.5656
    """
    if not 0 <= responses <= patients <= final:
        raise InputError(
            "responses", (responses, patients, final), "give responses, patients and final patients that do not fall"
        )
    more = final - patients
    chances = beta_binomial(more, prior.responses + responses, prior.failures + patients - responses)
    wins = posterior_probability(responses + np.arange(more + 1), final, rate, prior) > threshold
    return min(1.0, float(chances[wins].sum()))


@dataclass(frozen=True)
class ResponseRule:
    """Rule of a one-arm trial.

    Attributes
    ----------
    rate : float
        To be exceeded.
    success : float
        Posterior probability above which the treatment succeeds at the end.
    futility : float
        Predictive probability of success below which the trial stops early.
    efficacy : float
        Predictive probability of success above which it stops early with success; 1: never.
    prior : BetaPrior
    """

    rate: float
    success: float = 0.95
    futility: float = 0.05
    efficacy: float = 1.0
    prior: BetaPrior = UNIFORM


class ResponseLimits(NamedTuple):
    """Limits of responses at each look: success at or above `upper`, stop at or below `lower` (-1: never)."""

    upper: NDArray[np.int64]
    lower: NDArray[np.int64]


def response_limits(rule: ResponseRule, looks: Sequence[int]) -> ResponseLimits:
    """Stopping table of a one-arm trial.

    Parameters
    ----------
    rule : ResponseRule
        Rule of decision.
    looks : (looks,)
        Patients at each look, the last at the end.

    Raises
    ------
    InputError
        If the looks do not increase.
    """
    at = [int(n) for n in looks]
    if not at or at[0] < 1 or any(b <= a for a, b in zip(at[:-1], at[1:], strict=True)):
        raise InputError("looks", at, "give increasing numbers of patients")
    upper, lower = [], []

    def chance(x: int, n: int) -> float:
        return predictive_probability(x, n, at[-1], rule.rate, threshold=rule.success, prior=rule.prior)

    for n in at[:-1]:
        chances = np.array([chance(x, n) for x in range(n + 1)])
        upper.append(int((chances <= rule.efficacy).sum()))
        lower.append(int((chances < rule.futility).sum()) - 1)
    final = posterior_probability(np.arange(at[-1] + 1), at[-1], rule.rate, rule.prior)
    upper.append(int((final <= rule.success).sum()))
    lower.append(upper[-1] - 1)
    return ResponseLimits(np.array(upper), np.array(lower))


class ResponseCharacteristics(NamedTuple):
    """Operating characteristics of a trial with a binary endpoint.

    Attributes
    ----------
    success : float
    stop_success, stop_futility : (looks,)
    expected_patients : float
    """

    success: float
    stop_success: Floats
    stop_futility: Floats
    expected_patients: float


def one_arm_characteristics(
    limits: ResponseLimits, looks: Sequence[int], probability: float
) -> ResponseCharacteristics:
    """Exact operating characteristics of a one-arm stopping table under a response probability.

    Examples
    --------
    >>> looks = (10, 29)  # Simon's optimal two-stage design for 10 % against 30 %
    >>> simon = ResponseLimits(np.array([11, 6]), np.array([1, 5]))
    >>> round(one_arm_characteristics(simon, looks, 0.1).success, 4)
    0.0471
    """
    at = np.asarray(looks, int)
    alive, up, down, done = np.array([1.0]), [], [], 0
    for n, high, low in zip(at, limits.upper, limits.lower, strict=True):
        alive = np.convolve(alive, binom.pmf(np.arange(n - done + 1), n - done, probability))
        up.append(float(alive[high:].sum()))
        down.append(float(alive[: low + 1].sum()))
        alive[high:] = 0.0
        alive[: low + 1] = 0.0
        done = int(n)
    stop = np.array(up) + np.array(down)
    return ResponseCharacteristics(float(sum(up)), np.array(up), np.array(down), float(stop @ at))


def quantile(responses: float, patients: float, probability: float, prior: BetaPrior = UNIFORM) -> float:
    """Quantile of the posterior of a response probability."""
    return float(betaincinv(prior.responses + responses, prior.failures + patients - responses, probability))
