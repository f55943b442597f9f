"""Outlying responses against residuals of another library; the level held; responses alone at their dose."""

import numpy as np
import pytest
import statsmodels.api as sm

from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.outlier_tests import dixon, grubbs
from hepatica.manufacturing.assay.outliers import OutlierRule, outlier_p_values

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


@pytest.mark.parametrize("rule, test", [(OutlierRule.GRUBBS, grubbs), (OutlierRule.DIXON, dixon)])
def test_each_dose_is_tested_by_itself_and_adjusted_for_their_number(rule, test):
    layout = Layout(np.repeat([0, 1], 8), np.tile(np.repeat([1.0, 2.0], 4), 2))
    y = RNG.normal(size=(2, 16))
    y[0, 6] += 30
    p = outlier_p_values(y, layout, rule)
    for row, responses in zip(p, y, strict=True):
        for start in range(0, 16, 4):
            made = test(responses[start : start + 4])
            assert row[start + made.place] == pytest.approx(min(4 * made.p, 1.0))
            assert (np.delete(row[start : start + 4], made.place) == 1.0).all()
    assert p[0].argmin() == 6
    two = Layout(np.repeat([0, 1], 4), np.tile([1.0, 1.0, 2.0, 2.0], 2))
    assert np.isnan(outlier_p_values(RNG.normal(size=(1, 8)), two, rule)).all()


def test_blocks_are_no_outliers_by_grubbs():
    layout = Layout(np.repeat([0, 1], 8), np.tile(np.repeat([1.0, 2.0], 4), 2), (np.tile(np.arange(4), 4),))
    y = RNG.normal(size=(1, 16)) + 30.0 * (layout.blocks[0] == 2)
    free = Layout(layout.sample, layout.dose)
    assert outlier_p_values(y, free, OutlierRule.GRUBBS).min() < 0.05  # every third block stands out
    assert outlier_p_values(y, layout, OutlierRule.GRUBBS).min() > 0.05


def test_outliers_that_hide_one_another_are_named_by_their_sequence():
    layout = Layout(np.repeat([0, 1], 18), np.tile(np.repeat([1.0, 2.0, 4.0], 6), 2))
    y = 0.1 * RNG.normal(size=(1, 36))
    y[0, [0, 1]] += 0.6
    y[0, 18] += 0.9
    named = np.flatnonzero(outlier_p_values(y, layout, OutlierRule.ESD)[0] < 0.05)
    assert named.tolist() == [0, 1, 18]
    assert set(np.flatnonzero(outlier_p_values(y, layout)[0] < 0.05).tolist()) < {0, 1, 18}  # the larger hides the rest
    assert np.isnan(outlier_p_values(np.ones((1, 4)), Layout(np.array([0, 0, 1, 1]), np.array([1.0, 2.0, 1.0, 2.0])),
                                     OutlierRule.ESD)).all()  # fmt: skip
    level = [(outlier_p_values(RNG.normal(size=(200, 36)), layout, OutlierRule.ESD).min(axis=1) < 0.05).mean()]
    assert level[0] < 0.12  # the first step is at 0.05; a later one may decide, rarely
