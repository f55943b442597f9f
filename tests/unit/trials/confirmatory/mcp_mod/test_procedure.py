import numpy as np
import pytest

from hepatica.trials.confirmatory.mcp_mod.contrast_test import DoseMeans, contrast_test
from hepatica.trials.confirmatory.mcp_mod.fit import GroupData, fit_model
from hepatica.trials.confirmatory.mcp_mod.models import BetaMod, Emax, Interpolated, Linear, LinLog, Quadratic
from hepatica.trials.confirmatory.mcp_mod.procedure import mcp_mod
from hepatica.trials.confirmatory.mcp_mod.target_dose import target_dose

DOSES = [0, 1, 2, 4]
DATA = GroupData.of_groups(DOSES, [0.0, 0.5, 0.7, 0.8], 30, 1.0)
MODELS = [Linear(), Emax(1.0), Emax(3.0), Quadratic(-0.15), LinLog(1.0), Interpolated((0, 1, 2, 4), (0, 1, 1, 1))]


def test_steps_are_those_of_the_parts():
    found = mcp_mod(DATA, MODELS, effect=0.4)
    test = contrast_test(DoseMeans.of_groups(DOSES, DATA.means, 30, 1.0), MODELS)
    assert found.test.t.tolist() == test.t.tolist() and found.test.critical == test.critical
    kinds = [type(f.shape) for f in found.fits]
    assert len(kinds) == len(set(kinds)) and Interpolated not in kinds
    aic = np.array([f.aic for f in found.fits])
    assert (np.diff(aic) >= 0).all()
    weights = np.exp(-aic / 2) / np.exp(-aic / 2).sum()
    np.testing.assert_allclose(found.weights, weights)
    np.testing.assert_allclose(found.target_doses, [target_dose(f, 0.4) for f in found.fits])
    assert found.averaged_target_dose == pytest.approx(weights @ found.target_doses)


def test_offset_of_a_candidate_is_kept():
    found = mcp_mod(DATA, [LinLog(1.0)], effect=0.4)
    assert found.fits[0].aic == fit_model(LinLog, DATA, offset=1.0).aic
    beta = mcp_mod(DATA, [BetaMod(0.5, 0.5, 9.0)], effect=0.4)
    assert isinstance(beta.fits[0].shape, BetaMod) and beta.fits[0].shape.scale == 9.0


def test_nothing_is_fitted_without_a_signal():
    found = mcp_mod(GroupData.of_groups(DOSES, [0.0, 0.1, 0.0, 0.1], 10, 1.0), MODELS, effect=0.4)
    assert found.fits == () and len(found.weights) == 0 and np.isnan(found.averaged_target_dose)


def test_effect_out_of_reach_has_no_dose():
    assert np.isnan(mcp_mod(DATA, MODELS, effect=5.0).averaged_target_dose)
