import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.posterior import (
    PRIOR_SD,
    beta_grid,
    fit_crm,
    log_likelihood,
    maximise,
    normalise,
    posterior_moments,
)
from hepatica.trials.dose_finding.model_based.working_models import Empiric, Logistic

SKELETON = [0.05, 0.1, 0.2, 0.35, 0.5, 0.7]
LEVEL, TOXIC = np.array([2, 3, 3, 2, 2, 3, 2, 1, 1, 1]), np.array([0, 0, 1, 0, 0, 1, 1, 0, 0, 0])
WEIGHTS = np.array([1, 1, 1, 1, 1, 1, 1, 0.8, 0.4, 0.1])


def likelihood(model, beta, weights):
    p = model.toxicity(model.labels(np.array(SKELETON))[LEVEL], beta)
    return float(np.prod(np.where(TOXIC, p, 1 - weights * p)))


@pytest.mark.parametrize("model", [Empiric(), Logistic()])
@pytest.mark.parametrize("weights", [np.ones(10), WEIGHTS])
def test_posterior_is_that_of_adaptive_integration(model, weights):
    def density(b):
        return likelihood(model, b, weights) * np.exp(-(b**2) / 2 / PRIOR_SD**2)

    total, first, second = (quad(lambda b, k=k: b**k * density(b), -8, 8, epsabs=1e-14)[0] for k in (0, 1, 2))
    fit = fit_crm(SKELETON, 0.2, LEVEL, TOXIC, weights=weights, model=model)
    assert fit.beta == pytest.approx(first / total, abs=1e-7)
    assert fit.variance == pytest.approx(second / total - (first / total) ** 2, abs=1e-7)


@pytest.mark.parametrize("hits", [0, 60])
def test_posterior_far_out_in_a_narrow_prior_is_that_of_adaptive_integration(hits):
    """Sixty patients on a harmless or a toxic level, all without or all with toxicity."""
    sd, level, hit = 0.6, np.full(60, 0 if hits else 5), np.full(60, hits > 0).astype(int)
    p = SKELETON[0 if hits else 5]

    def density(b):
        log_p = np.exp(b) * np.log(p)
        return np.exp((60 * log_p if hits else 60 * np.log1p(-np.exp(log_p))) - b**2 / (2 * sd**2) + 40)

    middle = -2.5 if hits else 1.0
    parts = (-9 * sd, middle), (middle, 9 * sd)
    total, first, second = (
        sum(quad(lambda b, k=k: b**k * density(b), *ends, epsabs=1e-300, epsrel=1e-12, limit=400)[0] for ends in parts)
        for k in (0, 1, 2)
    )
    fit = fit_crm(SKELETON, 0.2, level, hit, prior_sd=sd)
    assert fit.beta == pytest.approx(first / total, abs=1e-8)
    assert fit.variance == pytest.approx(second / total - (first / total) ** 2, abs=1e-8)


def test_the_coarse_grid_of_simulations_gives_the_same():
    labels, grid = Empiric().labels(np.array(SKELETON)), beta_grid()
    mass = normalise(log_likelihood(Empiric(), labels[LEVEL], TOXIC, np.ones(10), grid.beta) + grid.log_prior)
    fit = fit_crm(SKELETON, 0.2, LEVEL, TOXIC)
    mean, variance = posterior_moments(mass[None], grid)
    assert (mean[0], variance[0]) == (pytest.approx(fit.beta, abs=1e-9), pytest.approx(fit.variance, abs=1e-9))


def test_maximum_likelihood_is_that_of_an_optimiser_and_above_that_of_dfcrm():
    fit = fit_crm(SKELETON, 0.2, LEVEL, TOXIC, prior_sd=None)
    best = minimize_scalar(
        lambda b: -np.log(likelihood(Empiric(), b, np.ones(10))), bounds=(-3, 3), options={"xatol": 1e-10}
    )
    assert fit.beta == pytest.approx(best.x, abs=1e-6)
    assert likelihood(Empiric(), fit.beta, 1.0) > likelihood(Empiric(), -0.1909884812, 1.0)
    # R's optimize is this search with a tolerance of eps ** 0.25: it stops where dfcrm does
    coarse = minimize_scalar(
        lambda b: -np.log(likelihood(Empiric(), b, np.ones(10))),
        bounds=(-10, 10),
        method="bounded",
        options={"xatol": 2.0**-13},
    )
    assert coarse.x == pytest.approx(-0.1909884812, abs=1e-6)
    toxic, treated = (np.bincount(LEVEL, weights=w, minlength=6).astype(int)[None] for w in (TOXIC, np.ones(10)))
    assert maximise(Empiric(), Empiric().labels(np.array(SKELETON)), toxic, treated)[0] == pytest.approx(
        fit.beta, abs=1e-7
    )


@pytest.mark.parametrize(
    "change",
    [
        {"toxic": [0, 2]},
        {"toxic": [1]},
        {"level": [0, 9]},
        {"weights": [1.5, 0.5]},
        {"toxic": [0, 0], "prior_sd": None},
    ],
)
def test_patients_that_cannot_be_are_refused(change):
    with pytest.raises(InputError):
        fit_crm(**{"skeleton": [0.1, 0.3], "target": 0.2, "level": [0, 1], "toxic": [0, 1], **change})
