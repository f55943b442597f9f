"""Search for logistic curves: derivatives, another optimiser, curves that the data do not determine."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.logistic import structures
from hepatica.manufacturing.assay.models.logistic_fit import search, start

DOSE = np.tile(np.repeat(3.0 ** np.arange(-3, 4), 2), 2)
LAYOUT = Layout(np.repeat([0, 1], 14), DOSE, (np.tile([0, 1], 14),))
RNG = np.random.Generator(np.random.Philox(7))


@pytest.mark.parametrize("five", [False, True])
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_derivatives_by_differences(five, which, sign):
    dose = DOSE.copy()
    dose[[0, 14]] = 0.0
    s = structures(Layout(LAYOUT.sample, dose, LAYOUT.blocks), five)[which]
    theta = 0.3 * RNG.normal(size=(2, s.size))
    k = s.shape.shape[1]
    theta[:, k : 2 * k] += 3
    theta[:, 2 * k : 3 * k] += 2 * sign
    _, jacobian = s.evaluate(theta)
    for p in range(s.size):
        step = np.zeros(s.size)
        step[p] = 1e-6
        numeric = (s.evaluate(theta + step)[0] - s.evaluate(theta - step)[0]) / 2e-6
        assert jacobian[..., p] == pytest.approx(numeric, abs=1e-7)


def test_the_same_curve_as_another_optimiser():
    s = structures(Layout(LAYOUT.sample, DOSE), False)[0]
    y = 1 + 8 / (1 + (DOSE * np.array([1, 0.6])[LAYOUT.sample]) ** 1.3) + 0.2 * RNG.normal(size=(3, 28))
    found = search(y, s, start(y, s, LAYOUT.sample))

    def curve(_, c, d, b, a0, a1):
        return c + (d - c) / (1 + np.exp(b * s.x + np.where(LAYOUT.sample, a1, a0)))

    for row in range(3):
        theta, covariance = curve_fit(curve, s.x, y[row], p0=(0.5, 9, 1, 0, -0.5), xtol=1e-13, ftol=1e-13)
        assert found.theta[row] == pytest.approx(theta, rel=1e-5)
        sd = np.sqrt(np.diag(found.unscaled[row]) * found.ss[row] / 23)
        assert sd == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-3)
    assert found.converged.all()


def test_perfect_curves_are_found():
    s = structures(Layout(LAYOUT.sample, DOSE), True)[0]
    y = (1 + 8 / (1 + DOSE**1.3) ** 0.7)[None]
    found = search(y, s, start(y, s, LAYOUT.sample))
    assert found.ss[0] < 1e-10 and found.theta[0, :2] == pytest.approx([1, 9], rel=1e-3)


def test_curves_that_the_data_do_not_determine_are_none():
    s = structures(Layout(LAYOUT.sample, DOSE), True)[0]
    flat = np.full((1, 28), 2.0)
    line = np.log(DOSE)[None] + 0.0
    for y in (flat, line):
        found = search(y, s, start(y, s, LAYOUT.sample))
        assert not found.converged[0] and np.isnan(found.theta).all() and np.isnan(found.unscaled).all()
