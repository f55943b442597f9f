import numpy as np
import pytest
from scipy.optimize import minimize

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod.contrasts import (
    checked_doses,
    contrast_correlation,
    optimal_contrast,
    optimal_contrasts,
)
from hepatica.trials.confirmatory.mcp_mod.models import Emax, Linear

S = np.array([[0.05, 0.01, 0.0], [0.01, 0.08, 0.02], [0.0, 0.02, 0.03]])
MU = np.array([0.0, 0.7, 1.0])


def noncentrality(c):
    return c @ MU / np.sqrt(c @ S @ c)


def test_no_contrast_has_a_larger_noncentrality():
    ours = optimal_contrast(MU, S)
    assert ours.sum() == pytest.approx(0, abs=1e-12) and np.linalg.norm(ours) == pytest.approx(1)
    best = minimize(lambda x: -noncentrality(np.array([-x[0] - x[1], x[0], x[1]])), [0.1, 0.2], tol=1e-12)
    assert noncentrality(ours) == pytest.approx(-best.fun, rel=1e-8)
    for c in np.random.default_rng(1).normal(size=(500, 3)):
        assert noncentrality(c - c.mean()) <= noncentrality(ours) + 1e-12


def test_patients_stand_for_a_diagonal_covariance():
    n = np.array([10, 20, 30])
    models = [Linear(), Emax(0.3)]
    np.testing.assert_allclose(
        optimal_contrasts(models, [0, 1, 2], n), optimal_contrasts(models, [0, 1, 2], np.diag(1 / n))
    )


def test_correlation_is_that_of_simulated_statistics():
    c = optimal_contrasts([Linear(), Emax(0.3)], [0, 1, 2], S)
    z = np.random.default_rng(2).multivariate_normal(np.zeros(3), S, 200_000) @ c.T
    assert contrast_correlation(c, S)[0, 1] == pytest.approx(np.corrcoef(z.T)[0, 1], abs=0.003)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: checked_doses([1.0]),
        lambda: checked_doses([-1, 0, 1]),
        lambda: checked_doses([0, 2, 1]),
        lambda: optimal_contrast([1, 1, 1], S),
        lambda: optimal_contrasts([], [0, 1, 2], S),
        lambda: optimal_contrasts([Linear()], [0, 1], S),
        lambda: optimal_contrasts([Linear()], [0, 1], [1.0, 0.0]),
    ],
)
def test_impossible_contrasts_are_refused(ask):
    with pytest.raises(InputError):
        ask()
