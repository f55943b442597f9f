"""Single logistic curves: limits of the half-maximal dose, five parameters, refusals."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.curve import fit_curve

DOSE = np.repeat(3.0 ** np.arange(-4, 5), 3)


def simulated(seed, g=1.0, sd=0.2):
    rng = np.random.Generator(np.random.Philox(seed))
    return 1 + 9 / (1 + (DOSE / 2) ** 1.4) ** g + sd * rng.normal(size=27)


def test_limits_of_the_half_maximal_dose_cover_it():
    covered = [c.ed50_low < 2 < c.ed50_high for c in (fit_curve(DOSE, simulated(k)) for k in range(300))]
    assert 0.91 < np.mean(covered) < 0.985


def test_five_parameters_and_their_errors_by_another_optimiser():
    y = simulated(1, g=0.5, sd=0.05)
    found = fit_curve(DOSE, y, five=True)

    def curve(x, c, d, b, log_scale, log_g):
        return c + (d - c) * (1 + np.exp(b * (np.log(x) - log_scale))) ** -np.exp(log_g)

    theta, v = curve_fit(curve, DOSE, y, p0=(1, 10, 1.4, np.log(2), np.log(0.5)), xtol=1e-14, ftol=1e-14)
    assert (found.lower, found.upper, found.slope) == pytest.approx(theta[:3], rel=1e-4)
    assert (found.scale, found.asymmetry) == pytest.approx(np.exp(theta[3:]), rel=1e-3)
    assert found.standard_errors["scale"] == pytest.approx(found.scale * np.sqrt(v[3, 3]), rel=0.01)
    assert found.standard_errors["asymmetry"] == pytest.approx(found.asymmetry * np.sqrt(v[4, 4]), rel=0.01)
    log_ed50 = theta[3] + np.log(2 ** np.exp(-theta[4]) - 1) / theta[2]
    assert found.ed50 == pytest.approx(np.exp(log_ed50), rel=1e-4)
    step, gradient = 1e-6, np.zeros(5)
    for p in range(2, 5):
        moved = theta + step * np.eye(5)[p]
        gradient[p] = (moved[3] + np.log(2 ** np.exp(-moved[4]) - 1) / moved[2] - log_ed50) / step
    half = 2.0739 * np.sqrt(gradient @ v @ gradient)
    assert np.log(found.ed50_high / found.ed50) == pytest.approx(half, rel=0.01)


@pytest.mark.parametrize("dose, y", [(DOSE[:4], DOSE[:4]), (DOSE[:9], DOSE[:9]), (DOSE, np.ones(27))])
def test_too_little_is_refused(dose, y):
    with pytest.raises(InputError):
        fit_curve(dose, y)


@pytest.mark.parametrize("place, value", [(0, -1.0), (0, np.nan), (1, np.inf), (1, np.nan)])
def test_numbers_that_no_assay_has_are_refused(place, value):
    given = [DOSE.copy(), simulated(1)]
    given[place][3] = value
    with pytest.raises(InputError, match="finite numbers in pairs, no dose below zero"):
        fit_curve(*given)
