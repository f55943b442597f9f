import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.sensitivity import model_sensitivity
from hepatica.trials.dose_finding.model_based.working_models import Empiric, Logistic

SKELETON = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7])


@pytest.mark.parametrize("model", [Empiric(), Logistic(2.0)])
def test_each_set_holds_the_betas_that_select_its_level(model):
    breaks = model_sensitivity(SKELETON, 0.2, model=model).breaks
    beta = np.random.default_rng(1).uniform(-2.5, 2.5, 2000)
    nearest = np.abs(model.toxicity(model.labels(SKELETON), beta[:, None]) - 0.2).argmin(axis=1)
    assert (nearest == np.searchsorted(breaks, beta) - 1).all()
    labels = model.labels(SKELETON)
    for place in range(5):
        assert model.toxicity(labels[place : place + 2], breaks[place + 1]).sum() == pytest.approx(0.4, abs=1e-12)


def test_a_range_without_a_border_is_refused():
    with pytest.raises(InputError, match="wider range"):
        model_sensitivity([0.01, 0.02, 0.03], 0.5, furthest=0.5)
