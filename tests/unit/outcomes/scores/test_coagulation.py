"""INR and prothrombin activity: the published fits, their floor and their limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.outcomes import scores


@given(inr=st.floats(0.8, 20))
def test_activity_of_an_inr(inr):
    fit = 113.2 * inr**-3 - 69.9238 * inr**-2 + 57.484 / inr - 0.765
    assert scores.pta_from_inr(inr) == pytest.approx(max(fit, 6.0), rel=1e-12)


@given(activity=st.floats(0.1, 200))
def test_inr_of_an_activity(activity):
    a = max(activity, 6.0)
    assert scores.inr_from_pta(activity) == pytest.approx(1 / (0.2093 * math.sqrt(a) - 0.0073 * a - 0.361), rel=1e-9)


@given(inr=st.floats(1, 4.5))
def test_prothrombin_activity_and_inr_nearly_invert_each_other(inr):
    assert scores.inr_from_pta(scores.pta_from_inr(inr)) == pytest.approx(inr, rel=0.03)


@pytest.mark.parametrize("activity", [0, 0.0, -1, 200.1, math.nan, [50, 0], "40"])
def test_an_impossible_activity_is_refused(activity):
    with pytest.raises(InputError, match="pta"):
        scores.inr_from_pta(activity)


def test_the_limits_of_an_activity_are_allowed_and_nan_of_many_stays():
    assert np.isfinite(scores.inr_from_pta([1e-9, 200.0])).all()
    assert np.isnan(scores.inr_from_pta([50.0, np.nan])).tolist() == [False, True]
