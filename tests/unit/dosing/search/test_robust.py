"""Conditional value at risk and the worst subgroup."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from hepatica.dosing.search.robust import conditional_value_at_risk, tail_error, worst_subgroup


@pytest.mark.parametrize("share", [0.05, 0.1, 0.33, 1.0])
def test_cvar_is_the_maximum_of_rockafellar_and_uryasev(share):
    values = np.random.Generator(np.random.Philox(4)).normal(size=47)
    best = minimize_scalar(
        lambda t: -(t - np.maximum(t - values, 0).mean() / share), bounds=(-6, 6), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    assert float(conditional_value_at_risk(values, share)) == pytest.approx(-best.fun, abs=1e-5)


def test_cvar_leaves_failed_patients_out():
    values = np.array([[3.0, np.nan, 1.0, 2.0], [np.nan] * 4])
    found = conditional_value_at_risk(values, 1 / 3)
    assert found[0] == pytest.approx(1.0) and np.isnan(found[1])


def test_worst_subgroup_is_the_least_mean_of_those_large_enough():
    values, group = np.array([1.0, 1.0, 5.0, 5.0, -9.0]), np.array([0, 0, 1, 1, 2])
    mean, which = worst_subgroup(values, group, least=2)
    assert float(mean) == 1.0 and int(which) == 0
    mean, which = worst_subgroup(values, group, least=4)
    assert np.isnan(mean) and which == -1


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_the_error_of_cvar_is_the_scatter_of_its_estimates(share):
    samples = np.random.Generator(np.random.Philox(5)).normal(size=(1500, 200))
    scatter = conditional_value_at_risk(samples, share).std()
    assert tail_error(samples, share).mean() == pytest.approx(scatter, rel=0.1)
    holed = np.where(np.arange(200) < 20, np.nan, samples)
    assert tail_error(holed, share) == pytest.approx(tail_error(samples[:, 20:], share))
