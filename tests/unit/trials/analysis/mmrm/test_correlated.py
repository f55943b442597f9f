import numpy as np
import pytest

from hepatica.trials.analysis.mmrm.correlated import Autoregressive, CompoundSymmetry, Toeplitz

SD = np.sqrt([1.0, 2.0, 3.0])


def test_matrices_are_those_of_their_names():
    assert CompoundSymmetry().matrix(np.array([2.0, 1.0]), 3) == pytest.approx(np.ones((3, 3)) + np.eye(3))
    ar = Autoregressive(heterogeneous=True).matrix(np.array([1.0, 2.0, 3.0, 0.5]), 3)
    assert ar == pytest.approx(np.outer(SD, SD) * [[1, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 1]])
    banded = Toeplitz().matrix(np.array([2.0, 0.8, 0.2]), 3)
    assert banded == pytest.approx(2 * np.array([[1, 0.4, 0.1], [0.4, 1, 0.4], [0.1, 0.4, 1]]))


def test_names_count_parameters():
    assert CompoundSymmetry(heterogeneous=True).names(3) == (*(f"variance[{k}]" for k in (1, 2, 3)), "correlation")
    assert Toeplitz().names(3) == ("variance", "covariance[1]", "covariance[2]")
    assert [len(k().names(4)) for k in (CompoundSymmetry, Autoregressive, Toeplitz)] == [2, 2, 4]
