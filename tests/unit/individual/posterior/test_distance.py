"""Distance: virtual people are like themselves, and labs that nobody has are told to be unlike any."""

from dataclasses import replace

import numpy as np

from hepatica.individual.posterior.distance import distance, whiten
from hepatica.individual.posterior.lab_error import default_errors


def test_a_member_is_near_and_a_stranger_far(acute, observe_candidate):
    errors = default_errors()
    o = observe_candidate(acute, 11)
    near = distance(acute, o, errors)
    assert near.share < 0.9 and near.widening < 1.2 and not near.is_unlike
    far = replace(o, series=tuple(replace(s, values=s.values + 6.0) for s in o.series))
    found = distance(acute, far, errors)
    assert found.is_unlike and found.widening > 2 and found.value > near.value


def test_whitened_distance_is_that_of_the_likelihood(acute, observe_candidate):
    o, errors = observe_candidate(acute, 4, days=(0.0, 3.0), labs=("inr",)), default_errors()
    x, own = whiten(acute, o, errors, 0)
    found = -0.5 * ((x - own) ** 2).sum(axis=1)
    s = o.series[0]
    residual = s.values - acute.labs[0][:, [0, 3], 1]
    expected = errors["inr"].log_likelihood(residual, s.days, s.signs)
    near = found > -10
    np.testing.assert_allclose(found[near], expected[near], rtol=1e-4, atol=1e-4)


def test_nothing_measured_is_near_to_all(acute, observe_candidate):
    assert distance(acute, observe_candidate(acute, 0, labs=("crp",)), default_errors()).widening == 1.0
