"""A cohort beside its libraries: weights and forecasts are those of each person's own posterior."""

import numpy as np
import pytest

from hepatica.individual.learning.matching import Matching, learnable, observed_later
from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.importance import Kernels, log_likelihood, normalise
from hepatica.individual.posterior.lab_error import default_errors
from hepatica.individual.posterior.observations import Observations, Series

DAYS = np.array([0.0, 1.0, 3.0])


@pytest.fixture(scope="module")
def people(acute, make_cohort):
    return make_cohort(acute, 40)


@pytest.fixture(scope="module")
def matching(acute, people):
    return Matching({0: acute}, people, (0.0, 1.0), (3.0,))


def test_weights_are_those_of_each_person(acute, people, matching):
    errors = default_errors()
    (found,) = matching.weights(errors, Kernels())
    for i in (0, 7, 20):
        series = []
        for lab in LABS:
            if lab in people.labs:
                value = people.labs[lab][i, :2]
                good = np.isfinite(value)
                if good.any():
                    series.append(Series(lab, DAYS[:2][good], np.log(value[good]), np.zeros(good.sum(), int)))
        own = Observations(series=tuple(series), age=float(people.age[i]))
        np.testing.assert_allclose(found[i], normalise(log_likelihood(acute, own, errors, Kernels())), atol=1e-4)


def test_forecasts_are_sums_over_candidates(acute, people, matching):
    errors = default_errors()
    (weight,) = matching.weights(errors, Kernels())
    found, k = matching.forecasts(errors, Kernels()), LABS.index("inr")
    i = int(np.flatnonzero(np.isfinite(people.labs["inr"][:, :2]).all(axis=1))[0])
    courses = acute.labs[0][:, [0, 1, 3], k].astype(float)
    carried, variance = errors["inr"].carry(np.log(people.labs["inr"][i, :2]) - courses[:, :2], DAYS[:2], DAYS[2:])
    each = courses[:, 2] + carried[:, 0]
    mean = weight[i] @ each
    assert found.mean[i, 0, k] == pytest.approx(mean, abs=1e-3)
    total = weight[i] @ (each - mean) ** 2 + variance[0] + errors["inr"].assay ** 2
    assert found.variance[i, 0, k] == pytest.approx(total, rel=0.02)
    np.testing.assert_allclose(found.at_known[i, :, k], weight[i] @ courses[:, :2], atol=1e-3)


def test_events(acute, matching):
    (weight,) = matching.weights(default_errors(), Kernels())
    free = acute.free[0].astype(float)
    expected = 1 - (weight @ free[:, 15]) / (weight @ free[:, 1])
    np.testing.assert_allclose(matching.event(default_errors(), Kernels(), 60.0), expected, atol=1e-4)


def test_labs_of_the_people(matching):
    assert learnable([matching]) == ("bilirubin", "inr", "albumin")
    assert observed_later(matching).shape == (40, 1, len(LABS))
