import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential import conditional_power as cp
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming
from hepatica.trials.confirmatory.group_sequential.spending import HwangShihDeCani

DESIGN = design_group_sequential(3, HwangShihDeCani(-4), beta=0.1, futility=HwangShihDeCani(-2))


def test_later_crossings_are_those_of_simulated_trials():
    look, z, drift = 1, 1.1, 2.8
    t = DESIGN.fractions
    steps = np.random.default_rng(8).standard_normal((300_000, 2)) * np.sqrt(np.diff(t))
    score = z * np.sqrt(t[0]) + np.cumsum(steps + drift * np.diff(t), axis=1)
    paths = score / np.sqrt(t[1:])
    second = paths[:, 0] >= DESIGN.critical[1]
    third = ~second & (paths[:, 0] >= DESIGN.futility[1]) & (paths[:, 1] >= DESIGN.critical[2])
    found = cp.conditional_probabilities(DESIGN, look, z, drift)
    np.testing.assert_allclose(found.upper, [second.mean(), third.mean()], atol=0.004)
    assert found.upper.sum() + found.lower.sum() == pytest.approx(1, abs=1e-12)


def test_one_look_left_has_a_closed_form():
    two = design_group_sequential([0.4, 1.0], OBrienFleming())
    for drift in (None, 0.0, 3.0):
        exact = cp.single_look_conditional_power(np.array(1.3), 0.4, drift, two.critical[-1])
        assert cp.conditional_power(two, 1, 1.3, drift) == pytest.approx(float(exact), abs=1e-12)
        z = cp.z_of_conditional_power(float(exact), 0.4, drift, two.critical[-1])
        assert z == pytest.approx(1.3)


def test_predictive_power_with_a_flat_prior_has_a_closed_form():
    """With one look left and a flat prior it is Phi((z - c sqrt t) / sqrt(1 - t))."""
    two = design_group_sequential([0.4, 1.0], OBrienFleming())
    exact = norm.cdf((1.3 - two.critical[-1] * np.sqrt(0.4)) / np.sqrt(0.6))
    assert cp.predictive_power(two, 1, 1.3) == pytest.approx(exact, abs=1e-10)


def test_a_certain_prior_gives_conditional_power():
    found = cp.predictive_power(DESIGN, 1, 1.0, prior_drift=2.5, prior_information=1e10)
    assert found == pytest.approx(cp.conditional_power(DESIGN, 1, 1.0, 2.5), abs=1e-4)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: cp.conditional_power(DESIGN, 3, 1.0),
        lambda: cp.conditional_power(DESIGN, 1, np.nan),
        lambda: cp.predictive_power(DESIGN, 1, 1.0, prior_information=-1),
        lambda: cp.single_look_conditional_power(np.array(1.0), 1.0, None, 2.0),
        lambda: cp.z_of_conditional_power(1.0, 0.5, None, 2.0),
    ],
)
def test_impossible_questions_are_refused(ask):
    with pytest.raises(InputError):
        ask()
