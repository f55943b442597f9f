"""Shape of a dose-response on a ladder of doses."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.translation.dose_response.curve import emax, falling
from hepatica.translation.dose_response.gain_curve import describe_curves

DOSE = np.geomspace(1e4, 1e9, 101)


@pytest.mark.parametrize("half", [1e5, 3e6])
def test_half_effect_and_plateau_of_a_known_sigmoid(half):
    shape = describe_curves(DOSE, 7.0 * emax(DOSE, np.array(half)))
    assert shape.plateau == pytest.approx(7.0, rel=0.005) and shape.half == pytest.approx(half, rel=0.01)
    assert shape.best == DOSE[-1] and shape.left == 1.0


def test_a_curve_that_falls_is_read_on_its_rise():
    gain = falling(DOSE, np.array(1e6), 1.0, 1.0)
    shape = describe_curves(DOSE, gain)
    assert gain.max() == shape.plateau and shape.best == DOSE[gain.argmax()] and shape.left < 0.1
    assert shape.half < 1e6 and np.interp(np.log(shape.half), np.log(DOSE), gain) == pytest.approx(gain.max() / 2)


def test_many_curves_are_each_read_as_by_a_naive_search():
    rng = np.random.default_rng(1)
    dose, curves = np.geomspace(1e5, 1e8, 7), rng.normal(1.0, 1.0, size=(40, 3, 7)).cumsum(-1)
    shape = describe_curves(dose, curves)
    fine = np.geomspace(1e5, 1e8, 60_001)
    for k in np.ndindex(40, 3):
        gain = curves[k]
        if gain.max() <= 0:
            assert np.isnan(shape.half[k]) and np.isnan(shape.left[k])
            continue
        reached = np.interp(np.log(fine), np.log(dose), gain) >= gain.max() / 2
        assert shape.half[k] == pytest.approx(fine[reached.argmax()], rel=1e-3)
        assert shape.left[k] == pytest.approx(gain[-1] / gain.max())


def test_what_is_reached_at_the_lowest_dose_is_that_dose_and_harm_has_no_half_effect():
    dose = np.array([1.0, 2.0, 4.0])
    shape = describe_curves(dose, np.array([[3.0, 3.0, 4.0], [-1.0, -2.0, -3.0], [0.1, 0.2, 0.3]]), least=0.5)
    assert shape.half[0] == 1.0 and np.isnan(shape.half[1:]).all()
    assert shape.plateau.tolist() == [4.0, -1.0, 0.3]


@pytest.mark.parametrize(("dose", "gain"), [([2.0, 1.0], [0.0, 1.0]), ([0.0, 1.0], [0.0, 1.0]), ([1.0, 2.0], [1.0])])
def test_doses_that_do_not_rise_or_do_not_fit_are_refused(dose, gain):
    with pytest.raises(InputError):
        describe_curves(np.array(dose), np.array(gain))
