"""Slope ratio: a naive second computation, blanks, coverage, refusals."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.slope_ratio import slope_ratio

SAMPLE = np.array([0] * 8 + [1] * 6)
DOSE = np.array([0, 0, 1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3], float)
LAYOUT = Layout(SAMPLE, DOSE)
RNG = np.random.Generator(np.random.Philox(6))


def simulated(n, ratio=0.7, layout=LAYOUT):
    slope = np.array([1.0, ratio])[layout.sample]
    return 2 + slope * layout.dose + 0.1 * RNG.normal(size=(n, len(layout.dose)))


def test_potency_by_ordinary_least_squares():
    y = simulated(1)
    found = slope_ratio(y, LAYOUT)
    made = sm.OLS(y[0], np.column_stack([np.ones(14), DOSE * (SAMPLE == 0), DOSE * (SAMPLE == 1)])).fit()
    s2, df = found.variance[0], found.df
    v, b, a = made.normalized_cov_params * s2, made.params[1], made.params[2]
    t = student.ppf(0.975, df)
    roots = np.roots([b**2 - t**2 * v[1, 1], -2 * (a * b - t**2 * v[1, 2]), a**2 - t**2 * v[2, 2]])
    assert df == 14 - 7 and found.potency.estimate[0, 0] == pytest.approx(a / b)
    assert sorted(roots) == pytest.approx([found.potency.low[0, 0], found.potency.high[0, 0]])
    assert found.slope[0] == pytest.approx([b, a]) and found.intercept[0, 0] == pytest.approx(made.params[0])


def test_analysis_of_variance_has_blanks_and_intersection():
    found = slope_ratio(simulated(1), LAYOUT).anova
    assert {name: t.df for name, t in found.items()} == {
        "regression": 2, "blanks": 1, "intersection": 1, "non_linearity": 2, "residual": 7, "total": 13,
    }  # fmt: skip


def test_tests_of_fit_hold_their_level_and_see_departures():
    y = simulated(2000)
    found = slope_ratio(y, LAYOUT).anova
    assert all(0.03 < (found[name].p < 0.05).mean() < 0.07 for name in ("blanks", "intersection", "non_linearity"))
    away = slope_ratio(y[:200] + 0.8 * (SAMPLE == 1), LAYOUT).anova["intersection"]
    off = slope_ratio(y[:200] + 0.8 * (DOSE == 0), LAYOUT).anova["blanks"]
    assert (away.p < 0.05).mean() > 0.9 and (off.p < 0.05).mean() > 0.9


def test_limits_cover_as_stated():
    found = slope_ratio(simulated(2000), LAYOUT)
    assert 0.93 <= ((found.potency.low < 0.7) & (0.7 < found.potency.high)).mean() <= 0.97


def test_intersections_by_separate_lines():
    y = simulated(1)
    found = slope_ratio(y, LAYOUT).similarity
    lines = [np.polyfit(DOSE[k], y[0, k], 1) for k in ((SAMPLE == 0) & (DOSE > 0), SAMPLE == 1)]
    expected = (lines[1][1] - lines[0][1]) / (3 * lines[0][0])
    assert found.estimate[0, 0] == pytest.approx(expected) and found.low[0, 0] < expected < found.high[0, 0]


def test_one_dose_and_blanks_suffice_but_intersections_are_not_judged():
    layout = Layout(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 2, 2, 2, 2], float))
    found = slope_ratio(np.array([[1.0, 1.1, 3.0, 3.1, 2.0, 2.1]]), layout)
    assert found.potency.estimate[0, 0] == pytest.approx(0.5) and np.isnan(found.similarity.estimate).all()


@pytest.mark.parametrize(
    "sample, dose, says",
    [
        ([0, 0, 1, 1], [1.0, 2.0, 0.0, 0.0], "above zero of each"),
        ([0, 0, 1, 1, 1], [1.0, 2.0, 1.0, 1.0, 1.0], "or blanks"),
        ([0, 0, 1, 1], [1.0, 2.0, 1.0, 2.0], "more than one response"),
    ],
)
def test_designs_that_say_nothing_are_refused(sample, dose, says):
    with pytest.raises(InputError, match=says):
        slope_ratio(np.arange(len(dose), dtype=float)[None], Layout(np.array(sample), np.array(dose)))
