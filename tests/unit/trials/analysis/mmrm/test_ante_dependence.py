import numpy as np
import pytest

from hepatica.trials.analysis.mmrm.ante_dependence import AnteDependence
from hepatica.trials.analysis.mmrm.correlated import Autoregressive

STEPS = np.array([0.7, -0.2, 0.5])


def test_correlation_is_the_product_of_the_steps_between():
    naive = [[np.prod(STEPS[min(i, j) : max(i, j)]) for j in range(4)] for i in range(4)]
    assert AnteDependence().correlation_matrix(STEPS, 4)[0] == pytest.approx(np.array(naive))
    equal = AnteDependence(heterogeneous=True).matrix(np.array([1.0, 2, 3, 4, 0.3, 0.3, 0.3]), 4)
    assert equal == pytest.approx(Autoregressive(heterogeneous=True).matrix(np.array([1.0, 2, 3, 4, 0.3]), 4))
    assert AnteDependence().names(4) == ("variance", *(f"correlation[{k}]" for k in (1, 2, 3)))


@pytest.mark.parametrize("steps", [STEPS, np.array([0.7, 0.0, 0.5]), np.array([0.4])])
def test_derivatives_are_those_of_differences(steps):
    shape, n, h = AnteDependence(), len(steps) + 1, 1e-5
    _, first, second = shape.correlation_matrix(steps, n)
    for k in range(n - 1):
        step = h * np.eye(n - 1)[k]
        up, low = shape.correlation_matrix(steps + step, n), shape.correlation_matrix(steps - step, n)
        assert first[k] == pytest.approx((up[0] - low[0]) / (2 * h), abs=1e-9)
        assert second[k] == pytest.approx((up[1] - low[1]) / (2 * h), abs=1e-9)
