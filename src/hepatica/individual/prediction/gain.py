"""Expected gain of one person by regimen, the best regimen, and its lead over the population's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.library.candidates import Candidates, net_at
from hepatica.individual.posterior.importance import weighted_quantile
from hepatica.individual.posterior.posterior import Posterior
from hepatica.individual.prediction.expectation import Expectation, draw_share, expect
from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RESAMPLED = 1000
"""Members of the equally weighted sample from which intervals of expected values are made."""
BOOTSTRAP = 400
ENDS = np.array([0.05, 0.95])
LEVELS = (np.arange(200) + 0.5) / 200
"""Quantiles of the expected gain under one hypothesis, of which the mixture over hypotheses is made."""


@dataclass(frozen=True, kw_only=True)
class RegimenGain:
    """Gain of a regimen over standard care, quality-adjusted life days.

    Attributes
    ----------
    regimen : int
        Position among the candidates' regimens.
    expected : float
        Over hypotheses, what is not known of the model, and the chance that cells do nothing in people.
    low, high : float
        90 % interval of the expected gain, over what is not known of the model: parameter draws, hypotheses, the chance
        that cells do nothing, and the size of the library.
    person_low, person_high : float
        90 % interval of this person's own gain, what is not known of the person included.
    benefit : float
        Probability that the gain of this person exceeds 0.
    by_hypothesis : tuple of float
        Expected gain if cells act, by hypothesis.
    """

    regimen: int
    expected: float
    low: float
    high: float
    person_low: float
    person_high: float
    benefit: float
    by_hypothesis: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Choice of a regimen for one person.

    Attributes
    ----------
    gains : tuple of RegimenGain
        Of each regimen with cells.
    best, usual : int
        Regimen of the highest expected gain for this person, and for the kind as a whole; 0 is standard care.
    lead, lead_low, lead_high : float
        Expected gain of `best` over `usual`, day, with 90 % interval by bootstrap over members and by parameter
        draws; `best` is chosen on one half of the sample and its lead measured on the other, so that choice alone
        gives no lead.
    """

    gains: tuple[RegimenGain, ...]
    best: int
    usual: int
    lead: float
    lead_low: float
    lead_high: float

    @property
    def is_worth_it(self) -> bool:
        """True where the lead of the personal regimen is above 0 with 95 % probability."""
        return self.best != self.usual and self.lead_low > 0


def gains_of(candidates: Candidates, horizon: float) -> Floats:
    """Gain of each regimen under each hypothesis for each candidate, (hypotheses, regimens - 1, n)."""
    net = net_at(candidates, horizon)
    rows = [
        [net[candidates.course(r, h)] - net[0] for r in range(1, len(candidates.regimens))]
        for h in candidates.hypotheses
    ]
    return np.array(rows)


def expected_by_regimen(gains: Floats, null_effect: Sequence[float]) -> Floats:
    """Gain with the chance of no effect taken off, over hypotheses, (regimens - 1, n) of (hypotheses, regimens - 1, n).

    Examples
    --------
    >>> expected_by_regimen(np.ones((2, 1, 1)), (0.1, 0.3)).tolist()
    [[0.8]]
    """
    act = 1.0 - np.asarray(null_effect, float)
    return np.asarray(np.tensordot(act / len(act), gains, axes=1))


def gain_share(posterior: Posterior, horizon: float) -> Floats:
    """Share of the variance of the gain of each regimen between draws, (hypotheses, regimens - 1), of a library."""
    every = gains_of(posterior.candidates, horizon)
    return draw_share(posterior, np.moveaxis(every, 2, 0).reshape(every.shape[2], -1), horizon).reshape(every.shape[:2])


def choose(posterior: Posterior, horizon: float, *, share: Floats | None = None, seed: int = 1) -> Choice:
    """Gains by regimen and choice among them for one person.

    Parameters
    ----------
    posterior : Posterior
        Of the person's outcomes (`by_scores`).
    horizon : float
        Day to which quality-adjusted life days count.
    share : (hypotheses, regimens - 1), optional
        Share of the variance of the gain that lies between draws; by the candidates unless given.
    seed : int
        Of the bootstrap.
    """
    library = posterior.candidates
    every = gains_of(library, horizon)
    share = gain_share(posterior, horizon) if share is None else share
    own = posterior.sample(np.moveaxis(every, 2, 0))  # (m, hypotheses, regimens)
    act = expected_by_regimen(np.moveaxis(own, 0, 2), library.null_effect).T  # (m, regimens)
    usual = expected_by_regimen(every, library.null_effect).mean(axis=1)
    gains = tuple(
        _gain(r, own[:, :, r - 1], share[:, r - 1], posterior, library.null_effect)
        for r in range(1, len(library.regimens))
    )
    expected = np.array([0.0, *(g.expected for g in gains)])
    best, common = int(expected.argmax()), int(np.array([0.0, *usual]).argmax())
    members = systematic(posterior.sample_weight, RESAMPLED)
    sample = np.column_stack([np.zeros(len(members)), act[members]])
    lead, low, high = _lead(sample, posterior.members[members], common, seed)
    difference = sample[:, best] - sample[:, common]
    draws = 1.645 * float(np.sqrt(share.mean() * difference.var()))
    low, high = lead - math.hypot(lead - low, draws), lead + math.hypot(high - lead, draws)
    return Choice(gains=gains, best=best, usual=common, lead=lead, lead_low=low, lead_high=high)


def systematic(weight: Floats, n: int) -> Ints:
    """Systematic resample of weighted members, (n,).

    Examples
    --------
    >>> systematic(np.array([0.25, 0.75]), 4).tolist()
    [0, 1, 1, 1]
    """
    place = (np.arange(n) + 0.5) / n
    return np.minimum(np.searchsorted(np.cumsum(weight), place), len(weight) - 1)


def _gain(regimen: int, own: Floats, share: Floats, posterior: Posterior, null_effect: Sequence[float]) -> RegimenGain:
    """Gain of one regimen from the sample (m, hypotheses)."""
    weight, k = posterior.sample_weight, own.shape[1]
    chance = np.asarray(null_effect, float)
    values = np.concatenate([own.T.ravel(), [0.0]])
    mass = np.concatenate([np.concatenate([weight * (1 - p) / k for p in chance]), [chance.mean()]])
    person_low, person_high = weighted_quantile(values, mass / mass.sum(), ENDS)
    by_hypothesis = expect(posterior, own, share)
    expected = float(((1 - chance) / k) @ by_hypothesis.mean)
    low, high = _expected_ends(by_hypothesis, chance)
    return RegimenGain(
        regimen=regimen,
        expected=expected,
        low=min(expected, low),
        high=max(expected, high),
        person_low=float(person_low),
        person_high=float(person_high),
        benefit=float(mass[values > 0].sum() / mass.sum()),
        by_hypothesis=tuple(by_hypothesis.mean.tolist()),
    )


def _expected_ends(expected: Expectation, chance: Floats) -> tuple[float, float]:
    """Ends of the 90 % interval of the expected gain over hypotheses alike, each with its chance of no effect."""
    k = len(chance)
    points = expected.points(LEVELS)
    values = np.concatenate([points.T.ravel(), [0.0]])
    mass = np.concatenate([np.repeat((1 - chance) / k / len(LEVELS), len(LEVELS)), [chance.mean()]])
    low, high = weighted_quantile(values, mass, ENDS)
    return float(low), float(high)


def _lead(sample: Floats, member: Ints, usual: int, seed: int) -> tuple[float, float, float]:
    """Cross-fitted lead of the best regimen over the usual one, with a bootstrap interval over members."""
    members, where = np.unique(member, return_inverse=True)
    sums = np.stack([np.bincount(where, column, len(members)) for column in sample.T], axis=1)
    count = np.bincount(where, minlength=len(members)).astype(float)
    half = np.arange(len(members)) % 2

    def lead(weight: Floats) -> float:
        parts = [(weight * (half == h)) for h in (0, 1)]
        means = [part @ sums / max(part @ count, 1e-12) for part in parts]
        chosen = [int(mean.argmax()) for mean in means]
        other = [means[1][chosen[0]] - means[1][usual], means[0][chosen[1]] - means[0][usual]]
        return float(np.mean(other))

    u = uniforms(seed, np.arange(BOOTSTRAP), "person:lead", len(members))
    spread = [lead(-np.log(np.maximum(row, 1e-12))) for row in u]  # Bayesian bootstrap
    low, high = np.quantile(spread, [0.05, 0.95])
    point = lead(np.ones(len(members)))
    return point, float(min(low, point)), float(max(high, point))
