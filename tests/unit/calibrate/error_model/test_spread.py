"""SD between people, as printed or as usual."""

import pytest

from hepatica.calibrate.error_model.spread import between_people_sd, usual_spread
from hepatica.evidence.observations import Observation


def test_quartiles_have_the_sd_of_a_normal_distribution_and_a_tiny_sd_is_not_believed():
    row = {"arm": "a", "variable": "albumin", "unit": "g/L", "time": 0, "n": 30, "value": 30.0}
    assert between_people_sd(Observation(kind="median", q1=23.255, q3=36.745, **row)) == pytest.approx(10.0)
    assert between_people_sd(Observation(kind="mean_sd", sd=0.3, **row)) == pytest.approx(
        usual_spread()["albumin"] * 30
    )
    assert between_people_sd(Observation(kind="mean", **row)) is None
