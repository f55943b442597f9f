"""Intersection tests against formulas, the closure of Bonferroni against Holm and of Simes against Hommel."""

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from hepatica.errors import InputError
from hepatica.trials.confirmatory.adaptive import closed_testing as ct
from hepatica.trials.confirmatory.dunnett import dunnett_p_values, loadings, step_down_dunnett

P = np.random.default_rng(3).random((150, 4)) ** 3


def holm(p, alpha):
    order, rejected = np.argsort(p), np.zeros(len(p), bool)
    for k, i in enumerate(order):
        if p[i] > alpha / (len(p) - k):
            break
        rejected[i] = True
    return rejected


def by_statsmodels(name):
    return lambda p, alpha: multipletests(p, alpha, method=name)[0]


@pytest.mark.parametrize(
    ("test", "stepwise"),
    [
        (ct.Bonferroni(), holm),
        (ct.Sidak(), by_statsmodels("holm-sidak")),
        (ct.Simes(), by_statsmodels("hommel")),
    ],
)
def test_closure_agrees_with_the_step_wise_procedure(test, stepwise):
    expected = np.array([stepwise(p, 0.05) for p in P])
    assert (ct.closed_test(P, test, 0.05) == expected).all()


def test_closed_dunnett_is_step_down_dunnett():
    loading = loadings([20] * 4, 20)
    for p in P[:20]:
        z = norm.isf(p)
        assert (ct.closed_test(p, ct.Dunnett(), 0.05) == (step_down_dunnett(z, loading) <= 0.05)).all()
    pair = ct.Dunnett().p_value(P[:5, :2])
    single = [dunnett_p_values(norm.isf(p[:2]), loading[:2]).min() for p in P[:5]]
    np.testing.assert_allclose(pair, single)


@pytest.mark.parametrize("test", [ct.Bonferroni(), ct.Sidak(), ct.Simes(), ct.Dunnett()], ids=str)
def test_level_of_the_intersection_of_comparisons_with_a_control(test):
    rng = np.random.default_rng(4)
    z = np.sqrt(0.5) * (rng.standard_normal((60_000, 3)) - rng.standard_normal((60_000, 1)))
    level = (test.p_value(norm.sf(z)) <= 0.05).mean()
    assert level <= 0.05 + 0.003
    assert level == pytest.approx(0.05, abs=0.003) or not isinstance(test, ct.Dunnett)


def test_every_intersection_once():
    assert len(ct.subsets(4)) == len(set(ct.subsets(4))) == 15
    with pytest.raises(InputError):
        ct.subsets(9)


def test_intersections_of_many_trials_at_once():
    p = ct.intersection_p_values(P, ct.Simes())
    assert p.shape == (150, 15)
    np.testing.assert_allclose(p[:, :4], P)
