"""Combination of estimates: naive means, coverage with and without scatter between assays, refusals."""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from hepatica.errors import InputError
from hepatica.manufacturing.assay.combination import Weighting, combine, standard_errors

M, SE, DF = np.log([0.9, 1.1, 1.3, 1.0]), np.array([0.04, 0.05, 0.08, 0.03]), np.full(4, 20.0)


def test_weighted_mean_and_homogeneity_are_those_of_a_fixed_effect():
    found = combine(M, SE, DF, weighting=Weighting.WEIGHTED)
    other = combine_effects(M, SE**2)
    assert found.log_potency == pytest.approx(other.mean_effect_fe) and found.se == pytest.approx(other.sd_eff_w_fe)
    assert found.chi2 == pytest.approx(other.q) and found.i2 == pytest.approx(other.i2) and found.df == 80
    assert found.weights.sum() == pytest.approx(1.0) and found.between == 0.0


def test_heterogeneous_estimates_are_semi_weighted_unless_chosen():
    found = combine(M, SE, DF)
    between = M.var(ddof=1) - np.mean(SE**2)
    w = 1 / (SE**2 + between)
    assert found.weighting is Weighting.SEMI_WEIGHTED and not found.is_homogeneous
    assert found.between == pytest.approx(between) and found.log_potency == pytest.approx(np.average(M, weights=w))
    assert found.df == 3 and np.ptp(found.weights) < np.ptp(combine(M, SE, DF, weighting=Weighting.WEIGHTED).weights)


def test_unweighted_is_a_t_interval_of_the_estimates():
    found = combine(M, SE, DF, weighting=Weighting.UNWEIGHTED)
    assert found.log_potency == pytest.approx(M.mean()) and found.se == pytest.approx(M.std(ddof=1) / 2)
    assert found.high - found.log_potency == pytest.approx(3.182446 * found.se, rel=1e-6)


@pytest.mark.parametrize(
    "tau, weighting", [(0.0, Weighting.WEIGHTED), (0.2, Weighting.SEMI_WEIGHTED), (0.2, Weighting.UNWEIGHTED)]
)
def test_limits_cover_as_stated(tau, weighting):
    rng, inside = np.random.Generator(np.random.Philox([19, int(10 * tau)])), []
    for _ in range(1500):
        m = rng.normal(0, tau, 6) + rng.normal(0, 0.1, 6)
        c = combine(m, np.full(6, 0.1), np.full(6, 100.0), weighting=weighting)
        inside.append(c.low < 0 < c.high)
    assert 0.93 <= np.mean(inside) <= 0.975


def test_weighted_limits_do_not_cover_scatter_between_assays():
    rng = np.random.Generator(np.random.Philox(20))
    m = rng.normal(0, 0.3, (500, 6))
    made = [combine(row, np.full(6, 0.1), np.full(6, 100.0), weighting=Weighting.WEIGHTED) for row in m]
    assert np.mean([c.low < 0 < c.high for c in made]) < 0.7


def test_standard_errors_of_limits():
    assert standard_errors(np.array([-0.2]), np.array([0.2]), np.array([np.inf])) == pytest.approx(0.2 / 1.959964)


@pytest.mark.parametrize("m, se", [([0.1], [0.1]), ([0.1, np.nan], [0.1, 0.1]), ([0.1, 0.2], [0.1, 0.0])])
def test_too_few_or_unknown_estimates_are_refused(m, se):
    with pytest.raises(InputError):
        combine(np.array(m), np.array(se), np.full(len(m), 9.0))
