"""Rectangle probabilities against scipy, against simulation where the correlation is singular, and at known values."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, multivariate_t, nct, norm
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.trials.confirmatory import multivariate as mv


def correlation(m, seed):
    a = np.random.default_rng(seed).normal(size=(m, m + 1))
    s = a @ a.T
    d = np.sqrt(np.diag(s))
    return s / np.outer(d, d)


@pytest.mark.parametrize("m", [1, 2, 4, 6])
def test_normal_agrees_with_scipy(m):
    r = correlation(m, m)
    low, high = np.linspace(-2, -1, m), np.linspace(0.5, 2.5, m)
    exact = multivariate_normal(cov=r, abseps=1e-8, releps=1e-8, maxpts=10**5).cdf(high, lower_limit=low)
    assert mv.rectangle_probability(low, high, r).value == pytest.approx(float(exact), abs=1e-4)


def test_t_agrees_with_scipy():
    r = correlation(3, 7)
    exact = multivariate_t(shape=r, df=6).cdf([1.5, 2.0, 1.0], random_state=1, maxpts=10**5)
    assert mv.rectangle_probability(-np.inf, [1.5, 2.0, 1.0], r, df=6).value == pytest.approx(exact, abs=2e-4)


def test_one_statistic_is_student_and_noncentral_student():
    assert mv.rectangle_probability(-1, 2, [[1.0]], df=5).value == pytest.approx(
        student.cdf(2, 5) - student.cdf(-1, 5), abs=1e-4
    )
    assert mv.rectangle_probability(-np.inf, 2, [[1.0]], df=5, shift=1.0).value == pytest.approx(
        nct.cdf(2, 5, 1.0), abs=1e-4
    )


@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_singular_correlations_agree_with_simulation(shift):
    a = np.random.default_rng(1).normal(size=(6, 3))
    a /= np.linalg.norm(a, axis=1)[:, None]
    z = np.random.default_rng(2).normal(size=(400_000, 3)) @ a.T + shift
    s = np.sqrt(np.random.default_rng(3).chisquare(9, 400_000) / 9)[:, None]
    for df, values in ((np.inf, z), (9, z / s)):
        inside = ((values > -0.8) & (values < 1.6)).all(axis=1).mean()
        found = mv.rectangle_probability(-0.8, 1.6, a @ a.T, df=df, shift=shift)
        assert found.value == pytest.approx(inside, abs=0.003) and found.error < 3e-4


def test_both_kernels_agree():
    r = 0.5 + 0.5 * np.eye(4)
    factor, order = mv.pivoted_cholesky(r)
    low, high = np.full(4, -1.0), np.array([1.0, 1.5, 2.0, 0.5])[order]
    one = mv._separated(factor, low, high, mv.lattice(3)).mean()
    two = mv._radial(factor, low, high, mv.lattice(4)).mean()
    assert one == pytest.approx(two, abs=3e-4)


def test_orthant_probabilities_are_known():
    """Of m statistics with correlation one half: 1 / (m + 1)."""
    for m in (2, 3, 5):
        r = 0.5 + 0.5 * np.eye(m)
        assert mv.rectangle_probability(0, np.inf, r).value == pytest.approx(1 / (m + 1), abs=1e-4)


def test_factor_gives_the_matrix_back():
    r = correlation(5, 3)
    factor, order = mv.pivoted_cholesky(r)
    np.testing.assert_allclose(factor @ factor.T, r[np.ix_(order, order)], atol=1e-12)


def test_same_call_gives_the_same_number():
    r = correlation(4, 9)
    assert mv.rectangle_probability(-1, 1, r) == mv.rectangle_probability(-1, 1, r)


@pytest.mark.parametrize("two_sided", [False, True])
def test_quantile_inverts_the_probability(two_sided):
    r = correlation(3, 5)
    c = mv.equicoordinate_quantile(0.95, r, df=20, two_sided=two_sided)
    low = -c if two_sided else -np.inf
    assert mv.rectangle_probability(low, c, r, df=20).value == pytest.approx(0.95, abs=1e-7)


def test_quantile_of_independent_statistics():
    assert mv.equicoordinate_quantile(0.95, np.eye(3)) == pytest.approx(norm.ppf(0.95 ** (1 / 3)), abs=1e-3)


def test_an_empty_rectangle_holds_nothing():
    assert mv.rectangle_probability(1, 0, [[1.0]]).value == 0


@pytest.mark.parametrize(
    "matrix",
    [[[1, 0.5], [0.4, 1]], [[1, 2], [2, 1]], [[2, 0], [0, 1]], [[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]]],
)
def test_what_is_no_correlation_is_refused(matrix):
    with pytest.raises(InputError):
        mv.rectangle_probability(-1, 1, matrix)
    with pytest.raises(InputError, match="level"):
        mv.equicoordinate_quantile(1.0, [[1.0]])
