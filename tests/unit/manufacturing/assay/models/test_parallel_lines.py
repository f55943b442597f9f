"""Parallel lines: a naive second computation, coverage in three designs, refusals."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.parallel_lines import parallel_lines

RNG = np.random.Generator(np.random.Philox(3))


def unbalanced():
    sample = np.array([0] * 7 + [1] * 6 + [2] * 5)
    dose = np.array([1, 1, 2, 2, 4, 4, 4, 2, 2, 4, 4, 8, 8, 1, 1, 2, 4, 4], float)
    y = 3 + 2 * np.log(dose * np.array([1, 0.5, 1.5])[sample]) + 0.2 * RNG.normal(size=18)
    return Layout(sample, dose), y


def test_unbalanced_potencies_by_ordinary_least_squares():
    layout, y = unbalanced()
    found = parallel_lines(y[None], layout)
    dummies = np.eye(3)[layout.sample]
    made = sm.OLS(y, np.column_stack([dummies, np.log(layout.dose)])).fit()
    cells = sm.OLS(y, np.eye(9)[layout.cell]).fit()
    df, s2 = int(cells.df_resid), cells.ssr / cells.df_resid
    v = made.normalized_cov_params * s2
    a, b, t = made.params[2] - made.params[0], made.params[3], student.ppf(0.975, df)
    va, vab = v[2, 2] + v[0, 0] - 2 * v[0, 2], v[2, 3] - v[0, 3]
    roots = np.roots([b**2 - t**2 * v[3, 3], -2 * (a * b - t**2 * vab), a**2 - t**2 * va])
    assert found.df == df and found.variance[0] == pytest.approx(s2)
    assert found.potency.estimate[0, 1] == pytest.approx(a / b)
    assert sorted(roots) == pytest.approx([found.potency.low[0, 1], found.potency.high[0, 1]])
    assert found.intercept[0] == pytest.approx(made.params[:3]) and found.fitted[0] == pytest.approx(made.fittedvalues)


def test_slope_ratios_by_separate_lines():
    layout, y = unbalanced()
    found = parallel_lines(y[None], layout)
    own = [np.polyfit(np.log(layout.dose[layout.sample == k]), y[layout.sample == k], 1)[0] for k in range(3)]
    assert found.similarity.estimate[0] == pytest.approx([own[1] / own[0], own[2] / own[0]])


def test_a_falling_response_has_a_negative_slope_and_the_same_potency():
    layout, y = unbalanced()
    up, down = parallel_lines(y[None], layout), parallel_lines(-y[None], layout)
    assert down.slope == pytest.approx(-up.slope) and down.potency.low == pytest.approx(up.potency.low)


def test_scale_of_doses_and_responses_does_not_move_potency():
    layout, y = unbalanced()
    one = parallel_lines(y[None], layout).potency
    other = parallel_lines(1e6 * y[None] + 1e7, Layout(layout.sample, layout.dose * 1e-9)).potency
    assert other.low == pytest.approx(one.low, rel=1e-5) and other.estimate == pytest.approx(one.estimate, rel=1e-5)


def design(name):
    """Layout of two samples at three doses, six responses each."""
    sample, dose = np.repeat([0, 1], 3), np.tile([1.0, 2.0, 4.0], 2)
    square = (np.arange(6)[:, None] + np.arange(6)) % 6
    cell, rows, columns = square.ravel(), np.repeat(np.arange(6), 6), np.tile(np.arange(6), 6)
    blocks = {"random": (), "blocks": (rows,), "square": (rows, columns)}[name]
    return Layout(sample[cell], dose[cell], blocks)


@pytest.mark.parametrize("name, df", [("random", 30), ("blocks", 25), ("square", 20)])
def test_limits_cover_as_stated_in_three_designs(name, df):
    layout, truth = design(name), np.log(0.8)
    rng = np.random.Generator(np.random.Philox([4, len(name)]))
    y = 1 + np.log(layout.dose) + layout.sample * truth + 0.25 * rng.normal(size=(2000, 36))
    for b in layout.blocks:
        y = y + rng.normal(size=(2000, 6))[:, b]
    found = parallel_lines(y, layout)
    covered = (found.potency.low[:, 0] < truth) & (truth < found.potency.high[:, 0])
    assert found.df == df and 0.93 <= covered.mean() <= 0.97
    assert 0.03 < (found.anova["non_parallelism"].p < 0.05).mean() < 0.07


def test_without_blocks_in_the_model_the_limits_are_too_wide():
    """The test of coverage can fail: blocks that are left out end in the error."""
    layout, rng = design("blocks"), np.random.Generator(np.random.Philox(5))
    y = np.log(layout.dose) + 0.1 * rng.normal(size=(500, 36)) + rng.normal(size=(500, 6))[:, layout.blocks[0]]
    found = parallel_lines(y, Layout(layout.sample, layout.dose))
    assert ((found.potency.low[:, 0] < 0) & (0 < found.potency.high[:, 0])).mean() > 0.97


@pytest.mark.parametrize(
    "sample, dose, says",
    [
        ([0, 0, 1, 1], [0.0, 1.0, 1.0, 2.0], "above zero"),
        ([0, 0, 0, 1, 1], [1.0, 2.0, 2.0, 1.0, 1.0], "at least two doses"),
        ([0, 0, 1, 1], [1.0, 2.0, 1.0, 2.0], "more than one response"),
    ],
)
def test_designs_that_say_nothing_are_refused(sample, dose, says):
    with pytest.raises(InputError, match=says):
        parallel_lines(np.arange(len(dose), dtype=float)[None], Layout(np.array(sample), np.array(dose)))


def test_blocks_that_are_samples_are_refused():
    sample, dose = np.repeat([0, 1], 6), np.tile([1.0, 1.0, 2.0, 2.0, 4.0, 4.0], 2)
    with pytest.raises(InputError, match="cannot tell"):
        parallel_lines(RNG.normal(size=(1, 12)), Layout(sample, dose, (sample,)))
