import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.working_models import Empiric, Logistic, check_skeleton

MODELS = [Empiric(), Logistic(), Logistic(1.5)]
SKELETON = np.array([0.05, 0.2, 0.5, 0.7])


@pytest.mark.parametrize("model", MODELS)
def test_models_give_the_skeleton_rise_with_dose_and_fall_with_beta(model):
    labels = model.labels(SKELETON)
    np.testing.assert_allclose(model.toxicity(labels, 0.0), SKELETON)
    beta = np.linspace(-3, 3, 7)
    p = model.toxicity(labels[:, None], beta)
    assert (np.diff(p, axis=0) > 0).all() and (np.diff(p, axis=1) < 0).all()
    log_p, log_none = model.log_toxicity(labels[:, None], beta)
    np.testing.assert_allclose(np.exp(log_p) + np.exp(log_none), 1)


@pytest.mark.parametrize("model", MODELS)
def test_slopes_are_derivatives_and_solve_inverts(model):
    labels, beta, h = model.labels(SKELETON)[:, None], np.linspace(-2, 2, 5), 1e-6
    for ours, low, high in zip(
        model.slopes(labels, beta),
        model.log_toxicity(labels, beta - h),
        model.log_toxicity(labels, beta + h),
        strict=True,
    ):
        np.testing.assert_allclose(ours, (high - low) / (2 * h), rtol=1e-6, atol=1e-8)
    assert model.toxicity(labels[1], model.solve(float(labels[1, 0]), 0.33))[0] == pytest.approx(0.33)


def test_skeletons_that_cannot_serve_are_refused():
    for bad in ([0.3, 0.2], [0.0, 0.5], [0.2, 1.0], [], [[0.1]]):
        with pytest.raises(InputError, match="skeleton"):
            check_skeleton(bad)
    with pytest.raises(InputError, match="higher intercept"):
        Logistic(0.0).labels(SKELETON)
