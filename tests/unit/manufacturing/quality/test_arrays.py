"""Checked arrays: what is refused, in one sentence."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import finite, ordered_limits, positive, probability, whole


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["1", "x"], "numbers alone"),
        ([1.0, np.nan], "value 2 not finite"),
        ([1.0, np.inf], "value 2"),
        ([], "0 values"),
        ([[1.0]], "2 dimensions"),
        ([[1.0], [1.0, 2.0]], "numbers alone"),
    ],
)
def test_bad_values_are_refused(values, says):
    with pytest.raises(InputError, match=says):
        finite(values, "viability")


def test_bounds():
    assert finite([1, 2, 3], "x").dtype == float and ordered_limits(None, 2) == (-np.inf, 2.0)
    for call in (
        lambda: probability(1.0, "p"),
        lambda: probability(float("nan"), "p"),
        lambda: positive(0.0, "sd"),
        lambda: positive(np.inf, "sd"),
        lambda: whole(2.5, "n"),
        lambda: whole(1, "n", least=2),
        lambda: ordered_limits(None, None),
        lambda: ordered_limits(2, 2),
        lambda: ordered_limits(float("nan"), 1),
        lambda: finite([1.0], "x", least=2),
    ):
        with pytest.raises(InputError):
            call()
