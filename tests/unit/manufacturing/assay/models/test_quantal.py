"""Quantal lines against a generalised linear model, coverage, heterogeneity, refusals."""

import numpy as np
import pytest
import statsmodels.api as sm

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.quantal import Link, mean_of, quantal

SAMPLE, DOSE = np.repeat([0, 1], 4), np.tile([1.0, 2.0, 4.0, 8.0], 2)
LAYOUT, TOTAL = Layout(SAMPLE, DOSE), np.full(8, 40.0)
POSITIVE = np.array([5.0, 12, 24, 35, 9, 18, 31, 38])
LINKS = {
    Link.PROBIT: sm.families.links.Probit(),
    Link.LOGIT: sm.families.links.Logit(),
    Link.CLOGLOG: sm.families.links.CLogLog(),
}


@pytest.mark.parametrize("link", Link)
def test_lines_of_a_generalised_linear_model(link):
    found = quantal(POSITIVE, TOTAL, LAYOUT, link=link)
    columns = np.column_stack([SAMPLE == 0, SAMPLE == 1, np.log(DOSE)]).astype(float)
    made = sm.GLM(np.column_stack([POSITIVE, TOTAL - POSITIVE]), columns, sm.families.Binomial(LINKS[link])).fit(
        tol=1e-13
    )
    a, b = made.params[1] - made.params[0], made.params[2]
    assert found.slope == pytest.approx(b) and found.potency.estimate[0] == pytest.approx(a / b)
    v, t = made.cov_params(), 1.959964
    va, vab = v[1, 1] + v[0, 0] - 2 * v[0, 1], v[1, 2] - v[0, 2]
    roots = np.roots([b**2 - t**2 * v[2, 2], -2 * (a * b - t**2 * vab), a**2 - t**2 * va])
    assert sorted(roots) == pytest.approx([found.potency.low[0], found.potency.high[0]], rel=1e-5)
    chi2 = found.deviance["non_parallelism"].chi2 + found.deviance["non_linearity"].chi2
    assert chi2 == pytest.approx(made.deviance) and found.heterogeneity == 1.0
    assert found.fitted == pytest.approx(made.fittedvalues)
    share, _ = mean_of(np.array(made.params[:2] + b * found.log_ed50.estimate), link)
    assert share == pytest.approx([0.5, 0.5])


def test_limits_cover_as_stated():
    rng, inside = np.random.Generator(np.random.Philox(18)), []
    share, _ = mean_of(1.2 * np.log(DOSE) - 1.2 + 1.2 * np.log(1.5) * SAMPLE, Link.PROBIT)
    for _ in range(400):
        p = quantal(rng.binomial(40, share).astype(float), TOTAL, LAYOUT).potency
        inside.append(p.low[0] < np.log(1.5) < p.high[0])
    assert 0.92 < np.mean(inside) < 0.98


def test_scatter_beyond_the_binomial_widens_the_limits():
    uneven = np.array([15.0, 5, 34, 30, 4, 30, 25, 39])
    found = quantal(uneven, TOTAL, LAYOUT)
    strict = quantal(uneven, TOTAL, LAYOUT, alpha=1e-300)
    assert found.heterogeneity > 1 and found.df == 4 and strict.heterogeneity == 1
    width = [r.potency.high[0] - r.potency.low[0] for r in (found, strict)]
    assert not width[0] < 1.5 * width[1]


@pytest.mark.parametrize(
    "positive, total, dose, says",
    [
        (POSITIVE + 40, TOTAL, DOSE, "counts from zero"),
        (POSITIVE, TOTAL * 0, DOSE, "counts from zero"),
        (POSITIVE, TOTAL, DOSE - 1, "above zero"),
        (POSITIVE, TOTAL, np.ones(8), "at least two doses"),
        (TOTAL, TOTAL, DOSE, "some respond and some do not"),
    ],
)
def test_counts_that_say_nothing_are_refused(positive, total, dose, says):
    with pytest.raises(InputError, match=says):
        quantal(positive, total, Layout(SAMPLE, dose))


def test_blocks_are_refused():
    with pytest.raises(InputError, match="no blocks"):
        quantal(POSITIVE, TOTAL, Layout(SAMPLE, DOSE, (SAMPLE,)))


def test_a_sample_that_jumps_from_none_to_all_leaves_its_own_slope_open():
    """The maximum of its own line is at infinity; the common line and the deviance are still there."""
    positive = np.array([5.0, 12, 24, 35, 0, 0, 40, 40])
    found = quantal(positive, TOTAL, LAYOUT)
    assert np.isfinite([found.slope, found.potency.estimate[0]]).all() and np.isnan(found.similarity.estimate[0])
    own = quantal(np.array([5.0, 12, 24, 35] * 2), TOTAL, LAYOUT).deviance["non_linearity"].chi2 / 2
    assert found.deviance["non_linearity"].chi2 == pytest.approx(own, abs=1e-4)
    assert found.deviance["non_parallelism"].p < 1e-6
