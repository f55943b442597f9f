import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod import models as m

ALL = [
    m.Linear(),
    m.LinLog(0.5),
    m.Quadratic(-0.1),
    m.Emax(2.0),
    m.SigEmax(3.0, 4.0),
    m.Logistic(4.0, 1.0),
    m.Exponential(3.0),
    m.BetaMod(0.8, 1.5, 12.0),
    m.Interpolated((0, 5, 10), (0, 2, 1)),
]
DOSES = np.linspace(0, 10, 501)


def test_formulas():
    assert m.Emax(2.0).shape(2.0) == 0.5 and m.SigEmax(3.0, 4.0).shape(3.0) == 0.5 and m.Logistic(4, 1).shape(4) == 0.5
    assert m.Exponential(3.0).shape(3.0) == pytest.approx(np.e - 1) and m.LinLog(0.5).shape(0.5) == 0
    assert m.Quadratic(-0.1).shape(2.0) == pytest.approx(1.6) and m.Interpolated((0, 5), (0, 2)).shape(2.5) == 1


def test_beta_model_peaks_at_one():
    shape = m.BetaMod(0.8, 1.5, 12.0)
    assert shape.shape(12 * 0.8 / 2.3) == pytest.approx(1) and shape.shape(DOSES).max() <= 1 and shape.shape(12.0) == 0


@pytest.mark.parametrize("model", ALL, ids=lambda x: x.name)
@pytest.mark.parametrize("effect", [0.4, -2.0])
def test_scaled_response_starts_at_placebo_and_reaches_its_largest_effect(model, effect):
    response = model.scaled(DOSES, 10.0, placebo=1.5, max_effect=effect)
    assert response[0] == pytest.approx(1.5)
    assert np.abs(response - 1.5).max() == pytest.approx(abs(effect), rel=1e-5)


def test_peak_between_points_of_the_grid_is_found():
    peak = 3.33333  # of dose + delta dose^2, on none of the grid's points
    shape = m.Quadratic(-1 / (2 * peak))
    assert shape.scaled(peak, 6.0, max_effect=0.7) == pytest.approx(0.7, abs=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda: m.Emax(0.0),
        lambda: m.SigEmax(1.0, -1.0),
        lambda: m.Logistic(1.0, 0.0),
        lambda: m.Exponential(np.inf),
        lambda: m.BetaMod(1.0, 1.0, 0.0),
        lambda: m.LinLog(0.0),
        lambda: m.Interpolated((0, 1), (0, 1, 2)),
    ],
)
def test_impossible_parameters_are_refused(make):
    with pytest.raises(InputError):
        make()


def test_every_model_is_listed_and_named():
    assert {type(x) for x in ALL} == set(m.MODELS)
    assert m.Emax(2.0).name == "Emax(2)" and m.Linear().name == "Linear"
