import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod.fit import GroupData, fit_model
from hepatica.trials.confirmatory.mcp_mod.models import BetaMod, Emax, Linear, LinLog, Quadratic
from hepatica.trials.confirmatory.mcp_mod.target_dose import effective_dose, first_dose, target_dose

DOSES = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])


def fitted(kind, response):
    return fit_model(kind, GroupData.of_groups(DOSES, response, 10, 0.0))


def test_doses_of_an_emax_curve_have_closed_forms():
    model = fitted(Emax, 1 + 2 * DOSES / (1.5 + DOSES))
    assert target_dose(model, 0.8) == pytest.approx(0.8 * 1.5 / (2 - 0.8), abs=1e-5)
    share = 0.5 * 8 / 9.5
    assert effective_dose(model, 0.5) == pytest.approx(1.5 * share / (1 - share), abs=1e-5)
    assert np.isnan(target_dose(model, 1.9))


def test_effect_is_counted_from_placebo_where_the_shape_does_not_start_at_zero():
    model = fitted(LinLog, 3 + np.log(DOSES + 0.08))
    assert target_dose(model, 1.0) == pytest.approx(0.08 * (np.e - 1), abs=1e-8)


def test_falling_response():
    model = fitted(Linear, 5 - 0.5 * DOSES)
    assert target_dose(model, -1.0) == pytest.approx(2) and np.isnan(target_dose(model, 1.0))
    assert effective_dose(model, 0.5, rising=False) == pytest.approx(4)
    assert np.isnan(effective_dose(model, 0.5))


@pytest.mark.parametrize("kind", [Quadratic, BetaMod])
def test_umbrella_takes_the_rising_side(kind):
    response = DOSES - 0.11 * DOSES**2 if kind is Quadratic else 2 * BetaMod(0.8, 1.1, 9.6).shape(DOSES)
    model = fitted(kind, response)
    dose, grid = target_dose(model, 1.0), np.linspace(0, 8, 100_001)
    first = grid[np.argmax(model.predict(grid) - model.predict(0.0) >= 1.0)]
    assert dose == pytest.approx(first, abs=1e-4)
    top = (model.predict(grid) - model.predict(0.0)).max()
    assert effective_dose(model, 0.9) == pytest.approx(
        grid[np.argmax(model.predict(grid) - model.predict(0.0) >= 0.9 * top)], abs=1e-4
    )


def test_peak_between_two_points_of_the_grid_counts():
    def bump(d):
        return 1 - (np.asarray(d) - 4.001) ** 2

    assert first_dose(bump, 1 - 1e-9, 8.0) == pytest.approx(4.001 - np.sqrt(1e-9), abs=1e-7)
    assert np.isnan(first_dose(bump, 1.1, 8.0)) and first_dose(bump, -100, 8.0) == 0


def test_impossible_effects_are_refused():
    model = fitted(Linear, DOSES)
    with pytest.raises(InputError):
        target_dose(model, 0.0)
    with pytest.raises(InputError):
        effective_dose(model, 1.0)
