"""Neighbours by predicted outcome: the regression solved another way, neighbours by sorting, and coverage by simulation."""

import numpy as np
import pytest

from hepatica.individual.library.candidates import at_times, net_at
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import default_errors
from hepatica.individual.posterior.observations import Observations
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.individual.posterior.score_neighbours import (
    LEAST,
    MAX_SQUARED_FEATURES,
    by_scores,
    nearest,
    outcome_scores,
    predicted_outcomes,
    quadratic_terms,
)


def test_scores_are_predictions_of_a_quadratic_regression():
    rng = np.random.default_rng(1)
    x, point, w = rng.normal(size=(400, 3)), np.array([0.3, -0.2, 0.5]), rng.uniform(0.2, 1.0, 400)
    y = np.column_stack([x[:, 0] * x[:, 1] + rng.normal(size=400), x[:, 2]])
    scores, own = outcome_scores(x, point, y, w)
    naive = np.array([[1, *r, *(r[i] * r[j] for i in range(3) for j in range(i, 3))] for r in [*x, point]])
    root = np.sqrt(w)[:, None]
    predicted = naive @ np.linalg.lstsq(root * naive[:-1], root * y, rcond=None)[0]
    np.testing.assert_allclose(scores, predicted[:-1] / predicted[:-1].std(axis=0), atol=1e-3)
    np.testing.assert_allclose(own, predicted[-1] / predicted[:-1].std(axis=0), atol=1e-3)
    far = outcome_scores(x, np.full(3, 50.0), y, w)[1]
    assert (far <= scores.max(axis=0)).all() and (far >= scores.min(axis=0)).all()  # nobody is outside the library


def test_many_features_enter_by_their_principal_components():
    rng = np.random.default_rng(2)
    terms = quadratic_terms(rng.normal(size=(301, 40)), np.ones(300))
    m = MAX_SQUARED_FEATURES
    assert terms.shape == (301, 1 + 40 + m * (m + 1) // 2)


def test_nearest_by_sorting():
    rng = np.random.default_rng(3)
    scores, own, prior = rng.normal(size=(200, 2)), np.zeros(2), rng.random(200)
    members, weight = nearest(scores, own, 30, prior)
    distance = (scores**2).sum(axis=1)
    assert members.tolist() == np.argsort(distance)[:30].tolist() and weight.sum() == pytest.approx(1)
    kernel = (1 - distance[members[:29]] / distance[members[29]]) * prior[members[:29]]
    np.testing.assert_allclose(weight[:29] / weight[0], kernel / kernel[0], rtol=1e-6)


def test_intervals_cover_where_the_shape_changes():
    """An outcome that is skewed at one end and an atom at the other, from labs of which one in eight matters."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(3400, 8))
    risk = np.clip(1 / (1 + np.exp(-(3 * x[:, 0] + 2 * rng.normal(size=3400)))) * 1.05, 0, 1)
    odds = np.log((risk + 1e-5) / (1 - risk + 1e-5))[:, None]
    library, people, inside = slice(0, 3000), range(3000, 3400), []
    for i in people:
        scores, own = outcome_scores(x[library], x[i], odds[library], np.ones(3000))
        members, weight = nearest(scores, own, 150, np.ones(3000))
        sample = risk[library][members]
        rank = weight @ (sample < risk[i]) + rng.random() * (weight @ (sample == risk[i]))
        inside.append(0.05 <= rank <= 0.95)
    parts = np.array(inside)[np.argsort(x[3000:, 0])].reshape(4, 100).mean(axis=1)
    assert 0.87 <= np.mean(inside) <= 0.93 and (parts > 0.82).all()


def test_a_person(acute, observe_candidate):
    o = observe_candidate(acute, 5, days=(0.0, 2.0))
    p = make_posterior(acute, o, default_errors(), Kernels())
    found = by_scores(p, 60.0)
    assert not found.is_regression and len(found.members) == max(LEAST, round(acute.n * p.distance.widening / 20))
    risk = 1 - acute.free[0, :, 16].astype(float)
    np.testing.assert_array_equal(found.sample(risk), risk[found.members])  # outcomes as they are
    quantities = predicted_outcomes(acute, 2.0, 60.0)
    net = net_at(acute, 60.0)
    np.testing.assert_allclose(quantities[:, 2], net[1:].mean(axis=0) - net[0])
    free = at_times(acute.free[0], [2.0, 60.0], 1).astype(float)
    likely = np.abs(quantities[:, 1]) < 10
    expected = 1 - free[likely, 1] / free[likely, 0]
    np.testing.assert_allclose(1 / (1 + np.exp(-quantities[likely, 1])), expected, atol=1e-4)
    assert predicted_outcomes(acute.pick([0]), 2.0, 60.0).shape == (acute.n, 2)
    bare = make_posterior(acute, Observations(series=()), default_errors(), Kernels())
    assert by_scores(bare, 60.0) is bare
