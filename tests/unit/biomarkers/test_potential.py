"""Potential outcomes: nobody differs without a difference, lots matter under cells alone, errors are as stated."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.admission import admit
from hepatica.biomarkers.potential import LOT_CV, expected, shorten, simulate_potential
from hepatica.patients import load_population
from hepatica.therapy import Regimen


@pytest.fixture(scope="module")
def patients(system):
    return admit(system, load_population("hbv_aclf"), 24, seed=1, draws=8, known=None)


@pytest.fixture(scope="module")
def found(system, patients, question):
    return simulate_potential(system, patients, Regimen(1e6, infusions=2), study=question, workers=1)


def test_shapes_and_landmarks(found, question):
    assert found.values.shape == (len(found.risk), len(found.measurables)) and found.gains.shape[0] == 2
    assert found.later == (True, True)  # the second infusion comes on day 7
    assert shorten(found.regimen, 7.0).infusions == 1 and found.horizon == question.horizon
    assert ((found.risk >= 0) & (found.risk <= 1)).all() and found.baseline().max() < len(found.measurables)
    assert set(found.at(0.0)) < set(found.at(3.0)) < set(found.at(7.0))
    np.testing.assert_allclose(found.responders[0], found.risk, atol=1e-9)
    changes = np.array([m.is_change for m in found.measurables])
    assert np.isfinite(found.treated_change[changes]).all() and np.isnan(found.treated_change[~changes]).all()


def test_one_infusion_leaves_nothing_to_stop(system, patients, question):
    once = simulate_potential(system, patients.take(np.arange(6)), Regimen(1e6), study=question, workers=1)
    assert once.later == (False, False) and np.abs(once.later_gains).max() < 1e-3  # of the solver
    nothing = replace(once, gains=np.zeros_like(once.gains))
    assert (nothing.gain == 0).all()


def test_lots_are_of_the_stated_variation(found):
    names = [m.name for m in found.measurables]
    for name, cv in LOT_CV.items():
        error = found.measurables[names.index(name)].error
        sd = found.values[:, names.index(name)].std()
        assert 0.5 < sd / np.hypot(np.sqrt(np.log1p(cv**2)), error) < 1.6


def test_expected():
    np.testing.assert_allclose(expected(np.array([[2.0], [4.0]]), (0.5, 0.25)), [2.0])
