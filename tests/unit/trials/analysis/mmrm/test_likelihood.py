import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hepatica.trials.analysis.mmrm.correlated import Autoregressive, Toeplitz
from hepatica.trials.analysis.mmrm.covariance import Unstructured
from hepatica.trials.analysis.mmrm.likelihood import Method, Model, patterns

RNG = np.random.default_rng(71)
N, T = 30, 3
WHO, WHEN = np.repeat(np.arange(N), T), np.tile(np.arange(T), N)
SEEN = RNG.random(N * T) < 0.8
WHO, WHEN = WHO[SEEN], WHEN[SEEN]
GROUP = (WHO % 2).astype(int)
X = np.column_stack([np.ones(WHO.size), GROUP, WHEN, RNG.normal(size=WHO.size)])
Y = X @ [1.0, 0.5, -0.2, 0.3] + RNG.normal(size=N)[WHO] + RNG.normal(size=WHO.size)


def model(structure, method, groups=1):
    found = patterns(X, Y, patient=WHO, visit=WHEN, group=GROUP * (groups > 1))
    return Model(found, structure, T, groups, method)


def naive(structure, theta, method):
    """Minus twice the log-likelihood, a patient at a time."""
    whole = structure.matrix(theta, T)
    parts = [(X[WHO == i], Y[WHO == i], whole[np.ix_(WHEN[WHO == i], WHEN[WHO == i])]) for i in np.unique(WHO)]
    information = sum(x.T @ np.linalg.inv(v) @ x for x, _, v in parts)
    beta = np.linalg.solve(information, sum(x.T @ np.linalg.inv(v) @ y for x, y, v in parts))
    total = -2 * sum(multivariate_normal.logpdf(y, x @ beta, v) for x, y, v in parts)
    if method is Method.REML:
        total += np.linalg.slogdet(information)[1] - X.shape[1] * np.log(2 * np.pi)
    return total, beta


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("structure", [Unstructured(), Autoregressive(True), Toeplitz()], ids=str)
def test_value_is_that_of_normal_densities_and_derivatives_are_differences(structure, method):
    theta = structure.start(np.array([2.0, 1.8, 2.2]), 0.4)
    made = model(structure, method)
    value, beta = naive(structure, theta, method)
    found = made.derivatives(theta)
    assert found.value == pytest.approx(value) and found.beta == pytest.approx(beta)
    for j, step in enumerate(1e-5 * np.eye(theta.size)):
        ends = made.derivatives(theta + step), made.derivatives(theta - step)
        assert found.gradient[j] == pytest.approx((ends[0].value - ends[1].value) / 2e-5, rel=1e-5, abs=1e-5)
        assert found.hessian[j] == pytest.approx((ends[0].gradient - ends[1].gradient) / 2e-5, rel=1e-5, abs=1e-4)


def test_expected_hessian_is_the_mean_of_the_observed_one():
    structure, theta = Unstructured(), Unstructured().start(np.array([2.0, 1.8, 2.2]), 0.4)
    whole, drawn = structure.matrix(theta, T), []
    rng, made = np.random.default_rng(1), model(structure, Method.REML)
    for _ in range(300):
        noise = rng.multivariate_normal(np.zeros(T), whole, N)
        found = patterns(X, noise[WHO, WHEN], patient=WHO, visit=WHEN, group=np.zeros(WHO.size, int))
        drawn.append(Model(found, structure, T, 1, Method.REML).derivatives(theta).hessian)
    expected = made.derivatives(theta).expected
    assert np.abs(np.mean(drawn, axis=0) - expected).max() < 0.15 * np.abs(expected).max()


def test_groups_have_parameters_of_their_own():
    structure = Unstructured()
    theta = structure.start(np.array([2.0, 1.8, 2.2]), 0.4)
    both = model(structure, Method.ML, 2).derivatives(np.concatenate([theta, theta]))
    assert both.value == pytest.approx(model(structure, Method.ML).derivatives(theta).value)
    assert both.hessian[:6, 6:] == pytest.approx(both.hessian[6:, :6].T)
    assert both.gradient[:6] + both.gradient[6:] == pytest.approx(
        model(structure, Method.ML).derivatives(theta).gradient
    )


def test_a_matrix_that_is_no_covariance_has_infinite_value():
    assert model(Toeplitz(), Method.ML).value(np.array([1.0, 0.9, -0.9]))[0] == np.inf
    assert model(Unstructured(), Method.ML).rows == WHO.size
