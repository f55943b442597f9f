"""Fit of the biodistribution model to one subject's scans, under each hypothesis on what label means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.likelihood import Observed, observed
from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
from hepatica.imaging.biodistribution.sampling import (
    PosteriorSample,
    Target,
    sample_posterior,
    sample_tempered,
)
from hepatica.imaging.biodistribution.submodel import simulate_infusion
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification.organ_label import OrganLabel
from hepatica.patients.streams import normals
from hepatica.study import HYPOTHESES

Floats = NDArray[np.float64]
DRAWS, POINTS = 1000, 2500
HOPELESS = 20.0
"""Log evidence behind the best from which on a hypothesis has no part in anything: its draws may be approximate."""


@dataclass(frozen=True)
class HypothesisFit:
    """Prior and posterior of a subject's parameters under one hypothesis.

    Attributes
    ----------
    space : ParameterSpace
    prior : (draw, coordinate) array
    sample : PosteriorSample
        Of the same coordinates.
    misfit : float
        Posterior predictive probability of errors larger than those seen; below 0.01 no parameters fit the scans.
    """

    space: ParameterSpace
    prior: Floats
    sample: PosteriorSample
    misfit: float

    @property
    def hypothesis(self) -> str:
        """Name of the hypothesis."""
        return self.space.hypothesis

    @property
    def posterior(self) -> Floats:
        """Posterior draws of the coordinates, (draw, coordinate)."""
        return self.sample.points


class Effort(NamedTuple):
    """Effort of a fit: with the same scans and effort, the same fit comes out.

    Attributes
    ----------
    draws, points, seed : int
        As `fit_subject` takes them.
    """

    draws: int
    points: int
    seed: int


@dataclass(frozen=True)
class SubjectFit:
    """Fit of one subject.

    Attributes
    ----------
    observed : Observed
    by_hypothesis : dict of str to HypothesisFit
    prior_probability : dict of str to float
        Of each hypothesis, before the scans.
    effort : Effort
    """

    observed: Observed
    by_hypothesis: dict[str, HypothesisFit]
    prior_probability: dict[str, float]
    effort: Effort

    @property
    def infusion(self) -> Infusion:
        """Infusion of the labelled cells."""
        return next(iter(self.by_hypothesis.values())).space.infusion

    @property
    def log_probability(self) -> dict[str, float]:
        """Natural logarithm of the posterior probability of each hypothesis."""
        evidence = {h: f.sample.log_evidence for h, f in self.by_hypothesis.items()}
        return posterior_log_probability(evidence, self.prior_probability)

    @property
    def probability(self) -> dict[str, float]:
        """Posterior probability of each hypothesis."""
        return {h: float(np.exp(v)) for h, v in self.log_probability.items()}


def posterior_log_probability(evidence: Mapping[str, float], prior: Mapping[str, float]) -> dict[str, float]:
    """Log posterior probability of hypotheses from log evidence and prior probabilities.

    Examples
    --------
    >>> log = posterior_log_probability({"a": 0.0, "b": np.log(3.0)}, {"a": 0.5, "b": 0.5})
    >>> float(np.exp(log["b"]).round(4))
    0.75
    """
    joint = {h: evidence[h] + float(np.log(prior[h])) for h in evidence}
    total = float(logsumexp(list(joint.values())))
    return {h: v - total for h, v in joint.items()}


def prior_probabilities(stated: Mapping[str, float] | None = None) -> dict[str, float]:
    """Prior probabilities of the hypotheses: equal unless stated.

    Raises
    ------
    InputError
        If they are not of the hypotheses, not above 0, or do not add up to 1.

    Examples
    --------
    >>> prior_probabilities()
    {'label_is_cells': 0.5, 'lung_only': 0.5}
    """
    made = dict(stated) if stated else {h: 1.0 / len(HYPOTHESES) for h in HYPOTHESES}
    if set(made) != set(HYPOTHESES) or not all(0 < p < 1 for p in made.values()) or abs(sum(made.values()) - 1) > 1e-6:
        raise InputError("hypotheses", stated, f"probabilities above 0 of {', '.join(HYPOTHESES)} that add up to 1")
    return {h: made[h] for h in HYPOTHESES}


def fit_subject(
    labels: Sequence[OrganLabel],
    infusion: Infusion,
    surroundings: Surroundings,
    *,
    prior_probability: Mapping[str, float] | None = None,
    draws: int = DRAWS,
    points: int = POINTS,
    seed: int = 1,
) -> SubjectFit:
    """Fit the biodistribution model to one subject's scans.

    Parameters
    ----------
    labels : sequence of OrganLabel
        Any number of times and organs.
    infusion : Infusion
        What was given.
    surroundings : Surroundings
        Injury and shunt of the subject's liver.
    prior_probability : mapping of str to float, optional
        Of the hypotheses; equal unless given.
    draws : int
        Equally weighted, of each hypothesis.
    points : int
        Of each round of importance sampling.
    seed : int
        Of the random streams.

    Returns
    -------
    SubjectFit

    Examples
    --------
    >>> from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
    >>> from hepatica.imaging.biodistribution.surroundings import stated
    >>> from hepatica.imaging.quantification import LabelledCells
    >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
    >>> given = Infusion(LabelledCells(tracer="In111", number=1.5e8))
    >>> seen = [OrganLabel("lung", 0.08, 0.30, 0.03), OrganLabel("liver", 0.08, 0.015, 0.005)]
    >>> fit_subject(seen, given, around, draws=200, points=500).probability["label_is_cells"] > 0.99
    True
    """
    seen = observed(labels)
    chances = prior_probabilities(prior_probability)
    spaces = {h: ParameterSpace(h, infusion, surroundings) for h in chances}
    targets = {h: target_of(seen, space) for h, space in spaces.items()}
    samples = {
        h: sample_posterior(target, draws=draws, points=points, seed=seed, purpose=f"imaging:fit:{h}")
        for h, target in targets.items()
    }
    best = max(sample.log_evidence for sample in samples.values())
    for h, sample in samples.items():
        if not sample.is_trusted and sample.log_evidence > best - HOPELESS:
            samples[h] = sample_tempered(targets[h], draws=draws, seed=seed)
    return SubjectFit(
        seen,
        {h: _finished(seen, spaces[h], samples[h], draws=draws, seed=seed) for h in chances},
        chances,
        Effort(draws, points, seed),
    )


def target_of(seen: Observed, space: ParameterSpace) -> Target:
    """Posterior density of a subject's coordinates under one hypothesis."""

    def shares(z: Floats) -> Floats:
        return _shares(seen, space, z)

    def residuals(z: Floats) -> Floats:
        mean = shares(z)
        return np.asarray((seen.share - mean) / np.hypot(seen.sd(mean), seen.shared_sd * mean))

    return Target(lambda z: seen.log_likelihood(shares(z)), residuals, space.size)


def _shares(seen: Observed, space: ParameterSpace, z: Floats) -> Floats:
    return seen.pick(simulate_infusion(space.parameters(z), space.infusion, seen.times, seen.outputs).values)


def _finished(
    seen: Observed, space: ParameterSpace, sample: PosteriorSample, *, draws: int, seed: int
) -> HypothesisFit:
    prior = prior_draws(space, seed=seed, draws=draws)
    return HypothesisFit(space, prior, sample, predictive_misfit(seen, _shares(seen, space, sample.points), seed=seed))


def prior_draws(space: ParameterSpace, *, seed: int, draws: int) -> Floats:
    """Draws (draw, coordinate) of a subject's coordinates before any scan."""
    return normals(seed, np.arange(draws), f"imaging:prior:{space.hypothesis}", space.size)


def predictive_misfit(seen: Observed, shares: Floats, *, seed: int) -> float:
    """Posterior predictive probability of a discrepancy as large as that seen (Gelman, Meng & Stern 1996).

    Parameters
    ----------
    seen : Observed
        The scans.
    shares : (draw, observation) array
        Of posterior draws.
    seed : int
        Of the random streams.

    Notes
    -----
    The discrepancy is -2 log likelihood of what was seen, or of data simulated with the same draw.

    Examples
    --------
    >>> seen = observed([OrganLabel("liver", 1.0, 0.5, 0.01)])
    >>> predictive_misfit(seen, np.full((500, 1), 0.1), seed=1)
    0.0
    """
    who = np.arange(len(shares))
    own = normals(seed, who, "imaging:misfit", shares.shape[1])
    common = normals(seed, who, "imaging:misfit:shared")
    made = shares * (1.0 + seen.shared_sd * common) + seen.sd(shares) * own
    real, simulated = seen.log_likelihood(shares), seen.log_likelihood(shares, made)
    return float(np.mean(simulated <= real))
