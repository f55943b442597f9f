"""Outlying responses against residuals of another library; the level held; responses alone at their dose."""

import numpy as np
import pytest
import statsmodels.api as sm

from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.outliers import outlier_p_values

LAYOUT = Layout(np.repeat([0, 1], 9), np.tile(np.repeat([1.0, 2.0, 4.0], 3), 2))
RNG = np.random.Generator(np.random.Philox(22))


def test_p_values_are_those_of_an_outlier_test():
    y = RNG.normal(size=18)
    y[4] += 4
    made = sm.OLS(y, np.eye(6)[LAYOUT.cell]).fit()
    table = made.outlier_test("bonf")
    assert outlier_p_values(y[None], LAYOUT)[0] == pytest.approx(np.asarray(table)[:, 2])


def test_few_are_named_without_cause():
    p = outlier_p_values(RNG.normal(size=(4000, 18)), LAYOUT)
    assert 0.03 < (p.min(axis=1) < 0.05).mean() < 0.06


def test_without_replicates_lines_are_the_reference():
    layout = Layout(np.repeat([0, 1], 6), np.tile(2.0 ** np.arange(6), 2))
    y = np.log(layout.dose) + 0.01 * RNG.normal(size=12)
    y[8] += 1
    p = outlier_p_values(y[None], layout)[0]
    assert p.argmin() == 8 and p[8] < 1e-3
    zero = Layout(layout.sample, layout.dose - 1)
    assert np.isfinite(outlier_p_values(zero.dose[None] + 0.01 * RNG.normal(size=12), zero)).all()


def test_a_response_alone_at_its_dose_is_not_judged():
    layout = Layout(np.array([0, 0, 0, 0, 0, 1, 1, 1]), np.array([1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0]))
    p = outlier_p_values(RNG.normal(size=(1, 8)), layout)[0]
    assert np.isnan(p[4]) and np.isfinite(np.delete(p, 4)).all()


def test_nothing_is_judged_without_error():
    layout = Layout(np.array([0, 0, 1, 1]), np.array([1.0, 2.0, 1.0, 2.0]))
    assert np.isnan(outlier_p_values(np.ones((1, 4)), layout)).all()
