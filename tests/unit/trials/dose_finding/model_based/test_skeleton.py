import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.sensitivity import model_sensitivity
from hepatica.trials.dose_finding.model_based.skeleton import calibrate_skeleton
from hepatica.trials.dose_finding.model_based.working_models import Empiric, Logistic


@pytest.mark.parametrize("model", [Empiric(), Logistic(), Logistic(2.0)])
def test_neighbours_lie_at_the_ends_of_the_indifference_interval(model):
    skeleton = calibrate_skeleton(0.06, 0.3, 1, 5, model=model)
    found = model_sensitivity(skeleton, 0.3, model=model, furthest=8.0)
    assert found.low[1:] == pytest.approx([0.24] * 4) and found.high[:-1] == pytest.approx([0.36] * 4)
    assert skeleton[1] == pytest.approx(0.3)


@pytest.mark.parametrize("bad", [(0.3, 0.3, 1, 5), (0.0, 0.3, 1, 5), (0.05, 0.3, 5, 5)])
def test_impossible_numbers_are_refused(bad):
    with pytest.raises(InputError):
        calibrate_skeleton(*bad)


def test_the_logistic_model_needs_an_intercept_above_the_interval():
    with pytest.raises(InputError, match="intercept"):
        calibrate_skeleton(0.1, 0.5, 1, 3, model=Logistic(0.0))
