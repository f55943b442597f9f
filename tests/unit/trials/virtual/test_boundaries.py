"""Boundaries: those of the design at planned information, and all of alpha spent at any other."""

import numpy as np
import pytest

from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.recursion import stopping_probabilities
from hepatica.trials.virtual.boundaries import Boundaries, planned_boundary


@pytest.mark.parametrize(
    "efficacy", ["obrien_fleming", "pocock", "hwang_shih_decani", "obrien_fleming_exact", "pocock_exact"]
)
def test_planned_information_gives_the_design(make_trial, efficacy):
    trial = make_trial(look=[{"fraction": 0.5}, {"fraction": 0.75}], stopping={"efficacy": efficacy})
    at = np.array([0.5, 0.75])
    critical = Boundaries.of(trial, 0.025, at).critical(np.array([[0.5, 0.75, 1.0]]))[0]
    design = design_group_sequential([0.5, 0.75, 1.0], trial.stopping.boundary(), alpha=0.025).critical
    assert critical == pytest.approx(design, abs=1e-6) and planned_boundary(trial, at) == pytest.approx(design)


@pytest.mark.parametrize("fractions", [[0.5, 0.75, 0.85], [0.5, np.nan, 1.2], [np.nan, np.nan, 0.6], [0.4, 0.8, 1.0]])
@pytest.mark.parametrize("efficacy", ["obrien_fleming", "pocock", "pocock_exact"])
def test_alpha_is_spent_whatever_the_information(make_trial, efficacy, fractions):
    trial = make_trial(look=[{"fraction": 0.5}, {"fraction": 0.75}], stopping={"efficacy": efficacy})
    critical = Boundaries.of(trial, 0.025, np.array([0.5, 0.75])).critical(np.array([fractions]))[0]
    took = ~np.isnan(fractions)
    error = stopping_probabilities(np.array(fractions)[took], critical[took], np.full(took.sum(), -np.inf)).upper.sum()
    assert error == pytest.approx(0.025, abs=1e-6) and np.isinf(critical[~took]).all()


def test_binding_futility_lowers_the_boundary(make_trial):
    plan = {"look": [{"fraction": 0.5}], "stopping": {"futility": [0.5]}}
    free = Boundaries.of(make_trial(**plan), 0.025, np.array([0.5])).critical(np.array([[0.5, 1.0]]))[0]
    plan["stopping"] = {"futility": [0.5], "binding": True}
    bound = Boundaries.of(make_trial(**plan), 0.025, np.array([0.5])).critical(np.array([[0.5, 1.0]]))[0]
    assert bound[0] == free[0] and bound[1] < free[1]
    error = stopping_probabilities([0.5, 1.0], bound, [0.5, bound[1]]).upper.sum()
    assert error == pytest.approx(0.025, abs=1e-6)
