"""Features: errors of the assumed covariance, exact measurements alone, and the weight of what is no feature."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.features import featureless_weight, matching_noise, noisy_features
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.observations import Series


def test_noise_of_matching_has_the_errors_covariance():
    error, days = LabError(0.2, 0.5, 3.0), np.array([0.0, 2.0])
    noise = matching_noise(np.arange(4000), "inr", error, days, 1)
    np.testing.assert_allclose(np.cov(noise.T), error.covariance(days), atol=0.03)
    assert abs(norm.cdf(noise[:, 0] / error.sd).mean() - 0.5) < 0.02


def test_features_are_exact_measurements_and_covariates(acute, observe_candidate):
    o, errors = observe_candidate(acute, 5), default_errors()
    features, point = noisy_features(acute, o, errors, Kernels(age=10.0), course=0, seed=1)
    assert features.shape == (acute.n, 5) and point.shape == (5,)  # four labs and the age
    k = LABS.index("inr")
    own = features[:, 1] * errors["inr"].sd - acute.labs[0, :, 0, k]
    np.testing.assert_allclose(
        own, matching_noise(acute.patient, "inr", errors["inr"], np.zeros(1), 1)[:, 0], atol=1e-5
    )
    assert point[1] == pytest.approx(o.get("inr").values[0] / errors["inr"].sd) and point[4] == o.age / 10


def test_a_limit_weighs_by_the_probability_of_being_beyond_it(acute, observe_candidate):
    o, error = observe_candidate(acute, 5, days=(0.0, 2.0)), default_errors()["alt"]
    alive = acute.free[0, :, 2].astype(float)
    np.testing.assert_allclose(featureless_weight(acute, o, default_errors(), 0), alive)
    limit = Series("alt", np.zeros(1), np.array([np.log(400.0)]), np.array([1]))
    found = featureless_weight(acute, replace(o, series=(*o.series, limit)), default_errors(), 0)
    labs = acute.labs[0, :, 0, LABS.index("alt")].astype(float)
    above = norm.sf((np.log(400.0) - labs) / error.sd)
    np.testing.assert_allclose(found, alive * above / above.max(), rtol=1e-4, atol=4e-6)
