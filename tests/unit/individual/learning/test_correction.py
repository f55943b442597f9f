"""Corrections: a known bias and slope are found, the fade, the round trip, and features that mean what they say."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.individual.learning.correction import (
    LATEST,
    Correction,
    Known,
    _priors,
    _training_rows,
    corrected,
    fit_corrections,
    known_of,
    make_features,
    residual_variances,
)
from hepatica.individual.learning.grouped_ridge import GroupedRidge
from hepatica.individual.learning.learn import BASES
from hepatica.individual.learning.matching import Matching, observed_later
from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import default_errors


@pytest.fixture(scope="module")
def fitted(acute, make_cohort):
    people = make_cohort(acute, 110, seed=8)
    people.labs["inr"][:, 2] *= 1.5  # a bias that the model does not have
    matching = Matching({0: acute}, people, (0.0, 1.0), (3.0,))
    forecasts = matching.forecasts(default_errors(), Kernels())
    training = np.arange(80)
    return matching, forecasts, fit_corrections([matching], [forecasts], training)


def test_a_bias_is_found_on_other_people(fitted):
    matching, forecasts, corrections = fitted
    test, k = np.arange(80, 110), LABS.index("inr")
    mean, variance = corrected(matching, forecasts, corrections, test)
    observed = observed_later(matching)[test][:, 0, k]
    before, after = (np.nanmean((observed - m[:, 0, k]) ** 2) for m in (forecasts.mean[test], mean))
    assert after < 0.5 * before
    z = (observed - mean[:, 0, k]) / np.sqrt(variance[:, 0, k])
    assert 0.5 < np.nanmean(z**2) < 2.0
    assert len(residual_variances([matching], [forecasts], np.arange(80))) == 3


def test_it_fades_beyond_the_people(fitted):
    c = fitted[2]["inr"]
    features = np.tile(c.centre, (3, 1))
    mean, variance = c.apply(features, np.zeros(3), np.full(3, 0.04), np.array([c.ahead[-1], 30.0, 400.0]))
    assert abs(mean[2]) < 1e-6 < abs(mean[0]) and variance[2] >= 0.04
    again = Correction.of(c.to_dict())
    np.testing.assert_allclose(again.slope, c.slope, rtol=1e-5)
    np.testing.assert_allclose(again.apply(features, np.zeros(3), np.ones(3), np.ones(3))[0],
                               c.apply(features, np.zeros(3), np.ones(3), np.ones(3))[0], rtol=1e-4)  # fmt: skip


def test_what_is_known(fitted):
    matching, forecasts, _ = fitted
    known, k = known_of(matching, forecasts), LABS.index("inr")
    both = np.flatnonzero(np.isfinite(matching.values[:, :, k]).all(axis=1))
    i = both[0]
    assert known.last[i, k] == matching.values[i, 1, k]
    assert known.change[i, k] == pytest.approx(matching.values[i, 1, k] - matching.values[i, 0, k])
    assert known.off[i, k] == pytest.approx(matching.values[i, 1, k] - forecasts.at_known[i, 1, k])
    row = Known(*(getattr(known, n)[i : i + 1] for n in Known.__dataclass_fields__))
    at_one_day = make_features(np.zeros(1), row, np.ones(1))
    basic = (at_one_day.shape[1] - 3) // 3
    parts = np.nan_to_num(at_one_day[0])
    assert parts[basic : 2 * basic + 1].tolist() == [0.0] * (basic + 1)  # the logarithm of one day
    np.testing.assert_allclose(parts[2 * basic + 1 : 3 * basic + 1], np.log(2) * parts[:basic])  # from day 1
    later = make_features(np.zeros(1), replace(row, day=np.array([9.0])), np.ones(1))
    np.testing.assert_array_equal(later, at_one_day)  # later labs count as those of the latest day that taught
    assert max(day for days in BASES.values() for day in days) == LATEST


def test_it_is_the_mean_of_three_regressions(fitted):
    """Each fitted by itself; the last one adds to the last value what it predicts of the change."""
    matching, forecasts, corrections = fitted
    rows = _training_rows([matching], [forecasts], np.arange(80), "inr")
    column = 1 + len(LABS) + LABS.index("inr")
    last = np.where(np.isfinite(x := rows.features[:, column]), x, np.nanmean(x))
    full, without = _priors()
    assert (full > 0).all() and (without[[0, column - len(LABS)]] == 0).all() and without[column] == 1
    parts = [
        start + GroupedRidge.fit(rows.features, rows.observed - start, rows.person, prior).predict(rows.features)
        for start, prior in ((rows.forecast, full), (np.zeros(len(last)), without), (last, without))
    ]
    mean, _ = corrections["inr"].apply(rows.features, rows.forecast, rows.variance, rows.ahead)
    np.testing.assert_allclose(mean, np.mean(parts, axis=0), atol=1e-8)
