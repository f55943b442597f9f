import numpy as np
import pytest

from hepatica.trials.analysis.mmrm.correlated import Autoregressive, CompoundSymmetry, Toeplitz
from hepatica.trials.analysis.mmrm.covariance import Unstructured

STRUCTURES = [
    Unstructured(),
    *(kind(h) for kind in (CompoundSymmetry, Autoregressive, Toeplitz) for h in (False, True)),
]
VARIANCES = np.array([1.0, 2.0, 3.0, 1.5])


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_derivatives_are_differences(structure):
    theta = structure.start(VARIANCES, 0.3) + 0.02 * np.arange(len(structure.names(4)))
    first, second = structure.derivatives(theta, 4)
    for j, step in enumerate(1e-5 * np.eye(theta.size)):
        slope = (structure.matrix(theta + step, 4) - structure.matrix(theta - step, 4)) / 2e-5
        assert first[j] == pytest.approx(slope, abs=1e-8)
        curve = (structure.derivatives(theta + step, 4)[0] - structure.derivatives(theta - step, 4)[0]) / 2e-5
        assert second[:, j] == pytest.approx(curve, abs=1e-7)


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_start_is_a_covariance(structure):
    theta = structure.start(VARIANCES, 0.3)
    whole = structure.matrix(theta, 4)
    assert theta.size == len(structure.names(4)) and np.linalg.eigvalsh(whole)[0] > 0
    assert whole == pytest.approx(whole.T)


def test_unstructured_has_an_entry_for_each_parameter():
    assert Unstructured().names(2) == ("covariance[1,1]", "covariance[2,1]", "covariance[2,2]")
    assert Unstructured().matrix(np.array([1.0, 0.5, 2.0]), 2).tolist() == [[1.0, 0.5], [0.5, 2.0]]
