"""Nested least squares against ordinary least squares of another library."""

import numpy as np
import pytest
import statsmodels.api as sm

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.regression import (
    analyse_variance,
    independent,
    indicators,
    least_squares,
    t_quantile,
)

RNG = np.random.Generator(np.random.Philox(2))
GROUP = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2])
X = RNG.normal(size=9)
Y = RNG.normal(size=(3, 9))


def test_sums_of_squares_are_falls_of_the_residual():
    terms = {"group": indicators(GROUP), "x": X[:, None], "own": X[:, None] * indicators(GROUP)}
    found = analyse_variance(Y, terms)
    for row in range(3):
        last = np.sum((Y[row] - Y[row].mean()) ** 2)
        for k, (name, added) in enumerate(terms.items()):
            columns = np.hstack([np.ones((9, 1)), *list(terms.values())[:k], added])
            rest = Y[row] - columns @ (np.linalg.pinv(columns) @ Y[row])
            assert found[name].ss[row] == pytest.approx(last - rest @ rest)
            last = rest @ rest
        assert found["residual"].ss[row] == pytest.approx(last)
    assert [t.df for t in found.values()] == [2, 1, 2, 3, 8]
    f = (found["x"].ss / 1) / (found["residual"].ss / 3)
    assert found["x"].f == pytest.approx(f) and ((0 < found["x"].p) & (found["x"].p < 1)).all()


def test_terms_that_add_nothing_are_left_out():
    found = analyse_variance(Y, {"group": indicators(GROUP), "again": indicators(GROUP)})
    assert "again" not in found and found["residual"].df == 6
    assert independent(np.zeros((9, 2)), np.ones((9, 1)) / 3).shape == (9, 0)


def test_coefficients_and_their_covariance():
    columns = np.column_stack([indicators(GROUP), X])
    found = least_squares(Y, columns)
    for row in range(3):
        made = sm.OLS(Y[row], columns).fit()
        assert found.coefficients[row] == pytest.approx(made.params)
        assert found.fitted[row] == pytest.approx(made.fittedvalues)
    assert found.unscaled == pytest.approx(made.normalized_cov_params)


def test_dependent_columns_are_refused():
    with pytest.raises(InputError, match="blocks that hold several"):
        least_squares(Y, np.column_stack([indicators(GROUP), np.ones(9)]))


def test_no_error_gives_no_tests():
    found = analyse_variance(Y, {"all": np.eye(9)})
    assert found["residual"].df == 0 and np.isnan(found["all"].p).all() and np.isnan(found["residual"].ms).all()


def test_quantile_of_infinite_freedom_is_normal():
    assert float(t_quantile(0.95, np.inf)) == pytest.approx(1.959964, rel=1e-6)
