import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.harm import NullSpending, boundaries_without_effect
from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming
from hepatica.trials.confirmatory.group_sequential.spending import HwangShihDeCani, KimDeMets

HARM = NullSpending(KimDeMets(2.0), 0.6)


@pytest.mark.parametrize("binding", [False, True])
def test_what_is_spent_below_is_what_was_asked_for(binding):
    design = design_group_sequential([0.3, 0.6, 1], HwangShihDeCani(-4), futility=HARM, binding=binding)
    spent = design.probabilities(0.0).lower[:2].cumsum()
    assert spent == pytest.approx(0.6 * np.array([0.09, 0.36]), abs=1e-9)
    assert design.power(design.drift) == pytest.approx(0.8, abs=1e-9)
    free = design_group_sequential([0.3, 0.6, 1], HwangShihDeCani(-4))
    assert bool(design.critical[-1] < free.critical[-1] - 1e-9) is binding
    assert design.alpha_spent[-1] == pytest.approx(0.025, abs=1e-9)


def test_paths_of_trials_cross_as_often():
    rng, t = np.random.default_rng(3), np.array([0.4, 1.0])
    upper, lower = boundaries_without_effect(t, np.array([2.8, 1.98]), np.zeros(2), NullSpending(KimDeMets(1.0), 0.2))
    z = np.cumsum(rng.normal(size=(200_000, 2)) * np.sqrt(np.diff(t, prepend=0)), axis=1) / np.sqrt(t)
    assert (z[:, 0] < lower[0]).mean() == pytest.approx(0.08, abs=4 * np.sqrt(0.08 * 0.92 / 200_000))
    assert lower[-1] == upper[-1] == 1.98


def test_a_shape_takes_it_unless_it_binds():
    design = design_group_sequential(3, OBrienFleming(), futility=HARM)
    assert design.critical == pytest.approx(design_group_sequential(3, OBrienFleming()).critical)
    with pytest.raises(InputError, match="binding"):
        design_group_sequential(3, OBrienFleming(), futility=HARM, binding=True)
    with pytest.raises(InputError, match="total"):
        NullSpending(KimDeMets(1.0), 1.0)
