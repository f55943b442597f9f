"""Neighbours of a person by predicted outcome: the posterior of risk and gain.

Labs matter to an outcome unequally, so a distance over all of them is wide where it should be narrow. Outcomes are
regressed on labs with errors over the whole library, squares and products included, and the posterior of a person is
that of the candidates whose predictions are nearest (semi-automatic approximate Bayesian computation, Fearnhead &
Prangle 2012, J R Stat Soc B 74:419). Their own outcomes are taken as they are, so that a risk keeps the shape that it
has among people with such labs, certain death and certain life included.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from hepatica.individual.library.candidates import Candidates, at_times, net_at
from hepatica.individual.posterior.posterior import MIN_PROBABILITY, Posterior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PART, LEAST = 20, 50
"""One candidate in so many is a neighbour, and at least so many are."""
MAX_SQUARED_FEATURES = 20
"""Principal components of the features that enter with squares and products; beyond them all enter linearly."""
PENALTY = 1e-6
"""Ridge penalty on standardised terms, in units of all candidates."""
EARLY = 1 / 6
"""Part of the time to the horizon at which the early risk is predicted beside that at the horizon."""
MIN_ALIVE = 1e-4


def by_scores(posterior: Posterior, horizon: float, *, part: int = PART) -> Posterior:
    """Posterior of a person's outcomes: the same, over the neighbours by predicted risk and gain.

    Parameters
    ----------
    posterior : Posterior
        Over a library.
    horizon : float
        Day to which outcomes are forecast, after the last lab.
    part : int
        One candidate in so many is a neighbour.

    Returns
    -------
    Posterior
        Its samples are those of the neighbours, for outcomes; the given one without a measurement to predict from.
    """
    features, point = posterior.features, posterior.point
    if not features.shape[1]:
        return posterior
    quantities = predicted_outcomes(posterior.candidates, posterior.observations.last_day, horizon, posterior.course)
    prior = posterior.prior
    scores, own = outcome_scores(features, point, quantities, prior)
    n = len(features)
    number = min(n, max(LEAST, round(n * posterior.distance.widening / part)))
    members, weight = nearest(scores, own, number, prior)
    return replace(posterior, regression=None, _chosen=(members, weight))


def predicted_outcomes(candidates: Candidates, start: float, horizon: float, course: int = 0) -> Floats:
    """Outcomes that the scores predict, (n, 2 or 3): log odds of the risk early and at the horizon, and mean gain.

    Parameters
    ----------
    candidates : Candidates
        The library.
    start, horizon : float
        Day of the last lab, and of the outcome.
    course : int
        Course that the person has been on.
    """
    days = np.array([start, start + EARLY * (horizon - start), horizon])
    free = at_times(candidates.free[course], days, 1).astype(float)
    risk = 1 - free[:, 1:] / np.maximum(free[:, :1], MIN_ALIVE)
    columns = [logit(np.clip(risk, MIN_PROBABILITY, 1 - MIN_PROBABILITY))]
    if len(candidates.courses) > 1:
        net = net_at(candidates, horizon)
        columns.append((net[1:].mean(axis=0) - net[0])[:, None])
    return np.concatenate(columns, axis=1)


def outcome_scores(features: Floats, point: Floats, quantities: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Predictions of outcomes by quadratic ridge regression, in SDs: of candidates (n, q), and of the person (q,).

    Parameters
    ----------
    features : (n, k)
        Measurements of candidates with errors of their own.
    point : (k,)
        Those of the person.
    quantities : (n, q)
        Outcomes.
    weight : (n,)
        Of each candidate in the regression.
    """
    both = np.concatenate([features, point[None]])
    design = quadratic_terms(both, weight)
    own, total = design[:-1], weight.sum()
    gram = own.T @ (own * weight[:, None]) / total
    gram[np.diag_indices_from(gram)] += PENALTY * np.trace(gram)
    scores = design @ np.linalg.solve(gram, own.T @ (weight[:, None] * quantities) / total)
    low, high = scores[:-1].min(axis=0), scores[:-1].max(axis=0)
    scores = np.clip(scores, low, high) / np.maximum(scores[:-1].std(axis=0), 1e-12)
    return scores[:-1], scores[-1]


def quadratic_terms(features: Floats, weight: Floats) -> Floats:
    """Terms of a quadratic regression, (n + 1, p), standardised over the first n rows.

    Parameters
    ----------
    features : (n + 1, k)
        Candidates, and the person.
    weight : (n,)
        Of the candidates.
    """
    own = features[:-1]
    mean, sd = np.average(own, axis=0, weights=weight), own.std(axis=0)
    z = (features - mean) / np.maximum(sd, 1e-12)
    main = z
    if z.shape[1] > MAX_SQUARED_FEATURES:
        _, _, axes = np.linalg.svd(z[:-1], full_matrices=False)
        main = z @ axes[:MAX_SQUARED_FEATURES].T
        main = main / np.maximum(main[:-1].std(axis=0), 1e-12)
    first, second = np.triu_indices(main.shape[1])
    return np.concatenate([np.ones((len(z), 1)), z, main[:, first] * main[:, second]], axis=1)


def nearest(scores: Floats, own: Floats, number: int, prior: Floats) -> tuple[Ints, Floats]:
    """Nearest candidates by their scores, and their Epanechnikov weights times those before.

    Parameters
    ----------
    scores : (n, q)
        Of candidates.
    own : (q,)
        Of the person.
    number : int
        Neighbours.
    prior : (n,)
        Weight of each candidate beside its distance.
    """
    squared = ((scores - own) ** 2).sum(axis=1)
    near = np.argpartition(squared, number - 1)[:number]
    near = near[np.argsort(squared[near], kind="stable")]
    reach = squared[near[-1]] * (1 + 1e-9) + 1e-12
    weight = np.maximum(1 - squared[near] / reach, 1e-6) * np.maximum(prior[near], 1e-6)
    return near, np.asarray(weight / weight.sum())
