"""The mixed model: a known truth comes back, and a new person is foretold as by conditioning a normal distribution directly."""

import warnings

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hepatica.individual import mixed_model
from hepatica.individual.mixed_model import MixedModel, _independent

DAYS = np.array([0.0, 1.0, 2.0, 3.0, 7.0])
LEVEL = np.array([2.0, 1.7, 1.5, 1.4, 1.1])
RANDOM = np.array([[0.25, -0.08], [-0.08, 0.06]])
RESIDUAL = 0.02
AGE, STEROID = 0.02, -0.3


def people(n, seed, missing=0.2):
    rng = np.random.default_rng(seed)
    age, steroid = 50 + 10 * rng.standard_normal(n), (rng.random(n) < 0.5).astype(float)
    own = rng.multivariate_normal([0, 0], RANDOM, n)
    time = np.log1p(DAYS)
    values = LEVEL + AGE * (age[:, None] - 50) + STEROID * steroid[:, None] * time + own[:, :1] + own[:, 1:] * time
    values += np.sqrt(RESIDUAL) * rng.standard_normal(values.shape)
    values[rng.random(values.shape) < missing] = np.nan
    covariates = np.column_stack([age, np.zeros(n), rng.random(n) < 0.3, steroid])
    return values, covariates


@pytest.fixture(scope="module")
def made():
    return MixedModel.fit(people(400, 1)[0], DAYS, people(400, 1)[1])


def test_a_known_truth_comes_back(made):
    assert (
        made.slope
        and np.allclose(made.random, RANDOM, atol=0.05)
        and made.residual == pytest.approx(RESIDUAL, rel=0.15)
    )
    mean, _ = made.predict(np.full((2, 1), np.nan), (0.0,), np.array([[50.0, 0, 0, 0], [60.0, 0, 0, 1]]), 7.0)
    assert mean[0] == pytest.approx(LEVEL[-1], abs=0.12)
    assert mean[1] - mean[0] == pytest.approx(10 * AGE + STEROID * np.log(8), abs=0.15)


@pytest.mark.parametrize("known", [(0.0,), (0.0, 1.0)])
def test_new_people_are_foretold_and_covered(made, known):
    values, covariates = people(600, 2)
    so_far = values[:, : len(known)]
    mean, sd = made.predict(so_far, known, covariates, 7.0)
    good = np.isfinite(values[:, -1])
    away = ((values[:, -1] - mean) / sd)[good]
    assert abs(away.mean()) < 0.15 and 0.85 < away.std() < 1.15


def test_it_is_the_conditional_expectation_of_a_joint_normal(made):
    """Against a naive joint distribution of all of a person's days, conditioned by density ratios on a grid."""
    values, covariates = people(5, 3, missing=0.0)
    values[1, 0] = np.nan
    known = (0.0, 1.0)
    mean, sd = made.predict(values[:, :2], known, covariates, 3.0)
    z = np.column_stack([np.ones(3), np.log1p([0.0, 1.0, 3.0])])
    cover = z @ made.random @ z.T + made.residual * np.eye(3)
    for i in range(5):
        centre = np.array(
            [made.predict(np.full((1, 1), np.nan), (0.0,), covariates[i : i + 1], d)[0][0] for d in (0.0, 1.0, 3.0)]
        )
        at = [k for k in range(2) if np.isfinite(values[i, k])] + [2]
        grid = np.linspace(centre[2] - 4, centre[2] + 4, 4001)
        points = np.column_stack([np.full(len(grid), values[i, k]) for k in at[:-1]] + [grid])
        density = multivariate_normal(centre[at], cover[np.ix_(at, at)]).pdf(points)
        density /= density.sum()
        first = density @ grid
        assert mean[i] == pytest.approx(first, abs=1e-6)
        assert sd[i] == pytest.approx(np.sqrt(density @ (grid - first) ** 2), rel=1e-4)


def test_days_between_those_seen_lie_between():
    made = MixedModel.fit(people(100, 4)[0], DAYS, np.zeros((100, 4)))
    at = [made.predict(np.full((1, 1), np.nan), (0.0,), np.zeros((1, 4)), d)[0][0] for d in (3.0, 5.0, 7.0, 30.0)]
    assert at[1] == pytest.approx((at[0] + at[2]) / 2) and at[3] == pytest.approx(at[2])


def test_covariates_that_never_vary_or_repeat_are_left_out():
    values, covariates = people(80, 5)
    made = MixedModel.fit(
        values, DAYS, np.column_stack([covariates[:, 0], covariates[:, 0], np.full(80, np.nan), covariates[:, 3]])
    )
    assert made is not None and made.kept.sum() == len(DAYS) + 1 + 1 + 2
    x = np.random.default_rng(6).standard_normal((20, 3))
    assert _independent(np.column_stack([x, x @ [1.0, -2.0, 0.5], np.zeros(20)])).tolist() == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_without_slopes_in_truth_nothing_goes_wrong():
    """The variance of the slope is at its edge: a declared case, not a warning."""
    rng = np.random.default_rng(7)
    values = 0.5 * rng.standard_normal((60, 1)) + 0.1 * rng.standard_normal((60, 5))
    made = MixedModel.fit(values, DAYS, np.zeros((60, 4)))
    assert made is not None and made.random[1, 1] < 0.01 and made.residual == pytest.approx(0.01, rel=0.3)


class Never:
    """A fit that never converges."""

    tried: list = []  # noqa: RUF012

    def __init__(self, y, x, groups, exog_re):
        self.slopes = exog_re.shape[1] - 1

    def fit(self, *, reml, method):
        Never.tried.append((self.slopes, *method))
        warnings.warn("nothing was found", mixed_model.ConvergenceWarning, stacklevel=1)
        self.converged, self.cov_re, self.scale = False, np.eye(2), 1.0
        return self


def test_what_does_not_converge_is_tried_otherwise_and_then_not_foretold(monkeypatch):
    monkeypatch.setattr(mixed_model, "MixedLM", Never)
    monkeypatch.setattr(Never, "tried", [])
    values, covariates = people(30, 8)
    assert MixedModel.fit(values, DAYS, covariates) is None
    assert Never.tried == [(slopes, m) for slopes in (1, 0) for m in mixed_model.METHODS]


def test_other_warnings_are_not_swallowed(monkeypatch):
    def other(self, *, reml, method):
        warnings.warn("something else", RuntimeWarning, stacklevel=1)

    monkeypatch.setattr(mixed_model, "MixedLM", Never)
    monkeypatch.setattr(Never, "fit", other)
    values, covariates = people(30, 9)
    with pytest.raises(RuntimeWarning, match="something else"):
        MixedModel.fit(values, DAYS, covariates)


def test_nobody_to_learn_from_is_no_model():
    assert MixedModel.fit(np.empty((0, 5)), DAYS, np.empty((0, 4))) is None
