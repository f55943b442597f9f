"""Rows of a cohort: what is known of each at the last lab, features in their places, and measured rows alone."""

import numpy as np
import pytest

from hepatica.individual.learning.matching import Matching, observed_later
from hepatica.individual.learning.training_rows import (
    N_FEATURES,
    known_of,
    last_column,
    make_features,
    rows_of,
    training_rows,
    without_model,
)
from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import default_errors

INR = LABS.index("inr")


@pytest.fixture(scope="module")
def matched(acute, make_cohort):
    matching = Matching({0: acute}, make_cohort(acute, 40, seed=8), (0.0, 1.0), (3.0,))
    return matching, matching.forecasts(default_errors(), Kernels())


def test_what_is_known(matched):
    matching, forecasts = matched
    known = known_of(matching, forecasts)
    i = np.flatnonzero(np.isfinite(matching.values[:, :, INR]).all(axis=1))[0]
    assert known.last[i, INR] == matching.values[i, 1, INR] and known.day[i] == 1.0
    assert known.change[i, INR] == pytest.approx(matching.values[i, 1, INR] - matching.values[i, 0, INR])
    assert known.off[i, INR] == pytest.approx(matching.values[i, 1, INR] - forecasts.at_known[i, 1, INR])
    features = make_features(np.zeros(40), known)
    assert features.shape == (40, N_FEATURES)
    np.testing.assert_array_equal(features[:, last_column("inr")], known.last[:, INR])
    kept = without_model()
    assert kept[last_column("inr")] == 1 and not kept[: 1 + len(LABS)].any()


def test_rows(matched):
    matching, forecasts = matched
    who = np.array([3, 7])
    rows = rows_of(matching, forecasts, who, "inr")
    assert rows.ahead.tolist() == [2.0, 2.0] and rows.person.tolist() == [3, 7]
    np.testing.assert_array_equal(rows.observed, observed_later(matching)[who][:, 0, INR])
    np.testing.assert_array_equal(rows.features[:, 0], rows.forecast)
    measured = training_rows([matching, matching], [forecasts, forecasts], np.arange(40), "inr")
    n = int(np.isfinite(observed_later(matching)[:, 0, INR]).sum())
    assert len(measured.observed) == 2 * n and np.isfinite(measured.observed).all()
