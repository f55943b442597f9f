"""Corrections: a known bias is taken off other people, the fade, the round trip, and members that are what they say."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hepatica.individual.learning.correction import (
    FADE,
    Correction,
    corrected,
    fit_correction,
    fit_corrections,
    residual_variances,
)
from hepatica.individual.learning.grouped_ridge import GroupedRidge
from hepatica.individual.learning.matching import Matching, observed_later
from hepatica.individual.learning.time_basis import TimeBasis, regressors
from hepatica.individual.learning.training_rows import N_FEATURES, last_column, training_rows, without_model
from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import default_errors
from hepatica.individual.regressions import standardisation, standardise


@pytest.fixture(scope="module")
def fitted(acute, make_cohort):
    people = make_cohort(acute, 110, seed=8)
    people.labs["inr"][:, 2] *= 1.5  # a bias that the model does not have
    matching = Matching({0: acute}, people, (0.0, 1.0), (3.0,))
    forecasts = matching.forecasts(default_errors(), Kernels())
    training = np.arange(80)
    return matching, forecasts, fit_corrections([matching], [forecasts], training)


def test_a_bias_is_taken_off_other_people(fitted):
    matching, forecasts, corrections = fitted
    test, k = np.arange(80, 110), LABS.index("inr")
    pool = corrected(matching, forecasts, corrections, test)["inr"]
    observed = observed_later(matching)[test][:, 0, k]
    before, after = (np.nanmean((observed - m) ** 2) for m in (forecasts.mean[test, 0, k], pool.middle()[:, 0]))
    assert after < 0.5 * before
    assert 0.5 < np.nanmean((observed - pool.middle()[:, 0]) ** 2 / pool.variance()[:, 0]) < 2.0
    assert len(residual_variances([matching], [forecasts], np.arange(80))) == 3
    alone = corrected(matching, forecasts, {}, test)["inr"]
    np.testing.assert_array_equal(alone.middle(), forecasts.mean[test][:, :, k])


def test_it_fades_beyond_the_people(fitted):
    matching, forecasts, corrections = fitted
    c = corrections["inr"]
    one = training_rows([matching], [forecasts], np.arange(3), "inr").take(np.zeros(3, int))
    rows = replace(one, ahead=np.array([c.ahead[-1], 30.0, 400.0]))
    later = c.apply(rows)
    np.testing.assert_array_equal(later.mean[:, 1:], later.mean[:, [0, 0]])  # as of the last day that people taught
    strength = c.strength(np.array([0.0, c.ahead[0] / 2, c.ahead[0], c.ahead[-1], c.ahead[-1] + FADE, 400.0]))
    np.testing.assert_allclose(strength, [0, 0.5, 1, 1, np.exp(-1), 0], atol=1e-9)
    again = Correction.of(json.loads(json.dumps(c.to_dict())))
    np.testing.assert_allclose(again.apply(rows).mean, c.apply(rows).mean, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(again.apply(rows).sd, c.apply(rows).sd, rtol=1e-4)
    assert again.to_dict() == c.to_dict()


def test_members(fitted):
    """Four regressions, each fitted again by itself, and the last value."""
    matching, forecasts, _ = fitted
    rows = training_rows([matching], [forecasts], np.arange(80), "inr")
    c, column = fit_correction(rows, "inr"), last_column("inr")
    z = standardise(rows.features, *standardisation(rows.features))
    last = np.where(np.isfinite(x := rows.features[:, column]), x, np.nanmean(x))
    starts = (rows.forecast, np.zeros(len(z)), last, np.zeros(len(z)))
    mean = c.apply(rows).mean
    for k, (member, start) in enumerate(zip(c.members[:4], starts, strict=True)):
        relative = np.ones(N_FEATURES) if k == 0 else without_model()
        x = regressors(z, member.basis.functions(rows.ahead, rows.day, c.knots))
        prior = member.basis.prior(relative, len(c.knots)).ravel()
        fit = GroupedRidge.fit(x, rows.observed - start, rows.person, prior)
        np.testing.assert_allclose(mean[k], start + fit.predict(x), atol=1e-8)
    np.testing.assert_allclose(mean[4], last, atol=1e-10)
    assert [m.own for m in c.members] == [1, 0, 0, 0, 0] and c.members[3].basis is TimeBasis.KNOTS
    assert sum(m.weight for m in c.members) == pytest.approx(1.0)
