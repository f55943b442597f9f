import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.mmrm.correlated import Autoregressive
from hepatica.trials.analysis.mmrm.fit import mmrm
from hepatica.trials.analysis.mmrm.spatial import SpatialExponential, SpatialGaussian

POINTS = [[0.0, 1.0], [2.0, 1.0], [0.5, -1.0]]


@pytest.mark.parametrize("kind", [SpatialExponential, SpatialGaussian])
def test_derivatives_are_those_of_differences(kind):
    shape, at, h = kind(coordinates=("x", "y")).located(POINTS), np.array([2.0, 1.3]), 1e-5
    first, second = shape.derivatives(at, 3)
    for k, step in enumerate(h * np.eye(2)):
        gap = shape.matrix(at + step, 3) - shape.matrix(at - step, 3)
        assert first[k] == pytest.approx(gap / (2 * h), abs=1e-8)
        bend = shape.derivatives(at + step, 3)[0] - shape.derivatives(at - step, 3)[0]
        assert second[k] == pytest.approx(bend / (2 * h), abs=1e-8)
    assert shape.is_covariance(at, 3) and not shape.is_covariance(-at, 3)


def rows(rng, patients=60, visits=3):
    own = np.repeat(rng.normal(size=patients), visits)
    return {
        "id": np.repeat(np.arange(patients), visits),
        "week": np.tile(np.arange(visits), patients),
        "y": own + rng.normal(size=patients * visits),
    }


def test_equal_steps_are_those_of_autoregression():
    data = rows(np.random.default_rng(4))
    at = {"outcome": "y", "terms": [], "patient": "id", "visit": "week"}
    near = mmrm(data, structure=SpatialExponential(coordinates=("week",)), **at)
    same = mmrm(data, structure=Autoregressive(), **at)
    assert near.minus_two_log_likelihood == pytest.approx(same.minus_two_log_likelihood, abs=1e-8)
    assert np.exp(-1 / near.theta[1]) == pytest.approx(same.theta[1], rel=1e-5)
    assert near.visits == ((0.0,), (1.0,), (2.0,)) or len(near.visits) == 3


def test_likelihood_at_points_of_each_patient_is_that_of_the_normal_density():
    data = rows(rng := np.random.default_rng(5), patients=12)
    data["day"] = data["week"] * 7 + rng.normal(size=36)
    given = {"outcome": "y", "terms": [], "patient": "id", "visit": "week"}
    fit = mmrm(data, structure=SpatialExponential(coordinates=("day",)), **given)
    x, y, v = np.ones((36, 1)), data["y"], np.zeros((36, 36))
    for i in range(12):
        mine = np.flatnonzero(data["id"] == i)
        gap = np.abs(np.subtract.outer(data["day"][mine], data["day"][mine]))
        v[np.ix_(mine, mine)] = fit.theta[0] * np.exp(-gap / fit.theta[1])
    w = np.linalg.inv(v)
    beta = np.linalg.solve(x.T @ w @ x, x.T @ w @ y)
    r = y - x @ beta
    direct = np.linalg.slogdet(v)[1] + r @ w @ r + np.linalg.slogdet(x.T @ w @ x)[1] + 35 * np.log(2 * np.pi)
    assert fit.minus_two_log_likelihood == pytest.approx(direct, abs=1e-8)


def test_what_has_no_place_is_refused():
    data = rows(np.random.default_rng(6), patients=4)
    given = {"outcome": "y", "terms": [], "patient": "id", "visit": "week"}
    with pytest.raises(InputError, match="coordinates"):
        SpatialExponential()
    with pytest.raises(InputError, match="one point"):
        mmrm(data | {"day": np.zeros(12)}, structure=SpatialExponential(coordinates=("day",)), **given)
    with pytest.raises(InputError, match="missing"):
        mmrm(data | {"day": np.full(12, np.nan)}, structure=SpatialExponential(coordinates=("day",)), **given)
    with pytest.raises(InputError, match="numbers"):
        mmrm(data | {"day": np.full(12, "x")}, structure=SpatialExponential(coordinates=("day",)), **given)
