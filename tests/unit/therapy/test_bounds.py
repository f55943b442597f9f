"""Bounds: both ends belong, and what is no number is refused."""

import math

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.therapy.bounds import bounded


@pytest.mark.parametrize("value", [0.0, 0, 0.5, 1, 1.0, np.float64(0.25)])
def test_allows(value):
    bounded("x", value, 0.0, 1.0, "a share")


@pytest.mark.parametrize("value", [-1e-12, 1.0 + 1e-12, math.nan, math.inf, -math.inf, "0.5", None, True, [0.5]])
def test_refuses(value):
    with pytest.raises(InputError, match="^x: got .*; a share from 0 to 1$"):
        bounded("x", value, 0.0, 1.0, "a share")
