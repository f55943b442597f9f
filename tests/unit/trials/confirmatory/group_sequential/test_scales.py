import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.conditional_power import conditional_power
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.scales import boundary_scales
from hepatica.trials.confirmatory.group_sequential.spending import HwangShihDeCani, LanDeMetsOBrienFleming

DESIGN = design_group_sequential(3, LanDeMetsOBrienFleming(), futility=HwangShihDeCani(-2))


def test_scales_say_the_same_boundary():
    found = boundary_scales(DESIGN, max_information=50.0)
    np.testing.assert_allclose(norm.isf(found.p_value), found.z)
    np.testing.assert_allclose(found.effect * np.sqrt(50 * DESIGN.fractions), DESIGN.critical)
    np.testing.assert_allclose(found.b_value, DESIGN.critical * np.sqrt(DESIGN.fractions))
    assert found.conditional_power_design[0] == conditional_power(DESIGN, 1, DESIGN.critical[0], DESIGN.drift)
    assert found.conditional_power_observed[0] == conditional_power(DESIGN, 1, DESIGN.critical[0])
    assert np.isnan(found.predictive_power[-1])


def test_futility_boundary_has_low_conditional_power():
    low, high = boundary_scales(DESIGN, upper=False), boundary_scales(DESIGN)
    assert (low.predictive_power[:2] < 0.5).all() and (high.predictive_power[:2] > 0.9).all()


def test_a_look_without_boundary_is_nan():
    late = design_group_sequential(2, LanDeMetsOBrienFleming(), futility=[-np.inf])
    assert np.isnan(boundary_scales(late, upper=False).z[0])


def test_information_must_be_positive():
    with pytest.raises(InputError, match="max_information"):
        boundary_scales(DESIGN, max_information=0)
