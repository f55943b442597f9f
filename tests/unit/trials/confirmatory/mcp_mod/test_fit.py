"""Fits against scipy's curve_fit on patients, and truths that come back."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod import fit as ft
from hepatica.trials.confirmatory.mcp_mod import models as m

DOSES = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])
TRUTHS = [
    m.Linear(),
    m.LinLog(0.08),
    m.Emax(1.5),
    m.SigEmax(2.0, 3.0),
    m.Logistic(2.0, 0.7),
    m.Exponential(4.0),
    m.BetaMod(0.8, 1.1, 9.6),
]


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda t: t.name)
def test_truth_without_noise_comes_back(truth):
    data = ft.GroupData.of_groups(DOSES, 0.3 + 1.7 * truth.shape(DOSES), 10, 0.0)
    found = ft.fit_model(type(truth), data)
    np.testing.assert_allclose(found.predict(DOSES), data.means, atol=1e-6)
    np.testing.assert_allclose(found.coefficients[:2], [0.3, 1.7], rtol=1e-4)


def patients(seed=1):
    rng = np.random.default_rng(seed)
    dose = np.repeat(DOSES, [12, 9, 15, 10, 11, 14])
    return dose, 0.3 + 1.2 * dose / (1.5 + dose) + 0.4 * rng.standard_normal(len(dose))


def test_emax_fit_and_standard_errors_agree_with_curve_fit():
    dose, y = patients()
    best, covariance = curve_fit(
        lambda d, e0, e1, ed: e0 + e1 * d / (ed + d), dose, y, p0=[0, 1, 1], xtol=1e-14, ftol=1e-14
    )
    found = ft.fit_model(m.Emax, ft.GroupData.of_data(dose, y))
    np.testing.assert_allclose(found.coefficients, best, rtol=1e-5)
    np.testing.assert_allclose(found.standard_errors, np.sqrt(np.diag(covariance)), rtol=1e-4)
    rss = ((y - found.predict(dose)) ** 2).sum()
    assert found.residual_sd == pytest.approx(np.sqrt(rss / (len(y) - 3)))
    likelihood = -len(y) / 2 * (np.log(2 * np.pi * rss / len(y)) + 1)
    assert found.log_likelihood == pytest.approx(likelihood)
    assert found.aic == pytest.approx(8 - 2 * likelihood) and found.bic == pytest.approx(
        4 * np.log(len(y)) - 2 * likelihood
    )


def test_quadratic_is_a_polynomial_fit():
    dose, y = patients()
    found = ft.fit_model(m.Quadratic, ft.GroupData.of_data(dose, y))
    np.testing.assert_allclose(found.coefficients, np.polyfit(dose, y, 2)[::-1])
    np.testing.assert_allclose(found.predict(DOSES), np.polyval(np.polyfit(dose, y, 2), DOSES))


@pytest.mark.parametrize("kind", [m.SigEmax, m.Logistic, m.BetaMod])
def test_no_parameters_of_a_fine_grid_fit_better(kind):
    data = ft.GroupData.of_data(*patients(4))
    found = ft.fit_model(kind, data)
    family = ft.FAMILIES.get(kind) or ft._beta(9.6)
    low, high = family.bounds(8.0)
    ours = (data.patients * (data.means - found.predict(DOSES)) ** 2).sum()
    for x in np.random.default_rng(2).random((1500, 2)):
        shape = family.make(8.0, low * (high / low) ** x)
        assert ours <= ft._linear(ft._columns(shape, DOSES), data)[1] + 1e-9


def test_parameter_on_its_bound_is_said_and_has_no_standard_error():
    data = ft.GroupData.of_groups(DOSES, DOSES**3, 10, 1.0)
    found = ft.fit_model(m.Emax, data)
    assert (
        found.at_bound
        and np.isnan(found.standard_errors).all()
        and found.coefficients[2] == pytest.approx(12, rel=1e-5)
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda: ft.fit_model(m.SigEmax, ft.GroupData.of_groups([0, 1, 2], [0, 1, 2], 5, 1.0)),
        lambda: ft.fit_model(m.Quadratic, ft.GroupData.of_groups([0, 1], [0, 1], 5, 1.0)),
        lambda: ft.fit_model(m.Interpolated, ft.GroupData.of_groups([0, 1], [0, 1], 5, 1.0)),
        lambda: ft.fit_model(m.BetaMod, ft.GroupData.of_groups(DOSES, DOSES, 5, 1.0), scale=8.0),
        lambda: ft.GroupData.of_groups([0, 1], [0], 5, 1.0),
        lambda: ft.GroupData.of_data([0, 1], [0.0]),
    ],
)
def test_impossible_fits_are_refused(ask):
    with pytest.raises(InputError):
        ask()
