"""Courses under arms."""

import numpy as np
import pytest
import xarray as xr

from hepatica.dosing.utility import Utility
from hepatica.dosing.window.course import Courses

TIMES = np.array([0.0, 10.0, 30.0])


@pytest.fixture
def courses():
    dims = ("arm", "patient", "time")
    death = np.broadcast_to(np.array([0.02, 0.01])[:, None, None], (2, 3, 3))
    ds = xr.Dataset(
        {
            "death_intensity": (dims, death),
            "transplant_intensity": (dims, np.full((2, 3, 3), 0.01)),
            "thrombosis_hazard": (dims, np.zeros((2, 3, 3))),
        },
        {"time": TIMES},
    )
    return Courses(ds, (), Utility(), np.full(3, 70.0))


def test_transplant_free_survival_is_the_exponential_of_both_intensities(courses):
    assert courses.transplant_free[0, 0] == pytest.approx(np.exp(-0.03 * TIMES), abs=1e-6)


def test_a_day_is_the_last_output_up_to_it(courses):
    assert [courses.at(d) for d in (0.0, 9.0, 10.0, 400.0)] == [0, 0, 1, 2]
    assert courses.values("death_intensity").shape == (2, 3, 3)
