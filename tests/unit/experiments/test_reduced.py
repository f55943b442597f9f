"""The reduced problem of inference: its parameters, derivatives, noise and refusals."""

import numpy as np
import pytest
from reduced import DAYS, LABS, NOISE, UNKNOWN, _fit, reduced

from hepatica.errors import InputError


def test_the_gradient_is_that_of_differences(problem):
    rng = np.random.default_rng(1)
    seen = problem.observe(np.zeros(8), 1)
    for point in 0.7 * rng.standard_normal((3, 8)):
        value, slope = problem.log_posterior(point, seen)
        by = [
            (problem.log_posterior(point + h, seen)[0] - problem.log_posterior(point - h, seen)[0]) / 2e-3
            for h in 1e-3 * np.eye(8)
        ]
        assert slope == pytest.approx(np.array(by), rel=0.02, abs=0.1)
        assert value == pytest.approx(problem.log_likelihood(point[None], seen)[0] - 0.5 * point @ point, abs=0.01)


def test_points_are_places_in_the_priors_of_one_patient(problem):
    assert problem.dimension == 8 and problem.patient.n == 1 and np.isinf(problem.patient.thresholds).all()
    at = problem._at(np.array([[0.0] * 8, [1.0] + [0.0] * 7]))
    assert (at.parameters[0] == problem.patient.parameters[0]).all()
    column = problem.system.parameters.index(UNKNOWN[0])
    cv = problem.system.model.parameters[UNKNOWN[0]].entry.prior.cv
    assert np.log(at.parameters[1, column] / at.parameters[0, column]) == pytest.approx(np.sqrt(np.log(1 + cv**2)))
    assert np.flatnonzero(at.parameters[1] != at.parameters[0]).tolist() == [column]
    labs = np.exp(problem.predict(np.zeros((1, 8)))[0]).reshape(len(DAYS), len(LABS))
    assert (
        (labs[:, 0] > 1).all() and (labs[:, 1] > 1).all() and labs[0, 2] > labs[-1, 2] > 5
    )  # a patient who gets better


def test_every_unknown_leaves_a_trace_in_the_labs(problem):
    """The least of them, the half of casts, would by itself narrow its prior by a seventh: 1 / sqrt(1 + 0.6^2)."""
    _, by = problem.slopes(np.zeros((1, 8)))
    assert (np.sqrt((by[0] ** 2).sum(axis=0)) > 0.6 * NOISE).all()


def test_noise_is_as_stated_and_failures_have_no_likelihood(problem):
    point = np.full(8, 0.2)
    mean = problem.predict(point[None])[0]
    noise = np.concatenate([problem.observe(point, k) - mean for k in range(60)])
    assert noise.std() == pytest.approx(NOISE, rel=0.05) and abs(noise.mean()) < 0.01
    assert problem.log_likelihood(point[None], mean)[0] == 0
    assert _fit(np.stack([mean, np.where(np.arange(len(mean)) == 3, np.nan, mean)]), mean).tolist() == [0, -np.inf]


def test_only_lognormal_parameters_that_exist(system):
    for name in ("nope", "body_weight"):
        with pytest.raises(InputError, match=name):
            reduced(system, [name])
