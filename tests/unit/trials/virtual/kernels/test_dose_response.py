"""Dose-response fits of many trials: against the package's fit of one trial, and the shapes against its own models."""

import numpy as np
import pytest

from hepatica.trials.confirmatory.mcp_mod import models
from hepatica.trials.confirmatory.mcp_mod.fit import GroupData, fit_model
from hepatica.trials.confirmatory.mcp_mod.target_dose import effective_dose, target_dose
from hepatica.trials.virtual.kernels import dose_response
from hepatica.trials.virtual.kernels.arm_estimates import ArmEstimates, without_level

DOSES = np.array([0.0, 0.05, 0.2, 0.6, 1.0])
PATIENTS = np.array([40.0, 30, 30, 30, 40])
MEANS = np.array([[0.2, 0.5, 0.75, 0.95, 1.0], [0.1, 0.2, 0.5, 0.9, 0.6], [0.0, 0.02, 0.1, 0.5, 1.4]])
FAMILIES = {
    models.Linear: dose_response.LINEAR,
    models.Quadratic: dose_response.QUADRATIC,
    models.Emax: dose_response.EMAX,
    models.SigEmax: dose_response.SIGMOID_EMAX,
    models.Logistic: dose_response.LOGISTIC,
    models.Exponential: dose_response.EXPONENTIAL,
    models.BetaMod: dose_response.beta_of(1.2),
    models.LinLog: dose_response.linear_in_log(0.01),
}
ARMS = ArmEstimates(MEANS, without_level(np.broadcast_to(np.diag(PATIENTS), (3, 5, 5))))


@pytest.mark.parametrize("kind", FAMILIES)
def test_fits_and_target_doses_are_those_of_one_trial_at_a_time(kind):
    made = dose_response.fit_family(FAMILIES[kind], DOSES, ARMS)
    for t, mean in enumerate(MEANS):
        one = fit_model(kind, GroupData.of_groups(DOSES, mean, PATIENTS, 1.0))
        between = float((PATIENTS * (mean - one.predict(DOSES)) ** 2).sum())
        assert made.misfit[t] == pytest.approx(between, abs=0.01)  # of a chi-squared; no choice by AIC hangs on it
        grid = np.linspace(0, 1, dose_response.DOSES)
        assert made.effect[t] == pytest.approx(one.predict(grid) - float(one.predict(0.0)), abs=0.02)
        assert dose_response.first_doses(made.effect, 0.4)[t] == pytest.approx(target_dose(one, 0.4), abs=5e-3)
        most = made.effect[t].max()
        assert dose_response.first_doses(made.effect, 0.5 * made.effect.max(axis=1))[t] == pytest.approx(
            effective_dose(one, 0.5), abs=5e-3
        ), most
    assert made.criterion == pytest.approx(
        made.misfit + 2 * (3 if kind is models.Quadratic else FAMILIES[kind].parameters)
    )


def test_shapes_are_those_of_the_models():
    x = np.linspace(0, 1, 11)
    for family, own, model in (
        (dose_response.EMAX, [0.3], models.Emax(0.3)),
        (dose_response.SIGMOID_EMAX, [0.3, 2.5], models.SigEmax(0.3, 2.5)),
        (dose_response.LOGISTIC, [0.4, 0.1], models.Logistic(0.4, 0.1)),
        (dose_response.EXPONENTIAL, [0.7], models.Exponential(0.7)),
        (dose_response.beta_of(1.3), [0.6, 0.9], models.BetaMod(0.6, 0.9, 1.3)),
    ):
        assert family.curve(x, np.array(own)) == pytest.approx(model.shape(x))


def test_target_doses_at_their_edges():
    effect = np.stack([np.linspace(0, 1, 401), np.zeros(401), -np.linspace(0, 1, 401), np.full(401, 2.0)])
    doses = dose_response.first_doses(effect, 0.5)
    assert doses[0] == pytest.approx(0.5) and np.isnan(doses[1:3]).all() and doses[3] <= 1 / 400
