"""Bayesian trial with a normal estimate: posterior and predictive probability rules, exact operating characteristics.

The estimate of the effect at information I is normal with variance 1 / I; so is the prior, or it is flat. A posterior
probability rule is then a boundary on the z scale, and the group sequential recursion gives its operating
characteristics (Spiegelhalter, Freedman and Parmar 1994, J R Stat Soc A 157:357).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.recursion import checked_information, stopping_probabilities

Floats = NDArray[np.float64]
_HERMITE = np.polynomial.hermite_e.hermegauss(40)


@dataclass(frozen=True)
class NormalPrior:
    """Normal prior of the effect.

    Attributes
    ----------
    mean : float
    information : float
        One over the variance; 0 for a flat prior.
    """

    mean: float = 0.0
    information: float = 0.0

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not (np.isfinite(self.mean) and 0 <= self.information < np.inf):
            raise InputError(
                "prior", (self.mean, self.information), "give a finite mean, and an information of at least 0"
            )

    def posterior(self, estimate: ArrayLike, information: ArrayLike) -> tuple[Floats, Floats]:
        """Mean and information (...) of the posterior, from estimates (...) with this information (...).

        Examples
        --------
        >>> mean, information = NormalPrior(0.0, 25.0).posterior(0.4, 75.0)
        >>> round(float(mean), 3), float(information)
        (0.3, 100.0)
        """
        own = np.asarray(information, float)
        total = self.information + own
        return np.asarray((self.mean * self.information + np.asarray(estimate, float) * own) / total), total


FLAT = NormalPrior()
"""Flat prior."""


def posterior_probability(
    estimate: ArrayLike, information: ArrayLike, prior: NormalPrior = FLAT, margin: float = 0.0
) -> Floats:
    """Posterior probability (...) that the effect exceeds a margin."""
    mean, total = prior.posterior(estimate, information)
    return np.asarray(ndtr((mean - margin) * np.sqrt(total)))


def predictive_probability(
    estimate: ArrayLike, information: float, final: float, *, threshold: float = 0.975,
    prior: NormalPrior = FLAT, margin: float = 0.0,
) -> Floats:  # fmt: skip
    """Predictive probability (...) that the posterior probability at the end exceeds the threshold.

    Parameters
    ----------
    estimate : (...)
        At the interim look.
    information, final : float
        At the look and at the end.
    threshold : float
        Of the posterior probability.
    prior : NormalPrior
        Prior of the analysis.
    margin : float
        Value on the boundary of the null hypothesis.

    Examples
    --------
    >>> round(float(predictive_probability(0.0, 50.0, 100.0)), 4)
    0.025
    """
    if not 0 < information < final:
        raise InputError("final", final, f"it must exceed the information of the look, {information:g}")
    mean, total = prior.posterior(estimate, information)
    needed = margin + ndtri(threshold) / np.sqrt(prior.information + final)
    # the posterior mean at the end is normal about that of now
    spread = np.sqrt(1 / total - 1 / (prior.information + final))
    return np.asarray(ndtr((mean - needed) / spread))


@dataclass(frozen=True)
class PosteriorRule:
    """Rule of a trial with looks.

    Attributes
    ----------
    efficacy : float, or tuple of one for each look
        Posterior probability that the effect exceeds the margin, at or above which the trial stops for efficacy.
    futility : float, or None
        Posterior probability that the effect exceeds the margin, below which it stops early for futility.
    predictive_futility : float, or None
        Predictive probability of success at the end, below which it stops early.
    margin : float
    """

    efficacy: float | tuple[float, ...] = 0.975
    futility: float | None = None
    predictive_futility: float | None = None
    margin: float = 0.0


class Boundary(NamedTuple):
    """Boundary of a Bayesian rule on the z scale, (looks,) each."""

    upper: Floats
    lower: Floats


def boundary_of(rule: PosteriorRule, information: ArrayLike, prior: NormalPrior = FLAT) -> Boundary:
    """Boundary on the z scale (estimate times square root of information) that a rule means.

    Parameters
    ----------
    rule : PosteriorRule
        Rule of decision.
    information : (looks,)
        Expected information at a time.
    prior : NormalPrior
        Prior of the analysis.

    Examples
    --------
    >>> boundary_of(PosteriorRule(0.975), [50, 100]).upper.round(3).tolist()
    [1.96, 1.96]
    """
    return z_boundary(rule, checked_information(information), prior)


def z_boundary(rule: PosteriorRule, at: Floats, prior: NormalPrior = FLAT) -> Boundary:
    """Boundaries on the z scale of many trials, each with information of its own.

    Parameters
    ----------
    rule : PosteriorRule
        Rule of decision.
    at : (..., looks)
        Information at the looks, positive.
    prior : NormalPrior
        Prior of the analysis.
    """
    thresholds = np.broadcast_to(np.asarray(rule.efficacy, float), at.shape)
    if not ((thresholds > 0) & (thresholds < 1)).all():
        raise InputError("efficacy", rule.efficacy, "give probabilities strictly between 0 and 1")

    def z_of(mean: Floats) -> Floats:
        """Statistic at which the posterior mean is this."""
        estimate = (mean * (prior.information + at) - prior.mean * prior.information) / at
        return np.asarray(estimate * np.sqrt(at))

    total = prior.information + at
    upper = z_of(rule.margin + ndtri(thresholds) / np.sqrt(total))
    lower = np.full(at.shape, -np.inf)
    if rule.futility is not None:
        lower = np.maximum(lower, z_of(rule.margin + ndtri(rule.futility) / np.sqrt(total)))
    if rule.predictive_futility is not None:
        needed = rule.margin + ndtri(thresholds[..., -1:]) / np.sqrt(total[..., -1:])
        spread = np.sqrt(np.maximum(1 / total - 1 / total[..., -1:], 0.0))
        lower = np.maximum(lower, z_of(needed + ndtri(rule.predictive_futility) * spread))
    lower[..., -1] = upper[..., -1]
    return Boundary(upper, np.minimum(lower, upper))


class BayesianCharacteristics(NamedTuple):
    """Operating characteristics of a Bayesian rule, under one effect.

    Attributes
    ----------
    success : float
        Probability of stopping for efficacy, at the end included.
    efficacy, futility : (looks,)
    expected_information : float
    """

    success: float
    efficacy: Floats
    futility: Floats
    expected_information: float


def characteristics(
    rule: PosteriorRule, information: ArrayLike, effect: float, prior: NormalPrior = FLAT
) -> BayesianCharacteristics:
    """Exact operating characteristics of a rule under a true effect; without effect `success` is the type I error.

    Examples
    --------
    >>> round(characteristics(PosteriorRule(0.975), [100.0], 0.0).success, 4)
    0.025
    """
    at = checked_information(information)
    bounds = boundary_of(rule, at, prior)
    stops = stopping_probabilities(at, bounds.upper, bounds.lower, effect)
    stop = stops.upper + stops.lower
    expected = float(stop[:-1] @ at[:-1] + (1 - stop[:-1].sum()) * at[-1])
    return BayesianCharacteristics(float(stops.upper.sum()), stops.upper, stops.lower, expected)


def assurance(rule: PosteriorRule, information: ArrayLike, truth: NormalPrior, prior: NormalPrior = FLAT) -> float:
    """Assurance: probability of success averaged over a prior of the truth (O'Hagan et al. 2005, Pharm Stat 4:187).

    Parameters
    ----------
    rule, information, prior :
        As in `characteristics`.
    truth : NormalPrior
        Design prior, of positive information.
    """
    if truth.information <= 0:
        raise InputError("truth", truth.information, "assurance needs a proper prior; give a positive information")
    nodes, weights = _HERMITE
    effects = truth.mean + nodes / np.sqrt(truth.information)
    powers = np.array([characteristics(rule, information, float(e), prior).success for e in effects])
    return float(powers @ weights / weights.sum())
