import numpy as np
import pytest

from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.cox.likelihood import Ties
from hepatica.trials.analysis.cox.residuals import martingale_residuals, schoenfeld_residuals, score_residuals

RNG = np.random.default_rng(64)
N = 70
TIME, EVENT, X = np.ceil(RNG.exponential(6, N)), RNG.random(N) < 0.7, RNG.normal(size=(N, 2))
BOTH = [Ties.BRESLOW, Ties.EFRON]


@pytest.mark.parametrize("ties", BOTH)
def test_residuals_add_to_zero_at_the_estimate(ties):
    fit = cox(TIME, EVENT, X, ties=ties, strata=RNG.integers(0, 2, N), entry=np.maximum(TIME - 4, 0))
    given = fit.data, fit.coefficients, ties
    assert martingale_residuals(*given).sum() == pytest.approx(0, abs=1e-9)
    assert score_residuals(*given).sum(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert schoenfeld_residuals(*given).sum(axis=0) == pytest.approx([0, 0], abs=1e-6)


def test_martingale_and_schoenfeld_residuals_are_the_sums_written_out():
    fit = cox(TIME, EVENT, X, ties=Ties.BRESLOW)
    data, beta = fit.data, fit.coefficients
    risk = np.exp(data.x @ beta)
    for i in (3, 30, 66):
        total = sum(1 / risk[data.time >= t].sum() for t in data.time[data.event] if t <= data.time[i])
        assert martingale_residuals(data, beta, Ties.BRESLOW)[i] == pytest.approx(data.event[i] - risk[i] * total)
    at = data.time >= data.time[data.event][5]
    mean = risk[at] @ data.x[at] / risk[at].sum()
    assert schoenfeld_residuals(data, beta, Ties.BRESLOW)[5] == pytest.approx(data.x[data.event][5] - mean)


def test_score_residual_is_the_effect_of_leaving_a_patient_out():
    """To first order: coefficient with all less that without patient i = inverse information x residual."""
    fit = cox(TIME, EVENT, X)
    change = score_residuals(fit.data, fit.coefficients, Ties.EFRON) @ fit.naive_covariance
    exact = []
    for i in range(0, N, 7):
        rest = np.arange(N) != fit.data.order[i]
        exact.append(fit.coefficients - cox(TIME[rest], EVENT[rest], X[rest]).coefficients)
    assert np.corrcoef(np.ravel(exact), np.ravel(change[::7]))[0, 1] > 0.98
